"""How long to wait before something that died is started again, and how we hear that we should stop."""

import signal
import time
from dataclasses import dataclass
from types import FrameType

LONGEST = 30.0  # seconds between two starts of something broken
WELL = 5.0  # what has lived for so long was started well


@dataclass
class Rest:
    """Growing waits for what dies young: 1, 2, 4 … 30 s. What has lived well is started again at once."""

    wait: float = 0
    until: float = 0  # monotonic

    def after(self, lived: float, longest: float = LONGEST) -> float:
        """Seconds to wait now, after a life of `lived` seconds."""
        self.wait = 0 if lived >= WELL else min(max(self.wait * 2, 1), longest)
        self.until = time.monotonic() + self.wait
        return self.wait

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until


@dataclass
class Stop:
    """Counts the requests to stop: the first asks for a clean end, a second one for an end at once.

    A counter and short sleeps, not an Event: setting an Event in a signal handler can deadlock with its own wait.
    """

    asked: int = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1


def stop_on_signals() -> Stop:
    """SIGTERM, Ctrl-C, and a closed terminal."""
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    return stop
