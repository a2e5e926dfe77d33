"""What must hold of a world after every step, and at its end: RELIABILITY's invariants, read from rows and ledger."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from generations.jobs import spool
from generations.models import Attempt, Clip, Generation, State, Status
from generations.models.attempt import FINAL, IN_FLIGHT, MOVES
from generations.times import TIMES
from studio.models import Event, Project
from tests.faults.far import KEY, SIGNATURE, STOPPABLE
from tests.faults.world import World

ROW = ("pk", "uuid", "generation_id", "number", "state", "remote_id", "cause", "intent_at", "answer", "request", "tag")
CARD = ("pk", "rev", "status", "message", "progress", "clip_id", "width", "height")
ROUNDS = 60  # of a friendly world, until nothing moves any more
PAUSE = 50  # seconds between two of them: after a minute without a tick, a machine believes that it slept
PROOF = 4  # rounds in which what can be proved absent has been


@dataclass
class Watch:
    """Compares a world with what it was at the last look."""

    world: World
    rev: int = 0
    cards: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    seen: int = 0  # the newest event
    paths: dict[str, State] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def look(self) -> list[str]:
        """What is wrong now, in words."""
        if not self.world.written:
            return self.world.wrong
        self.world.written = False
        with self.world.mute():
            self.rows = {str(row["uuid"]): row for row in Attempt.objects.values(*ROW)}
            return [*self.world.wrong, *self.money(), *self.history(), *self.shown(), *self.secrets()]

    def money(self) -> list[str]:
        """I1, I2, I3: what the provider took, against what the rows say of it."""
        wrong: list[str] = []
        accepts = self.world.far.of_kind("accept")
        by_attempt = Counter(line["attempt"] for line in accepts)
        wrong += [f"I1: {uuid} was taken {count} times" for uuid, count in by_attempt.items() if count > 1]
        by_card = Counter(self.rows[line["attempt"]]["generation_id"] for line in accepts)
        for card, count in by_card.items():
            if count > 1 + self.world.resent[card]:
                wrong.append(f"I2: card {card} was paid {count} times, sent again {self.world.resent[card]} times")
        for line in accepts:
            row = self.rows[line["attempt"]]
            known = row["remote_id"] == line["id"] or row["state"] in (State.SUBMITTING, State.UNCERTAIN)
            # Of a task that the provider itself hid from its list, nobody could know.
            misled = line["attempt"] in self.world.misled or self.world.far.tasks[line["id"]].left_out
            if not known and not misled:
                wrong.append(f"I3: {line['id']} is paid, and its attempt is {row['state']} ({row['remote_id'] or '-'})")
        for line in self.world.far.of_kind("delete"):
            task = self.world.far.tasks[line["id"]]
            home = self.rows[task.attempt]["state"] == State.STORED
            if line["was"] == "succeeded" and not home and not given_away(self.world, line):
                wrong.append(f"R8: {task} was ready, not ours yet, and erased")
        return wrong + [f"unspent intent: {row}" for row in self.rows.values() if bare_flight(row)]

    def history(self) -> list[str]:
        """I7: the events of each attempt form a path of MOVES that ends where the row is."""
        wrong = []
        for event in Event.objects.filter(pk__gt=self.seen, kind="attempt").order_by("pk"):
            self.seen = event.pk
            text = f"{event.why} {event.evidence}"
            if KEY in text or SIGNATURE in text:
                wrong.append(f"a secret stands in the event {event}")
            if event.new not in State.values:
                continue  # what a member asked for
            old = self.paths.get(event.subject)
            if (event.old or None) != old or (old and State(event.new) not in MOVES.get(old, ())):
                wrong.append(f"I7: {event} after {old}")
            self.paths[event.subject] = State(event.new)
        ends = {uuid: State(row["state"]) for uuid, row in self.rows.items()}
        return wrong + [f"I7: {uuid} is {ends[uuid]}, its events end otherwise" for uuid in ends if not self.told(uuid)]

    def told(self, uuid: str) -> bool:
        return bool(self.paths.get(uuid) == self.rows[uuid]["state"])

    def shown(self) -> list[str]:
        """The card says what its newest attempt says, and every change of it moves the project's revision."""
        wrong = []
        rev = Project.objects.values_list("rev", flat=True).get(pk=self.world.project.pk)
        newest: dict[int, dict[str, Any]] = {}
        for row in self.rows.values():
            if row["number"] >= newest.get(row["generation_id"], row)["number"]:
                newest[row["generation_id"]] = row
        for pk, card_rev, *card in Generation.objects.values_list(*CARD):
            said, before = status_of(newest[pk]), self.cards.get(pk)
            if card[0] != said:
                wrong.append(f"card {pk} says {card[0]}, its attempt {said}")
            if before is None or before[1:] != tuple(card):
                last = self.rev if before is None else before[0]
                if not last < card_rev <= rev:
                    wrong.append(f"card {pk} changed from {before} to {card} at rev {card_rev} of {rev}")
            if KEY in card[1] or SIGNATURE in card[1]:
                wrong.append(f"a secret stands on card {pk}")
            self.cards[pk] = (card_rev, *card)
        wrong += [f"the project's rev went from {self.rev} to {rev}"] if rev < self.rev else []
        self.rev = rev
        return wrong

    def secrets(self) -> list[str]:
        texts = {uuid: f"{row['answer']} {row['request']}" for uuid, row in self.rows.items()}
        return [f"a secret stands in {uuid}" for uuid, text in texts.items() if KEY in text or SIGNATURE in text]


