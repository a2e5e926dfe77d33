"""Limits that all web processes of a machine share: times of tries in small locked files under STUDIO_DATA.

Django's FileBasedCache was refused: its `incr` reads and writes without a lock, so tries in parallel count as one.
"""

import fcntl
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .config import config

FILES = 256  # per limit: nobody fills the disk by inventing addresses

Tries = list[tuple[str, float]]  # whose, and when


@dataclass(frozen=True)
class Limit:
    """At most `tries` within `seconds`, for each key."""

    name: str
    tries: int
    seconds: float


def take(limit: Limit, key: str) -> bool:
    """Count one try before it is made; False when there were too many already. Expires by itself."""
    mark = mark_of(key)
    with locked(limit, mark) as tries:
        allowed = sum(who == mark for who, _ in tries) < limit.tries
        if allowed:
            tries.append((mark, time.time()))
    return allowed


def give_back(limit: Limit, key: str, *, whole: bool = False) -> None:
    """The try was a good one: take it back, or with `whole` all that the key has used."""
    mark = mark_of(key)
    with locked(limit, mark) as tries:
        mine = [entry for entry in tries if entry[0] == mark]
        for entry in mine if whole else mine[-1:]:
            tries.remove(entry)


def mark_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


@contextmanager
def locked(limit: Limit, mark: str) -> Iterator[Tries]:
    """The young tries of the file that `mark` falls into; what the caller leaves in the list is kept."""
    folder = config().data / "throttle"
    folder.mkdir(mode=0o700, exist_ok=True)
    with open(folder / f"{limit.name}-{int(mark[:8], 16) % FILES:02x}", "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        tries = young(file.read(), limit)
        yield tries
        file.truncate(0)
        file.write("".join(f"{who} {at}\n" for who, at in tries))


def young(text: str, limit: Limit) -> Tries:
    """A line that a crash cut short is left out, and so is one from the future of a clock that was set back."""
    now = time.time()
    found = []
    for line in text.splitlines():
        who, _, at = line.partition(" ")
        try:
            age = now - float(at)
        except ValueError:
            continue
        if len(who) == 32 and 0 <= age < limit.seconds:
            found.append((who, float(at)))
    return found
