"""Who holds a live POST: enough to know later whether that very process still runs."""

import os
import socket
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil


@lru_cache
def machine() -> tuple[str, str]:
    """Host name and boot id: a pid means something on this boot of this machine only."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return socket.gethostname(), boot.read_text().strip() if boot.exists() else str(int(psutil.boot_time()))


def me() -> dict[str, Any]:
    host, boot = machine()
    return {"host": host, "boot": boot, "pid": os.getpid(), "started": psutil.Process().create_time()}


def is_here(worker: dict[str, Any]) -> bool:
    """Whether the process ran on this machine (perhaps before a reboot)."""
    return worker.get("host") == machine()[0]


def process_of(worker: dict[str, Any]) -> psutil.Process | None:
    """The live process that wrote `worker`, or None when it is gone (or a zombie, or its pid was given away)."""
    if (worker.get("host"), worker.get("boot")) != machine():
        return None
    try:
        process = psutil.Process(worker["pid"])
        same = abs(process.create_time() - worker["started"]) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None
