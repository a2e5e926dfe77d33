"""F1, F2, F7: SIGKILL whatever runs, again and again, while members go on asking; the books must agree afterwards."""

import math
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.house import House
from tests.faults.load import Load
from tests.running import until

from .part import MANUAL, TAGGED, Part, books, bound, calm, running, spread
from .progress import Progress

SIGSTOP, SIGKILL = 19, 9
NOTICED = 1.0  # second, in which the supervisor sees a death
PATIENCE = 60  # seconds in which work must flow again, F7


@dataclass(frozen=True)
class Kills:
    """`count` submissions under `kills` kills; one in four kills the whole group, unless it is to be `single`."""

    name: str
    about: str
    count: int
    kills: int
    provider: dict[str, Any] = field(default_factory=lambda: TAGGED)
    single: bool = False

    def part(self) -> Part:
        return Part(self.name, self.about, self.run)

    def run(self, folder: Path, database: str) -> dict[str, Any]:
        with running(folder, database, self.provider) as (studio, _):
            progress = storm(studio, self)
            return judged(studio, self, progress)


F1 = Kills("f1", "kills, at a provider that echoes tags", 10_000, 250).part()
F2 = Kills("f2", "kills, at a provider without tags and list", 10_000, 250, MANUAL).part()
F7 = Kills("f7", "single processes killed or stopped", 1_000, 200, TAGGED, single=True).part()


def storm(studio: House, part: Kills, seed: int = 0) -> Progress:
    """Until both the submissions and the kills are done. The submissions are spread: after each kill there is work."""
    progress = Progress(studio.folder)
    chance = random.Random(f"{part.name} {seed} {len(progress.done)}")
    with Load(studio, allowed(part, progress)) as load:
        until("what an earlier run left is home", lambda: not load.is_behind(), 30 * PATIENCE)
        works(studio, load, PATIENCE)
        while load.asked < part.count or len(progress.done) < part.kills:
            wait(chance.uniform(1, 4), load)
            load.count = allowed(part, progress, ahead=1)
            progress.add(**one_kill(studio, part, chance, load))
            print_state(studio, part, progress, load)
    return progress


def allowed(part: Kills, progress: Progress, ahead: int = 0) -> int:
    """Submissions before the next kill."""
    return math.ceil(part.count * (len(progress.done) + 1 + ahead) / part.kills)


def wait(seconds: float, load: Load) -> None:
    """A while, or until there is nothing more to ask for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not load.is_done:
        time.sleep(0.1)


def one_kill(studio: House, part: Kills, chance: random.Random, load: Load) -> dict[str, Any]:
    posting = submitting(studio)
    stops = part.single and chance.random() < 0.25
    whole = not part.single and chance.random() < 0.25
    began = time.monotonic()
    what = studio.kill_all() if whole else studio.kill_one(chance, SIGSTOP if stops else SIGKILL)
    time.sleep(NOTICED)  # before, what is still alive may go on for a moment, which proves nothing
    posting |= submitting(studio)
    studio.revive()
    works(studio, load, 2 * PATIENCE)
    recovered = round(time.monotonic() - began, 2)
    studio.let_up_go_on()
    return {"what": what, "stopped": stops, "posting": len(posting), "recovered": recovered}


def works(studio: House, load: Load, seconds: float) -> None:
    """Until the provider takes another order or, while the load waits for the results, one of them comes home."""
    orders, results = studio.lab.counts()["accepts"], studio.tally()["stored"]
    until(
        "work flows again",
        lambda: studio.lab.counts()["accepts"] > orders or (load.is_behind() and studio.tally()["stored"] > results),
        seconds,
    )


def submitting(studio: House) -> set[int]:
    return {int(row[0]) for row in studio.sql("select id from generations_attempt where state = 'submitting'")}


def judged(studio: House, part: Kills, progress: Progress) -> dict[str, Any]:
    """The figures of a part, after the storm has calmed down."""
    took = calm(studio)
    kills = len(progress.done)
    manual = part.provider is MANUAL
    figures = books(studio, *(("--kills", str(kills)) if manual else ()))
    posting = sum(kill["posting"] for kill in progress.done)
    recoveries = [kill["recovered"] for kill in progress.done]
    slow = [kill for kill in progress.done if kill["recovered"] > PATIENCE]
    figures["ok"] &= figures["uncertain"] <= (posting if manual else 0) and not slow
    if slow:
        figures["violations"] |= {"F7": slow[:5]}
    more = {"n": kills, "kills": kills, "bound": bound(kills), "recovery": spread(recoveries)}
    return figures | more | {"posts in flight at kills": posting, "calm after": round(took)}


def print_state(studio: House, part: Kills, progress: Progress, load: Load) -> None:
    if len(progress.done) % 10 == 0:
        kill = progress.done[-1]
        line = f"{load.asked} asked, {len(progress.done)} kills, last {kill['what']}, {kill['recovered']} s"
        sys.stderr.write(f"{part.name}: {line}; {dict(studio.tally())}\n")
