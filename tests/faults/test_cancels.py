"""F15: a take is cancelled at any moment of its life: no finished video is lost, and what was cancelled is not sent.

STUDIO_STORM=1 plays 1,000 lives instead of 100. What can be promised where the same DELETE that stops a task erases one
that is ready: it is sent within seconds of a look that said that the task can be stopped, or not at all. On Ark that
look said "queued", and no render is as quick, unless the look was a lie, as of a replica that lags; Runway also stops
what runs, and that may end in these very seconds.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from generations import net
from generations.models import Attempt, State
from generations.models.attempt import FINAL
from studio.models import User
from tests.faults.far import Far
from tests.faults.figures import SEED, STORM, write_figures
from tests.faults.ground import people
from tests.faults.promises import Watch, findable, given_away
from tests.faults.trouble import AFTER, BEFORE, Setting, Trouble, Weather
from tests.faults.world import JOBS, World

LIVES = 1_000 if STORM else 100
ROUNDS = 300  # of a few seconds each, in which a life must have come to its end
MOMENTS = 9  # rounds in which the member may click
TRIES = 4  # rounds in which the click waits for the middle of a step
DIALECTS = ("ark", "ark", "runway")
QUICKEST = 8.0  # seconds in which a provider renders at least
POSTS = ("fine",) * 9 + ("429", "lost", "lost before", "unsent")
LOOKS = ("fine",) * 9 + ("500", "lost", "backward", "odd word")


@dataclass
class Paced(Far):
    """Works at its own pace, and every exchange takes a while, in which it works on."""

    world: Any = None
    dice: random.Random = field(default_factory=random.Random)
    paces: dict[str, tuple[float, float]] = field(default_factory=dict)

    def answer(self, method: str, url: str, body: bytes | None, fate: str, attempt: str) -> net.Answer:
        self.world.pass_time(self.dice.uniform(0, 1.5))
        self.work()
        try:
            return super().answer(method, url, body, fate, attempt)
        finally:
            self.world.pass_time(self.dice.uniform(0, 1.5))
            self.work()

    def work(self) -> None:
        for task in self.tasks.values():
            waits, renders = self.paces.setdefault(task.id, (self.dice.uniform(0, 40), self.dice.uniform(QUICKEST, 30)))
            age = self.now() - task.born
            if task.phase == "queued" and age > waits:
                task.phase = "running"
            if task.phase == "running" and age > waits + renders:
                self.end(task, "succeeded")


class Life(World):
    """One take; its member clicks on Cancel once."""

    clicks = 0

    def __init__(self, users: list[User], number: int) -> None:
        super().__init__(users, Setting(DIALECTS[number % len(DIALECTS)]))
        self.dice = random.Random(f"{SEED}-{number}")
        self.far: Paced = Paced(self.setting.dialect, self.far.now, world=self, dice=self.dice)

    def wish(self, *words: Any, **more: Any) -> None:
        self.clicks += 1
        super().wish(*words, **more)

    def weather(self) -> Weather:
        return Weather(self.dice.choice(POSTS), (self.dice.choice(LOOKS), self.dice.choice(LOOKS)))

    def middle(self) -> Trouble:
        at = self.dice.choice(("statement", BEFORE, AFTER))
        return Trouble(at, "cancel", self.dice.randrange(20 if at == "statement" else 2))


def live(life: Life) -> bool:
    """From the asking to the end, with a click between two steps or in the middle of one; whether there was an end."""
    moment, inside = life.dice.randrange(MOMENTS), life.dice.random() < 0.7
    life.ask("token", 1)
    for number in range(ROUNDS):
        life.pass_time(life.dice.uniform(0.2, 5))
        life.far.work()
        trouble = life.middle() if inside and number >= moment and not life.clicks else None
        life.work(JOBS["tick"], life.weather(), trouble if life.dice.random() < 0.3 else None)
        for pk in dict.fromkeys(life.bells):
            life.carry(pk, life.weather(), None if life.clicks else trouble)
        life.bells.clear()
        if not life.clicks and number >= moment + inside * TRIES:
            life.wish("cancel", 0)
        if life.clicks and is_over(life):
            return True
    return False


def is_over(life: Life) -> bool:
    state = State(Attempt.objects.get().state)
    return state in FINAL or (state is State.UNCERTAIN and not findable(life))


def losses(life: Life, row: Attempt, counts: Counter[str]) -> list[str]:
    """What was made and is nowhere, or sent although it was cancelled."""
    wrong = []
    erasing = {line["id"]: line for line in life.far.of_kind("delete") if line["was"] == "succeeded"}
    for task in life.far.tasks.values():
        if task.id in erasing and given_away(life, erasing[task.id]):
            counts["given away"] += 1
        elif task.id in erasing:
            wrong.append(f"{task} was ready, and was erased by {erasing[task.id]}")
        elif task.phase == "succeeded" and row.state not in (State.STORED, State.UNCERTAIN):
            wrong.append(f"{task} is ready, and {row} does not bring it home")
    if row.state == State.CANCELLED and not row.remote_id and row.ended_at:
        late = [line for line in life.far.of_kind("post") if line["at"] > row.ended_at.timestamp()]
        wrong += [f"sent after it was cancelled in the line: {line}" for line in late]
    return wrong


@pytest.fixture
def users(transactional_db: None) -> Iterator[list[User]]:
    with people() as users:
        yield users


def test_cancelling_at_any_moment_loses_no_video_and_sends_nothing_afterwards(users: list[User]) -> None:
    ends: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    started = time.perf_counter()
    for number in range(LIVES):
        with Life(users, number) as life:
            watch, ended = Watch(life), live(life)
            row = Attempt.objects.get()
            ends["cancelled in the line" if row.state == State.CANCELLED and not row.remote_id else row.state] += 1
            found = [*watch.look(), *losses(life, row, counts), *([] if ended else [f"{row} has no end"])]
            wrong += [f"life {number}: {what}" for what in found]
            for line in life.far.of_kind("delete"):
                counts[f"{life.setting.dialect} {line['was']}{' after a lie' * line['lied']}"] += 1
            counts["clicks"] += life.clicks
    seconds = round(time.perf_counter() - started, 1)
    print(f"\nF15: {LIVES} lives, {len(wrong)} violations (seed {SEED}, {seconds:.0f} s)")
    print(f"     ends {dict(ends)}; clicks, and what was deleted in which state: {dict(counts)}")
    figures = {"violations": len(wrong), "seed": SEED, "ends": ends, **counts}
    write_figures("f15", ok=not wrong, n=LIVES, seconds=seconds, **figures)
    assert not wrong, "\n".join(wrong)
    assert counts["clicks"] == LIVES
    assert counts["ark succeeded"] == 0
    assert min(ends["cancelled in the line"], ends["cancelled"], ends["stored"]) > 0
