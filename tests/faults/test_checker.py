"""A checker that cannot fail is worthless: every invariant is seen to hold, and seen to break, on made-up facts."""

import hashlib
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generations.models import State
from generations.models.attempt import FINAL, IN_FLIGHT, MOVES
from tests.faults.checker import Account, Attempt, Clip, Event, Facts, Generation, Verdict, check, life, money
from tests.faults.checker.invariants import figures
from tests.faults.checker.ledger import Line, Unreadable, read_lines
from tests.faults.checker.owners import OPEN
from tests.faults.checker.pace import most_at_once, most_in_a_minute

NOW = 1_000_000.0
HOST = "127.0.0.1:4000"
KEY = "0123456789ab"
ACCOUNT = Account(pk=1, host=HOST, key=KEY, gate=3, rate=60)
SHA = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("file", "other", "body")}
TABLE = {state.value: [to.value for to in MOVES.get(state, ())] for state in State}
WAYS = {
    "queued": [],
    "submitting": ["submitting"],
    "uncertain": ["submitting", "uncertain"],
    "accepted": ["submitting", "accepted"],
    "stored": ["submitting", "accepted", "running", "succeeded", "fetching", "stored"],
    "rejected": ["submitting", "rejected"],
    "not_accepted": ["submitting", "uncertain", "not_accepted"],
    "cancelled": ["cancelled"],
}


def events_to(state: str, uuid: str, *, by_person: bool = False) -> list[Event]:
    """The history of an attempt that stands at `state`; `by_person` asked for it."""
    path = ["", "queued", *WAYS[state]]
    return [Event(uuid, old, new, by_person and not old, NOW - 9) for old, new in itertools.pairwise(path)]


def post(n: int = 1, **fields: Any) -> Line:
    return {"kind": "post", "n": n, "at": NOW - 100 + n, "key": KEY, "host": HOST, "tag": f"s1-{n}"} | fields


def accept(n: int = 1, **fields: Any) -> Line:
    line = {"kind": "accept", "n": n, "at": NOW - 100 + n, "id": f"cgt-{n}", "tag": f"s1-{n}", "charge": 1.0}
    return line | {"body_sha256": SHA["body"]} | fields


def end(n: int = 1, **fields: Any) -> Line:
    return {"kind": "end", "at": NOW - 90 + n, "id": f"cgt-{n}", "status": "succeeded", "sha256": SHA["file"]} | fields


def asked(token: str = "token-1", **fields: Any) -> Line:
    return {"kind": "asked", "at": NOW - 200, "token": token, "status": 302, "takes": 1} | fields


def attempt(n: int = 1, state: str = "stored", **fields: Any) -> Attempt:
    """The n-th; its only one."""
    standard: dict[str, Any] = {
        "uuid": f"uuid-{n}",
        "generation": n,
        "state": state,
        "tag": f"s1-{n}",
        "request_sha256": SHA["body"],
        "remote_id": f"cgt-{n}" if state in ("accepted", "stored") else "",
        "post_deadline": NOW - 30,
        "due": None if state in life.FINAL else NOW,
    }
    return Attempt(**standard | fields)


def world(*attempts: Attempt, **fields: Any) -> Facts:
    """A sound studio with these attempts; `fields` spoil it."""
    attempts = attempts or (attempt(),)
    standard: dict[str, Any] = {
        "ledger": [post(), accept(), end()],
        "client": [asked()],
        "accounts": [ACCOUNT],
        "generations": [Generation(pk, f"token-{pk}") for pk in sorted({one.generation for one in attempts})],
        "attempts": attempts,
        "events": [event for one in attempts for event in events_to(one.state, one.uuid)],
        "clips": [
            Clip(one.uuid, f"clips/{one.uuid}", SHA["file"], SHA["file"]) for one in attempts if one.state == "stored"
        ],
        "texts": [("up.log:1", "all is well")],
        "secrets": ["sk-canary"],
        "moves": TABLE,
        "beat": NOW - 2,
        "now": NOW,
    }
    return Facts(**standard | fields)


def verdict(facts: Facts, name: str) -> Verdict:
    return next(one for one in check(facts) if one.name == name)


def wrong(facts: Facts) -> set[str]:
    return {one.name for one in check(facts) if not one.ok}


