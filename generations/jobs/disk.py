"""Room for results: new work stops before the disk is full, so that what is paid for can still come home."""

import errno
import os
import shutil
from pathlib import Path

from studio.config import config

MIB = 2**20
FULL = "the studio's disk is full. Free some space; the download goes on by itself"


class Full(Exception):
    """No room. The message is for people."""


def is_full(error: Exception) -> bool:
    """Whether our disk is to blame, not the far end."""
    return isinstance(error, Full) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT))


def free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def reserve() -> int:
    """Bytes that only fetches may use; STUDIO_DISK_RESERVE_MB."""
    return config().disk_reserve_mb * MIB


def has_room_for_new_work() -> bool:
    return free(config().data) > reserve()


def need_room(folder: Path) -> None:
    """A fetch may use the reserve, but not the last bytes, which the database needs. Raises Full."""
    stats = os.statvfs(folder)
    if stats.f_bavail * stats.f_frsize < min(64 * MIB, reserve() // 4):
        raise Full(FULL)
