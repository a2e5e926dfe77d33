"""Who holds a live POST: enough to know later whether that very process still runs."""

import os
import socket
import time
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
from django.utils import timezone


@lru_cache
def machine() -> tuple[str, str]:
    """Host name and boot id: a pid means something on this boot of this machine only."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return socket.gethostname(), boot.read_text().strip() if boot.exists() else str(int(psutil.boot_time()))


def started(pid: int) -> float:
    """What tells a process from a later one with its pid, whatever becomes of the clock: ticks since boot (proc(5)).

    The time of day that psutil makes of it moves whenever the clock is set. Raises psutil.NoSuchProcess.
    """
    try:
        return float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return psutil.Process(pid).create_time()  # no such process, or no such system


def me() -> dict[str, Any]:
    host, boot = machine()
    return {"host": host, "boot": boot, "pid": os.getpid(), "started": started(os.getpid())}


def me_until(seconds: float) -> dict[str, Any]:
    """Me, and when I shall be done: by a clock that all processes of one boot share and that nobody sets."""
    return me() | {"until": time.monotonic() + seconds}


def is_me(worker: dict[str, Any]) -> bool:
    return me().items() <= worker.items()


def late(worker: dict[str, Any], deadline: datetime | None) -> float:
    """Seconds since a live process of this boot should have been done; negative while it has time.

    `deadline` is the same by the wall clock, for a worker that did not say.
    """
    if "until" in worker:
        return time.monotonic() - float(worker["until"])
    return (timezone.now() - deadline).total_seconds() if deadline else 0.0


def is_here(worker: dict[str, Any]) -> bool:
    """Whether the process ran on this machine (perhaps before a reboot)."""
    return worker.get("host") == machine()[0]


def process_of(worker: dict[str, Any]) -> psutil.Process | None:
    """The live process that wrote `worker`, or None when it is gone (or a zombie, or its pid was given away)."""
    if (worker.get("host"), worker.get("boot")) != machine():
        return None
    try:
        process = psutil.Process(worker["pid"])
        same = started(process.pid) == worker["started"]
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None