def test_a_sound_studio_passes_all_twelve() -> None:
    verdicts = check(world())
    assert [one.name for one in verdicts] == [f"I{n}" for n in range(1, 13)]
    assert all(one.ok for one in verdicts), verdicts
    assert all(one.checked for one in verdicts), "one was checked on nothing"


def test_its_words_are_those_of_the_product() -> None:
    """The checker has its own lists; a state that is renamed must not slip through them."""
    assert set(life.FINAL) == {state.value for state in FINAL}
    assert set(life.IN_FLIGHT) == {state.value for state in IN_FLIGHT}
    assert {*money.TAKEN, *OPEN} < {state.value for state in State}


def posts(count: int) -> list[Line]:
    """Further ones, all in the minute after the first."""
    return [post(n, at=NOW - 99 + n * 0.9) for n in range(2, count + 2)]


SOUND = [post(), accept(), end()]
TAKEN = [post(), accept()]
TWICE = [*SOUND, post(2), accept(2, tag="s1-1"), end(2)]
SENT_AGAIN = [*SOUND, post(2), accept(2), end(2)]
AGAIN = (attempt(), attempt(2, generation=1, number=2))
LATE = NOW - 900
CLIP = Clip("uuid-1", "clips/uuid-1", SHA["file"], SHA["file"])
EMPTY = {"client": [asked("token-8")], "generations": [Generation(1, "token-1"), Generation(8, "token-8")]}
TWINS = [CLIP, replace(CLIP, attempt="uuid-2")]
ASKED = [*events_to("stored", "uuid-1"), *events_to("stored", "uuid-2", by_person=True)]
BACK = [*events_to("rejected", "uuid-1"), Event("uuid-1", "rejected", "queued"), *events_to("stored", "uuid-1")[1:]]

# Each breaks one thing in a sound world: name, the invariants that must see it, the world.
BROKEN: list[tuple[str, set[str], Facts]] = [
    ("one attempt accepted twice", {"I1", "I2", "I3", "I6"}, world(ledger=TWICE)),
    ("sent again without being asked", {"I2"}, world(*AGAIN, ledger=SENT_AGAIN)),
    ("an accept of nobody", {"I3", "I6"}, world(ledger=[*SOUND, accept(2, body_sha256="")])),
    ("paid and called rejected", {"I3", "I6"}, world(attempt(state="rejected"))),
    ("paid and called absent", {"I3", "I6"}, world(attempt(state="not_accepted"))),
    ("paid and back in the line", {"I3", "I6"}, world(attempt(state="queued"))),
    ("paid and cancelled as if unsent", {"I3", "I6"}, world(attempt(state="cancelled"))),
    ("another's id", {"I3"}, world(attempt(remote_id="cgt-9"))),
    ("a tag of two attempts", {"I3"}, world(attempt(), attempt(2, "uncertain", tag="s1-1"))),
    ("sending at rest", {"I3", "I4", "I5"}, world(attempt(state="submitting"), is_quiet=True)),
    ("sending long after the deadline", {"I4"}, world(attempt(state="submitting", post_deadline=NOW - 91))),
    ("sending for ever elsewhere", {"I4"}, world(attempt(state="submitting", post_deadline=NOW - 601, elsewhere=True))),
    ("a promised job that is not there", {"I5"}, world(client=[asked(), asked("token-7")])),
    ("a take too few", {"I5"}, world(client=[asked(takes=2)])),
    ("a generation without an attempt", {"I5"}, world(**EMPTY)),
    ("a job without a next step", {"I5"}, world(attempt(state="accepted", due=None), ledger=TAKEN)),
    ("a job long overdue", {"I5"}, world(attempt(state="accepted", due=NOW - 61), ledger=TAKEN)),
    ("a job open at rest", {"I5"}, world(attempt(state="accepted"), ledger=TAKEN, is_quiet=True)),
    ("money held for nothing", {"I3", "I6"}, world(attempt(), attempt(2))),
    ("a move that is not legal", {"I7"}, world(events=BACK)),
    ("a move without an event", {"I7"}, world(events=events_to("stored", "uuid-1")[:-1])),
    ("no events at all", {"I7"}, world(events=[])),
    ("a file that is missing", {"I8"}, world(clips=[replace(CLIP, on_disk=None)])),
    ("a file that was changed", {"I8"}, world(clips=[replace(CLIP, on_disk=SHA["other"])])),
    ("a file never made", {"I8"}, world(clips=[replace(CLIP, sha256=SHA["other"], on_disk=SHA["other"])])),
    ("stored without a clip", {"I8"}, world(clips=[])),
    ("two clips of one file", {"I8"}, world(*AGAIN, ledger=SENT_AGAIN, clips=TWINS, client=[], events=ASKED)),
    ("a clip of what failed", {"I8"}, world(attempt(state="rejected"), ledger=[post()], clips=[CLIP])),
    ("an old .part", {"I8"}, world(leftovers=[("clips/a.part", 3601)])),
    ("a .draft at rest", {"I8"}, world(leftovers=[("clips/a.draft", 1)], is_quiet=True)),
    ("more at once than the gate", {"I9"}, world(accounts=[replace(ACCOUNT, gate=0)])),
    ("more in a minute than the rate", {"I9"}, world(ledger=[*SOUND, *posts(60)])),
    ("the key at another host", {"I10"}, world(ledger=[*SOUND, post(2, host="evil.example")])),
    ("another key", {"I10"}, world(ledger=[*SOUND, post(2, key="ffffffffffff")])),
    ("a secret in a log", {"I11"}, world(texts=[("up.log:7", "Authorization: Bearer sk-canary")])),
    ("an old heartbeat", {"I12"}, world(beat=NOW - 61)),
    ("no heartbeat", {"I12"}, world(beat=None)),
    ("more uncertain than kills", {"F2"}, world(attempt(state="uncertain"), ledger=TAKEN, kills=0)),
]


