"""F11: two clusters work on one database; together they must never pass the provider's slots and its rate."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.faults.checker.pace import most_at_once, most_in_a_minute
from tests.faults.house import House
from tests.faults.load import Load
from tests.running import ROOT

from .part import SPEED, Part, books, bound, calm, running

SLOTS, RATE = 5, 60  # tasks at once, POSTs a minute
HOME = 0.02  # of the tasks succeed and are brought home; the gate is what is measured
LONG = 0.1  # of the quick tasks last long, so that the slots fill
PATIENCE = 300  # seconds without a single POST, after which the part gives up


@dataclass(frozen=True)
class Gates:
    """`count` jobs: the first `slow` of them at a true 60 a minute, so that the rate binds; the rest at 60 times the
    20 by which the engine's times are divided, so that the slots bind and ten thousand take no night.
    """

    name: str
    about: str
    count: int
    slow: int = 180

    def part(self) -> Part:
        return Part(self.name, self.about, self.run)

    def run(self, folder: Path, database: str) -> dict[str, Any]:
        fields = {"max_concurrent": SLOTS, "rate": RATE}
        with (
            running(folder, database, {"flags": {}, "provider": fields}) as (studio, _),
            second_cluster(studio) as second,
        ):
            seen = Seen(second)
            tasks(studio, quick=4, long=4)
            work_through(studio, self.slow, seen)
            widened = widen(studio)
            tasks(studio, quick=0.1, long=3)
            work_through(studio, self.count, seen)
            return judged(studio, widened, seen)


F11 = Gates("f11", "two clusters at one gate", 10_000).part()


def tasks(studio: House, quick: float, long: float) -> None:
    """How many seconds most tasks take, and how many some do."""
    studio.lab.clear()
    studio.lab.script("create", {"lasts": quick}, chance=HOME)
    studio.lab.script("create", {"ends": "failed", "lasts": long}, chance=LONG)
    studio.lab.script("create", {"ends": "failed", "lasts": quick})


@contextmanager
def second_cluster(studio: House) -> Iterator[psutil.Process]:
    """A second `manage.py cluster` beside the one of `up`, as of another machine on the same database."""
    with (studio.folder / "second.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "cluster"], cwd=ROOT, env=studio.environment, stdout=log, stderr=log
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(90)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


class Seen:
    """Which cluster's workers were seen sending; looked at once a second."""

    def __init__(self, second: psutil.Process) -> None:
        self.second = second
        self.first_sent = self.second_sent = 0

    def look(self, studio: House) -> None:
        below = {process.pid for process in self.second.children(recursive=True)}
        for (worker,) in studio.sql("select worker from generations_attempt where state = 'submitting'"):
            process = studio.process_in(worker)
            if process is not None:
                self.first_sent += 1
            elif pid_of(worker) in below:
                self.second_sent += 1


def pid_of(worker: Any) -> int:
    told = json.loads(worker) if isinstance(worker, str) else worker
    return int(told.get("pid", 0))


def widen(studio: House) -> float:
    """From the slow rate to the fast one, once, while nothing moves; unix seconds of that moment."""
    kept = studio.folder / "widened.json"
    if not kept.exists():
        studio.sql("update generations_provider set rate = ? returning id", RATE * SPEED)
        kept.write_text(json.dumps(time.time()))
    return float(json.loads(kept.read_text()))


def work_through(studio: House, upto: int, seen: Seen) -> None:
    """Ask until there are `upto` jobs, and see them end. AssertionError when the work stands still."""
    posts, since = 0, time.monotonic()
    with Load(studio, upto, ahead=4 * SLOTS) as load:
        while not load.is_done:
            now = studio.lab.counts()["posts"]
            if now > posts:
                posts, since = now, time.monotonic()
            assert time.monotonic() - since < PATIENCE, f"no POST for {PATIENCE} s"
            seen.look(studio)
            time.sleep(1)
    calm(studio)


def judged(studio: House, widened: float, seen: Seen) -> dict[str, Any]:
    """The checker's I9 holds the ledger against the row's slots and rate; the slow stretch is judged here."""
    figures = books(studio)
    posts = [post["at"] for post in studio.lab.of("post")]
    slow = most_in_a_minute([at for at in posts if at < widened])
    fast = most_in_a_minute([at for at in posts if at >= widened])
    overlap = most_at_once(spans(studio))
    wrong = []
    if slow > RATE:
        wrong.append(f"{slow} POSTs within 60 s, {RATE} are allowed")
    if overlap > SLOTS:
        wrong.append(f"{overlap} tasks at once, {SLOTS} are allowed")
    if overlap < SLOTS:
        wrong.append(f"{overlap} tasks at once: the gate was never tried")
    figures["ok"] &= not wrong
    figures["violations"] |= {"F11": wrong} if wrong else {}
    return figures | {
        "n": figures["submissions"],
        "bound": bound(figures["submissions"]),
        "overlap most": f"{overlap} of {SLOTS}",
        "posts in 60 s most": f"{slow} of {RATE}, then {fast} of {RATE * SPEED}",
        "seen sending": f"{seen.first_sent} by the first cluster, {seen.second_sent} by the second",
    }


def spans(studio: House) -> list[tuple[float, float]]:
    ends = {line["id"]: line["at"] for line in studio.lab.of("end")}
    return [(line["at"], ends.get(line["id"], line["ends_at"])) for line in studio.lab.accepts()]
