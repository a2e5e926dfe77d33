"""Named crash points: places where the lab kills this process to see what survives."""

import os
import signal
from pathlib import Path

# Read once: a product process never has it. A name, or `@` and the path of a file that holds one.
CRASH_AT = os.environ.get("CRASH_AT", "")


def here(name: str) -> None:
    """Die at once, as by a power cut, if this is the point that the lab chose."""
    if CRASH_AT and is_chosen(name):
        os.kill(os.getpid(), signal.SIGKILL)


def is_chosen(name: str) -> bool:
    """A file names a point for one death alone: who takes it away dies."""
    if not CRASH_AT.startswith("@"):
        return name == CRASH_AT
    path = Path(CRASH_AT[1:])
    try:
        if path.read_text().strip() != name:
            return False
        path.unlink()
    except OSError:  # nothing is chosen now, or another process was faster
        return False
    return True