@pytest.mark.parametrize(
    ("expected", "facts"), [(names, facts) for _, names, facts in BROKEN], ids=[n for n, _, _ in BROKEN]
)
def test_it_sees(expected: set[str], facts: Facts) -> None:
    assert wrong(facts) == expected


def test_every_invariant_has_been_seen_to_break() -> None:
    assert {name for _, names, _ in BROKEN for name in names} >= {f"I{n}" for n in range(1, 13)}


SAID_NO = [*events_to("not_accepted", "uuid-1")[:-1], Event("uuid-1", "uncertain", "not_accepted", by_person=True)]
RESENT = events_to("stored", "uuid-2", by_person=True)
TWO_TRIES = (attempt(state="not_accepted"), attempt(2, generation=1, number=2))
STEPS = ("", "accepted", "succeeded", "fetching", "stored")
ADOPTED = [Event("uuid-1", old, new) for old, new in itertools.pairwise(STEPS)]
ALIKE = (attempt(1, "uncertain", tag=""), attempt(2, tag="", remote_id="cgt-2"))
UNTAGGED = [post(tag=""), accept(tag=""), end(), post(2, tag=""), accept(2, tag=""), end(2)]
IN_LINE = (attempt(3, "accepted"), attempt(2, "queued", due=LATE))
LONG_AGO = [replace(event, at=LATE) for one in IN_LINE for event in events_to(one.state, one.uuid)]
PAUSED = [replace(ACCOUNT, paused=True)]
NARROW = [replace(ACCOUNT, gate=1)]
BUSY = [post(3), accept(3)]
BESIDE = [ACCOUNT, Account(2, "127.0.0.1:8900", KEY)]
FINE: list[tuple[str, Facts]] = [
    ("nothing happened yet", world(attempt(state="queued"), ledger=[])),
    ("a POST on its way", world(attempt(state="submitting"), ledger=TAKEN)),
    ("uncertain, and it ran", world(attempt(state="uncertain"), ledger=TAKEN)),
    ("uncertain, and it did not run", world(attempt(state="uncertain"), ledger=[post()])),
    ("uncertain at rest", world(attempt(state="uncertain"), ledger=TAKEN, is_quiet=True)),
    ("refused, then taken", world(ledger=[post(), post(2), accept(2, id="cgt-1", tag="s1-1"), end()])),
    ("sent again by who was wrong", world(*TWO_TRIES, ledger=SENT_AGAIN, events=[*SAID_NO, *RESENT])),
    ("sent again after an absence", world(*TWO_TRIES, ledger=[post(), post(2), accept(2), end(2)])),
    ("known by its body", world(attempt(tag=""), ledger=UNTAGGED[:3])),
    ("takes with one body", world(*ALIKE, ledger=UNTAGGED)),
    ("adopted", world(attempt(tag="", request_sha256=""), ledger=UNTAGGED[:3], events=ADOPTED)),
    ("a note among the events", world(events=[*events_to("stored", "uuid-1"), Event("uuid-1", "", "check asked")])),
    ("a refused wish", world(client=[asked(), asked("token-9", status=400)])),
    ("a line behind a full gate", world(*IN_LINE, ledger=BUSY, accounts=NARROW, events=LONG_AGO, client=[])),
    ("a line that moves", world(attempt(state="queued", due=LATE), ledger=[])),
    ("held by a pause", world(attempt(state="queued"), ledger=[], accounts=PAUSED, is_quiet=True)),
    ("a young .part", world(leftovers=[("clips/a.part", 5)])),
    ("exactly the gate", world(accounts=NARROW)),
    ("exactly the rate", world(ledger=[*SOUND, *posts(59)])),
    ("a sandbox beside it", world(attempt(), attempt(2, "accepted", account=2), accounts=BESIDE)),
    ("stopped without a heartbeat", world(beat=None, is_quiet=True, is_running=False)),
    ("as many uncertain as kills", world(attempt(state="uncertain"), ledger=TAKEN, kills=1)),
]


