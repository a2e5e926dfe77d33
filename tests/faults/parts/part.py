"""What a part of the storm is, and what several of them do."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.house import House, house
from tests.faults.postgres import Postgres, postgres

DATABASES = ("sqlite", "postgres")
SPEED = 20  # divides the engine's times
MOVING = {"queued", "submitting", "accepted", "running", "succeeded", "fetching"}
TAGGED: dict[str, Any] = {"flags": {}, "provider": {}}
MANUAL: dict[str, Any] = {
    "flags": {"no_tag": True, "no_list": True},
    "provider": {"adds": ["seed"], "lists": False},
}


@dataclass(frozen=True)
class Part:
    """`run(folder, database)` gives its figures, "ok" and "violations" among them, and raises Missing.

    Whatever it must know to go on after a cut, it keeps in `folder`.
    """

    name: str
    about: str
    run: Callable[[Path, str], dict[str, Any]]
    databases: tuple[str, ...] = DATABASES


@contextmanager
def databases(folder: Path, which: str) -> Iterator[tuple[dict[str, str], Postgres | None]]:
    """The environment that names the database, and its server where there is one. Raises Missing."""
    if which == "sqlite":
        yield {}, None
        return
    with postgres(folder / "postgres") as server:
        yield {"DATABASE_URL": server.url}, server


@contextmanager
def running(
    folder: Path, which: str, kind: dict[str, Any] | None = None, **environment: str
) -> Iterator[tuple[House, Postgres | None]]:
    """A running studio on `which` database beside a fake provider of this `kind` (TAGGED by default)."""
    provider = kind or TAGGED
    with (
        databases(folder, which) as (address, server),
        house(folder / "run", speed=SPEED, flags=provider["flags"], **(address | environment)) as studio,
    ):
        studio.prepare(**provider["provider"])
        studio.start()
        yield studio, server


def calm(studio: House, seconds: float = 600) -> float:
    """Wait until nothing moves any more, and what is uncertain has been looked for; seconds that it took."""
    began = time.monotonic()
    last, since = studio.tally(), time.monotonic()
    while time.monotonic() - began < seconds:
        time.sleep(1)
        now = studio.tally()
        if now != last:
            last, since = now, time.monotonic()
        settled = not MOVING & set(now)
        if settled and (not now["uncertain"] or time.monotonic() - since > 40):
            break
    return time.monotonic() - began


def books(studio: House, *words: str) -> dict[str, Any]:
    """What the checker says of a studio at rest, as figures. More `words` are more options of the checker."""
    gate = studio.sql("select max_concurrent, rate from generations_provider")[0]
    said = studio.checked("--quiet", "--gate", str(gate[0]), "--rate", str(gate[1]), *words)
    return {
        "ok": said["ok"],
        "submissions": said["figures"]["attempts"],
        **{name: said["figures"][name] for name in ("lost", "double", "uncertain", "stored")},
        "states": dict(studio.tally()),
        "violations": {name: one["violations"][:5] for name, one in said["invariants"].items() if one["violations"]},
    }


def spread(seconds: list[float]) -> str:
    """Median and longest, as a cell."""
    return f"{statistics.median(seconds):.1f} s, {max(seconds):.1f} s at most" if seconds else ""


def bound(n: int) -> str:
    """Of n tries without an event, the 95 % bound on how often it may happen after all."""
    return f"3/{n} = {3 / n:.4f}" if n else ""