def given_away(world: World, line: dict[str, Any]) -> bool:
    """A member had it stopped, and it became ready in the seconds since the look that said that it can be stopped.

    Runway's DELETE stops a running task and erases a ready one: nobody can tell beforehand which it will be.
    """
    return bool(line["seen"] in STOPPABLE[world.far.dialect] and line["age"] < TIMES.cancel_look)


def bare_flight(row: dict[str, Any]) -> bool:
    return row["state"] in IN_FLIGHT and row["intent_at"] is None


def status_of(row: dict[str, Any]) -> Status:
    status = State(row["state"]).status
    return Status.BLOCKED if status is Status.FAILED and row["cause"] == "blocked" else status


def settle(world: World) -> None:
    """The world becomes friendly and goes on until nothing moves."""
    world.room, world.far.lag = True, 0
    world.act("resume")
    world.set_clock(3600)  # a clock that was set back has caught up
    world.pass_time(60)
    for number in range(ROUNDS):
        for task in world.far.tasks.values():
            task.gone = False
            world.far.advance(task)
        for job in ("clocks", "poll", "submits", "fetches", "probes", "sweep"):
            world.act(job)
        world.answer_bells()
        world.pass_time(PAUSE)
        with world.mute():
            states = Counter(map(str, Attempt.objects.values_list("state", flat=True)))
            moving = states.keys() - {*FINAL, State.UNCERTAIN}
            if is_jammed(world, states) and number >= PROOF:
                moving -= {State.QUEUED}
            if not moving and not findable(world):
                return


def is_jammed(world: World, states: Mapping[str, int]) -> bool:
    """Every slot is held by what nobody can find: the line waits for a member."""
    return states.get(State.UNCERTAIN, 0) >= world.setting.slots


def findable(world: World) -> list[str]:
    """Uncertain attempts whose task stands in the provider's list under their tag, and is nobody else's."""
    if not (world.provider.add("tag") and world.far.lists and world.far.echoes and world.far.dialect == "ark"):
        return []
    bound = set(Attempt.objects.values_list("remote_id", flat=True))
    lost = {str(uuid) for uuid in Attempt.objects.filter(state=State.UNCERTAIN).values_list("uuid", flat=True)}
    tasks = world.far.tasks.values()
    return [task.id for task in tasks if task.attempt in lost and not task.erased and task.id not in bound]


def unsettled(world: World) -> list[str]:
    """What should have come to an end in a friendly world, and did not; and ends that are not true."""
    wrong = [f"liveness: {task} can be found, and is still uncertain" for task in findable(world)]
    rows = list(Attempt.objects.all())
    jammed = is_jammed(world, Counter(row.state for row in rows))
    for row in rows:
        waits = row.state == State.QUEUED and jammed
        if row.state not in (*FINAL, State.UNCERTAIN) and not waits:
            wrong.append(f"liveness: {row} due {row.next_action_at}, lease {row.lease!r} until {row.lease_until}")
        wrong += untrue(world, row)
    wrong += [f"the spool still holds {name}" for _, name, _ in spool.kept() if name not in world.misled]
    return wrong + files(world)


def untrue(world: World, row: Attempt) -> list[str]:
    """An end that the provider never said."""
    task = world.far.tasks.get(row.remote_id)
    if task is None or task.phase == "queued":
        return []
    ran_on = task.phase in ("running", "succeeded") and not task.erased
    if row.state == State.FAILED and ran_on and task.denied < 3:
        return [f"{row} was given up, and {task} goes on"]
    if row.state == State.CANCELLED and task.phase != "cancelled":
        return [f"{row}, and {task} was not"]
    if row.state == State.STORED and task.phase != "succeeded":
        return [f"{row}, and {task} never succeeded"]
    return []


def files(world: World) -> list[str]:
    """I8: every stored file is the provider's, byte for byte, and nothing else lies about."""
    wrong = []
    for clip in Clip.objects.select_related("attempt"):
        content = Path(default_storage.path(clip.video)).read_bytes()
        true = world.far.tasks[clip.attempt.remote_id].content
        if content != true or clip.sha256 != hashlib.sha256(true).hexdigest():
            wrong.append(f"I8: {clip} is not what the provider made")
        names = {path.name for path in Path(default_storage.path(clip.attempt.folder)).iterdir()}
        if names != {"video.mp4", "poster.webp", "preview.mp4", "last.png"}:
            wrong.append(f"I8: {sorted(names)} lie in the folder of {clip.attempt}")
    return wrong
