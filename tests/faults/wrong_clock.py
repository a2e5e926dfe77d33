"""Django's settings for a studio whose clock is wrong by as many seconds as the file STORM_CLOCK says.

All its processes load them, read the file whenever they ask for the time, and so jump together while they run. The
machine's own clock stays as it is, and so do the provider's, the load's and the ledger's.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from django.utils import timezone

from studio.settings import *  # noqa: F403

FILE = Path(os.environ["STORM_CLOCK"])
true_time = time.time


def offset(file: Path = FILE) -> float:
    return float(file.read_text()) if file.exists() else 0.0


def wrong_time() -> float:
    return true_time() + offset()


# Settings come before models and views, so these are the functions that all of them take. time.monotonic() is no
# clock that anybody sets.
time.time = wrong_time
time.time_ns = lambda: int(wrong_time() * 1e9)
timezone.now = lambda: datetime.fromtimestamp(wrong_time(), UTC)
