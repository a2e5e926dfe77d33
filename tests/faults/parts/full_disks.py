"""F10: a disk runs full under load, to the last byte, and has room again: nothing corrupt or lost, and work flows."""

import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.house import House, flows
from tests.faults.load import Load
from tests.faults.postgres import Postgres
from tests.running import until

from .disks import Disk, mounted
from .part import Part, books, bound, calm, running, spread
from .visitor import Visitor

PATIENCE = 60  # seconds within which work flows again after space has returned
TOP_UP = 0.05  # seconds between two fillings


@dataclass(frozen=True)
class Disks:
    """In each of `places` the disk is full `rounds` times for `seconds`, and once for `longest`.

    With SQLite the studio's whole data folder, the media aside, is on the disk of the database; with PostgreSQL the
    server's. A server that gave up is started again once there is room, as by a machine's service manager.
    """

    name: str
    about: str
    rounds: int = 5
    seconds: float = 20
    longest: float = 90  # with the engine's times divided by 20, half an hour
    places: tuple[str, ...] = ("database", "media", "temporary")

    def part(self) -> Part:
        return Part(self.name, self.about, self.run)

    def run(self, folder: Path, database: str) -> dict[str, Any]:
        disks = places_in(folder, database)
        with mounted(*disks.values()):
            pass  # nothing of a run that was cut is left: its disks were memory, so it begins anew
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with (
            mounted(*disks.values()),
            running(folder, database, TMPDIR=str(disks["temporary"].path)) as (studio, server),
        ):
            rounds = [one for place in self.places for one in self.fill(studio, server, place, disks[place])]
            return judged(studio, rounds)

    def fill(self, studio: House, server: Postgres | None, place: str, disk: Disk) -> list[dict[str, Any]]:
        with Load(studio, sys.maxsize, ahead=20) as load, Visitor(studio) as visitor:
            flows(studio, 2 * PATIENCE)
            found = []
            for number in range(self.rounds + 1):
                seconds = self.longest if number == self.rounds else self.seconds
                found.append(one_round(studio, server, place, disk, seconds, visitor))
                sys.stderr.write(f"f10: {place}: {found[-1]}, {load.asked} asked\n")
            return found


F10 = Disks("f10", "full disks").part()


def places_in(folder: Path, database: str) -> dict[str, Disk]:
    """In the order in which they are mounted: the media lie within the data folder."""
    data = folder / "run" / "data"
    rows = data if database == "sqlite" else folder / "postgres"
    return {
        "database": Disk(rows, 128 if database == "sqlite" else 1_500),
        "media": Disk(data / "media", 512),
        "temporary": Disk(folder / "run" / "tmp", 32),
    }


def one_round(
    studio: House, server: Postgres | None, place: str, disk: Disk, seconds: float, visitor: Visitor
) -> dict[str, Any]:
    """What was seen while the disk was full, and how long it took afterwards until work flowed."""
    visitor.forget()
    end = time.monotonic() + seconds
    least = disk.left
    while time.monotonic() < end:
        disk.fill()
        least = min(least, disk.left)
        time.sleep(TOP_UP)
    seen, raw = visitor.seen(), visitor.raw()
    disk.free()
    began = time.monotonic()
    if server:
        stand_up(server)
    studio.revive()
    flows(studio, 4 * PATIENCE)
    comes_home(studio, 4 * PATIENCE)
    took = round(time.monotonic() - began, 1)
    return {"place": place, "seconds": seconds, "left": least, "recovered": took, "pages": seen, "raw": raw}


def stand_up(server: Postgres) -> None:
    try:
        psycopg.connect(server.url, connect_timeout=5).close()
    except psycopg.OperationalError:
        (server.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        server.start()


def comes_home(studio: House, seconds: float) -> None:
    """Until one more result is stored."""
    before = studio.tally()["stored"]
    until("a result comes home", lambda: studio.tally()["stored"] > before, seconds)


def judged(studio: House, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    took = calm(studio)
    figures = books(studio)
    wrong = [f"{one['place']}: work flowed only after {one['recovered']} s" for one in late(rounds)]
    wrong += [f"{one['place']}: a page without words: {said}" for one in rounds for said in one["raw"]]
    wrong += [f"{one['place']}: {one['left']} bytes were left" for one in rounds if one["left"]]
    if odd := {state: n for state, n in figures["states"].items() if state != "stored"}:
        wrong.append(f"not all came home: {odd}")
    if said := integrity(studio):
        wrong.append(f"integrity_check: {said}")
    figures["ok"] &= not wrong
    figures["violations"] |= {"F10": wrong[:10]} if wrong else {}
    pages: Counter[str] = sum((one["pages"] for one in rounds), Counter())
    return figures | {
        "n": len(rounds),
        "bound": bound(len(rounds)),
        "recovery": spread([one["recovered"] for one in rounds]),
        "full for": spread([one["seconds"] for one in rounds]),
        "pages while full": ", ".join(f"{n} × {what}" for what, n in sorted(pages.items())),
        "calm after": round(took),
    }


def late(rounds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in rounds if one["recovered"] > PATIENCE]


def integrity(studio: House) -> str:
    """What SQLite says of its file; PostgreSQL reads every page of every table instead. Empty when all is well."""
    if "DATABASE_URL" not in studio.environment:
        said = [str(row[0]) for row in studio.sql("pragma integrity_check")]
        return "" if said == ["ok"] else "; ".join(said[:5])
    try:
        for (name,) in studio.sql("select tablename from pg_tables where schemaname = 'public'"):
            studio.sql(f'select count(t.*::text) from "{name}" t')
    except psycopg.Error as error:
        return str(error)
    return ""
