"""I1, I2, I3, I6 and the bound on what stays uncertain: nothing bought twice, nothing bought and lost."""

from collections import Counter
from collections.abc import Sequence

from .facts import Attempt, Event, Facts, Verdict
from .ledger import of_kind
from .owners import OPEN, Owned

# States in which an accepted attempt may stand.
TAKEN = ("accepted", "running", "succeeded", "fetching", "stored", "failed", "expired", "cancelled", "result_lost")


def one_accept_per_attempt(facts: Facts, owned: list[Owned]) -> Verdict:
    counts = Counter(one.attempt.uuid for one in owned if one.attempt)
    wrong = [f"attempt {uuid} was accepted {count} times" for uuid, count in counts.items() if count > 1]
    return Verdict("I1", len(facts.attempts), wrong)


def one_accept_per_generation(facts: Facts, owned: list[Owned]) -> Verdict:
    counts = Counter(one.attempt.generation for one in owned if one.attempt)
    asked = confirmed(facts)
    wrong = [
        f"generation {pk} was accepted {count} times, with {asked[pk]} re-sends that a person confirmed"
        for pk, count in counts.items()
        if count > 1 + asked[pk]
    ]
    return Verdict("I2", len(facts.generations), wrong)


def confirmed(facts: Facts) -> Counter[int]:
    """Re-sends of each generation that a person asked for: further attempts whose first event has an actor."""
    later = {attempt.uuid: attempt.generation for attempt in facts.attempts if attempt.number > 1}
    births = [event for event in facts.events if event.attempt in later and not event.old and event.new == "queued"]
    return Counter(later[event.attempt] for event in births if event.by_person)


def every_accept_has_its_attempt(facts: Facts, owned: list[Owned]) -> Verdict:
    given_up = given_up_by_a_person(facts.events)
    wrong = [said for one in owned if (said := loss(one, facts.is_quiet, given_up))]
    known = {one.accept["id"] for one in owned}
    strange = [one for one in judged(facts) if one.remote_id and one.remote_id not in known]
    wrong += [f"attempt {one.uuid} holds the id {one.remote_id}, which was never given" for one in strange]
    return Verdict("I3", len(owned), wrong)


def loss(one: Owned, is_quiet: bool, given_up: set[str]) -> str:
    """What is wrong with an accept, in words; empty when it is in good hands."""
    what = f"accept {one.accept['id']}"
    if not one.attempts:
        return f"{what} is lost: no attempt has its tag, its body or its id"
    if one.attempt is None:
        return f"{what} belongs to {len(one.attempts)} attempts at once"
    state = one.attempt.state
    whose = f"{what} is attempt {one.attempt.uuid}, which is {state}"
    if state == "uncertain" or (state == "submitting" and not is_quiet):
        return ""
    if state == "not_accepted" and one.attempt.uuid in given_up:
        return ""
    if state not in TAKEN:
        return f"{whose}: paid and lost"
    if one.attempt.remote_id != one.accept["id"]:
        return f"{whose} with the id {one.attempt.remote_id or '(none)'}"
    return ""


def given_up_by_a_person(events: Sequence[Event]) -> set[str]:
    """Attempts of which a member said that they did not run: the member's word, not the studio's."""
    return {event.attempt for event in events if event.new == "not_accepted" and event.by_person}


def money_is_held(facts: Facts, owned: list[Owned]) -> Verdict:
    """Attempts that may be charged against charges: never fewer, and as many when nothing is open."""
    given_up = given_up_by_a_person(facts.events)
    ours = judged(facts)
    held = [attempt for attempt in ours if may_be_charged(attempt)]
    waived = sum(1 for one in owned if one.attempt and one.attempt.uuid in given_up)
    charges = sum(float(one.accept.get("charge", 1)) for one in owned)
    unit = charges / len(owned) if owned else 1
    wrong = []
    if (len(held) + waived) * unit < charges:
        wrong.append(f"{charges:g} was charged, and {len(held)} attempts of {unit:g} hold money for it")
    if len(held) * unit > charges and not any(attempt.state in OPEN for attempt in held):
        wrong.append(f"{len(held)} attempts of {unit:g} hold money, and only {charges:g} was charged")
    return Verdict("I6", len(ours), wrong)


def judged(facts: Facts) -> list[Attempt]:
    """Attempts at the provider that wrote the ledger; a sandbox beside it keeps its own."""
    hosts = {line.get("host") for line in of_kind(facts.ledger, "post")}
    here = {account.pk for account in facts.accounts if account.host in hosts}
    return [attempt for attempt in facts.attempts if attempt.account in here]


def may_be_charged(attempt: Attempt) -> bool:
    return attempt.state in OPEN or (attempt.state in TAKEN and attempt.remote_id != "")


def little_is_uncertain(facts: Facts, owned: list[Owned]) -> Verdict:
    """F2: a kill may leave open what one or two workers were just sending, and nothing else may."""
    assert facts.kills is not None
    bound = facts.limits.uncertain_per_kill * facts.kills
    open_ones = [one.attempt.uuid for one in owned if one.attempt and one.attempt.state == "uncertain"]
    said = f"{len(open_ones)} accepts stand without an id after {facts.kills} kills, {bound} at most: {open_ones[:5]}"
    return Verdict("F2", len(owned), [said] if len(open_ones) > bound else [])
