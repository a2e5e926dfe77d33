"""F4, F5, F6, F13, F15: what tests prove by themselves, at the size that the figures ask for."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.running import ROOT

from .part import Part, bound

HOURS = 8.0  # after which a pack of tests is ended
INTERRUPTED = 2  # pytest's exit code


@dataclass(frozen=True)
class Inside:
    """`tests` write figures of the shape {"part": …, "ok": …, "n": …} into the folder that the environment names."""

    name: str
    about: str
    tests: tuple[str, ...]

    def part(self) -> Part:
        return Part(self.name, self.about, self.run, ("sqlite",))

    def run(self, folder: Path, database: str) -> dict[str, Any]:
        told = folder / "told"
        told.mkdir(exist_ok=True)
        for old in told.glob("*.json"):
            old.unlink()
        began = time.monotonic()
        code = pytest(self.tests, told, folder / "pytest.log")
        figures = merged([json.loads(path.read_text()) for path in sorted(told.glob("*.json"))])
        figures |= {"bound": bound(figures["n"]), "seconds": round(time.monotonic() - began)}
        figures["ok"] &= code == 0
        if not figures["ok"]:
            end = (folder / "pytest.log").read_text(errors="replace")[-3000:]
            figures["violations"] = {self.name: [f"pytest ended with {code}", end]}
        return figures


def pytest(tests: Sequence[str], told: Path, log: Path) -> int:
    """Its exit code. In one process: a file's figures are counted by whoever runs all of it.

    Raises SystemExit when it was cut: that proves neither, and the next run goes on.
    """
    words = [sys.executable, "-m", "pytest", "-q", "-s", *(f"tests/faults/{name}" for name in tests)]
    environment = os.environ | {"STUDIO_STORM": "1", "STUDIO_STORM_FIGURES": str(told.resolve())}
    with log.open("wb") as file:
        done = subprocess.run(
            words, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT, timeout=HOURS * 3600
        )
    if done.returncode < 0 or done.returncode == INTERRUPTED:
        raise SystemExit(f"The tests were cut, see {log}. Run the part again: what has gone well is kept.")
    return done.returncode


def merged(told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Numbers add up; nothing told is nothing proved."""
    figures: dict[str, Any] = {"ok": bool(told) and all(one["ok"] for one in told), "n": 0}
    for one in told:
        for name, value in one.items():
            if name in ("part", "ok"):
                continue
            is_sum = isinstance(value, int | float) and not isinstance(value, bool) and name != "seed"
            figures[name] = figures.get(name, 0) + value if is_sum else value
    return figures


F4 = Inside(
    "f4",
    "every fault of a provider at every call",
    ("test_post_faults.py", "test_poll_faults.py", "test_list_faults.py", "test_fetch_faults.py"),
).part()
F5 = Inside("f5", "bugs planted in the studio, which must be caught", ("test_planting.py", "test_planted.py")).part()
F6 = Inside("f6", "random lives of attempts", ("test_machine.py",)).part()
F13 = Inside("f13", "calls that drip or never end", ("test_drips.py",)).part()
F15 = Inside("f15", "cancelling at random moments", ("test_cancels.py",)).part()