@pytest.mark.parametrize("facts", [facts for _, facts in FINE], ids=[name for name, _ in FINE])
def test_it_has_nothing_to_say_of(facts: Facts) -> None:
    assert not [one for one in check(facts) if not one.ok]


def test_a_line_that_stands_still_before_an_open_gate_is_seen() -> None:
    late = [Event("uuid-1", "", "queued", at=LATE)]
    assert wrong(world(attempt(1, "queued", due=LATE), events=late, ledger=[])) == {"I5"}


def test_the_figures_count_what_was_lost_and_doubled() -> None:
    ledger = [*TWICE, accept(3, body_sha256=""), post(4), accept(4)]
    facts = world(
        attempt(), attempt(4, "uncertain"), ledger=ledger, client=[asked(), {"kind": "page", "at": NOW, "status": 500}]
    )
    numbers = figures(facts)
    assert (numbers["accepts"], numbers["double"], numbers["posts"]) == (4, 1, 3)
    assert (numbers["uncertain"], numbers["uncertain_accepted"], numbers["stored"], numbers["pages_5xx"]) == (
        1,
        1,
        1,
        1,
    )
    assert numbers["lost"] == 2, "the second accept of the first, whose id nobody knows, and the one of nobody"


def test_overlap_and_rate_are_counted_by_the_moment() -> None:
    assert most_at_once([(0, 10), (5, 15), (10, 20)]) == 2
    assert most_at_once([]) == 0
    assert most_in_a_minute([0, 59.9, 60, 120]) == 2


def test_a_task_without_an_end_counts_to_its_planned_one() -> None:
    apart = [post(), accept(ends_at=NOW - 90), post(2), accept(2, at=NOW - 80)]
    facts = world(attempt(state="accepted"), attempt(2, "accepted"), ledger=apart, accounts=NARROW)
    assert verdict(facts, "I9").ok
    facts = replace(facts, ledger=[post(), accept(), post(2), accept(2)], texts=())
    assert not verdict(facts, "I9").ok


def test_no_secret_is_quoted() -> None:
    (said,) = verdict(world(texts=[("table.column of row 3", "… sk-canary …")]), "I11").violations
    assert "table.column of row 3" in said
    assert "sk-canary" not in said


# The histories


def test_half_a_last_line_was_never_written(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_text('{"at": 1, "kind": "post"}\n{"at": 2, "ki')
    assert read_lines(tmp_path / "ledger.jsonl") == [{"at": 1, "kind": "post"}]


@pytest.mark.parametrize("text", ["{broken}", "[1]", '{"kind": "post"}', '{"at": 1}'])
def test_a_broken_history_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "ledger.jsonl").write_text(f'{{"at": 1, "kind": "post"}}\n{text}\n')
    with pytest.raises(Unreadable, match=r"ledger\.jsonl:2"):
        read_lines(tmp_path / "ledger.jsonl")
