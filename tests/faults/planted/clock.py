"""A wall clock that is wrong by as many seconds as a file says, in this process and in every fork of it."""

import math
import time
from pathlib import Path

import psutil
import time_machine

REREAD = 0.1  # seconds between two looks at the file


class Wrong(time_machine.Traveller):
    """Asked for the time by all of Python: time.time(), datetime.now() and their kin, not by time.monotonic().

    It reads the file when asked, so no thread is needed that a fork would lose.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(0, None, tick=True)
        self.path, self.offset, self.looked = path, 0, -math.inf

    def time_ns(self) -> int:
        return time_machine.escape_hatch.time.time_ns() + self.offset_ns()

    def offset_ns(self) -> int:
        if time.monotonic() - self.looked >= REREAD:
            self.looked = time.monotonic()
            self.offset = round(seconds_in(self.path, self.offset / 1e9) * 1e9)
        return self.offset


def seconds_in(path: Path, before: float) -> float:
    """What the file says; while it is being written, what it said before."""
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return before


def shift_clock(name: str) -> None:
    wrong = Wrong(Path(name))
    time_machine.travel(time.time()).start()
    time_machine.traveller_stack[-1] = wrong
    true_boot = psutil._pslinux.boot_time
    # The kernel's moment of boot is the wall clock less the uptime: it moves with the clock, and with it what psutil
    # says of when a process began.
    psutil._pslinux.boot_time = lambda: true_boot() + wrong.offset_ns() / 1e9
