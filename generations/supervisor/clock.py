"""Keeps time: one tick at a time, the next when the last has come back."""

import time
from dataclasses import dataclass

from ..jobs.doorbell import ring_tick
from ..times import TIMES
from . import rows

BOOT = 30.0  # seconds that a new session may take to load, on a busy machine; not divided in the lab
LONGEST_BOOT = 8 * BOOT  # for one whose forerunner was ended before its first tick came back


@dataclass
class Clock:
    number: int = 0
    before: rows.Beat = None  # the heartbeat when the tick was rung
    rung: float | None = None  # monotonic; None while no tick is on its way
    back: float = 0  # monotonic; 0 until the first tick came back
    boot: float = BOOT
    patience: float = 0

    def __post_init__(self) -> None:
        self.patience = self.boot + TIMES.tick_missing

    def next(self) -> "Clock":
        """For the next session. What a slow machine had no time for needs more time, or it would never begin."""
        return Clock(boot=BOOT if self.back else min(2 * self.boot, LONGEST_BOOT))

    def step(self) -> bool:
        """Ring when it is time. False when a tick is missing: the queue is wedged. May raise a database error."""
        now = time.monotonic()
        if self.rung is None:
            if now - self.back >= TIMES.tick:
                self.ring(now)
        elif self.has_come_back():
            self.rung, self.back, self.patience = None, now, TIMES.tick_missing
        elif now - self.rung > self.patience:
            return False
        return True

    def ring(self, now: float) -> None:
        self.before = rows.beat()
        self.number = (self.before[0] if self.before else 0) + 1
        ring_tick(self.number)
        self.rung = now

    def has_come_back(self) -> bool:
        """The heartbeat moved *and* the queue's row is gone: a dead monitor leaves the row.

        Moved, not "is ours": several machines tick on the same rows, and another's beat may follow ours at once.
        """
        return rows.beat() != self.before and not rows.is_waiting(self.number)
