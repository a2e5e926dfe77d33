"""F8: the database is gone, or locked, again and again under load; members are told so, and nothing is lost."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.faults.house import House, flows
from tests.faults.load import Load, lines_of
from tests.faults.postgres import Postgres
from tests.faults.refusing import write_lock

from .part import Part, books, bound, calm, running, spread
from .progress import Progress

COUNT = 20
LENGTH = {"sqlite": 30, "postgres": 10}  # seconds of the wall, which the lab does not divide
AFTERWARDS = 5  # seconds after an outage in which a page may still be refused
PATIENCE = 300  # of the harness with a busy machine, for work to flow
GAP = 0.5  # second between two pages of the visitor


def run(folder: Path, database: str) -> dict[str, Any]:
    with running(folder, database) as (studio, server):
        progress = Progress(studio.folder)
        with Load(studio, sys.maxsize), Visitor(studio) as visitor:
            flows(studio, PATIENCE)
            while len(progress.done) < COUNT:
                progress.add(**one_outage(studio, server, visitor, LENGTH[database]))
                sys.stderr.write(f"f8: {len(progress.done)} of {COUNT}, {progress.done[-1]}\n")
                time.sleep(AFTERWARDS)
        return judged(studio, progress)


def one_outage(studio: House, server: Postgres | None, visitor: "Visitor", length: float) -> dict[str, Any]:
    visitor.seen.clear()
    begin = time.time()
    with outage(studio, server):
        time.sleep(length)
    end = time.time()
    seen = {str(status): count for status, count in visitor.seen.items()}
    recovered = round(flows(studio, PATIENCE), 2)
    return {"begin": begin, "end": end, "recovered": recovered, "seen": seen}


@contextmanager
def outage(studio: House, server: Postgres | None) -> Iterator[None]:
    """PostgreSQL falls over and recovers by itself; SQLite's write lock is held by somebody else."""
    if server is None:
        with write_lock(studio.data / "studio.sqlite3"):
            yield
        return
    server.stop("immediate")
    try:
        yield
    finally:
        server.start()


class Visitor:
    """A member who opens the project page again and again; `seen` counts the answers by status, 0 for none.

    Every answer from 500 on is noted in client.jsonl, as the load notes its own.
    """

    def __init__(self, house: House) -> None:
        self.house, self.load = house, Load(house, 0)
        self.seen: Counter[int] = Counter()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, name="visitor", daemon=True)

    def __enter__(self) -> "Visitor":
        self.thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.over.set()
        self.thread.join(60)

    def run(self) -> None:
        with httpx.Client(base_url=self.house.base, timeout=30, trust_env=False) as browser:
            while not self.over.wait(GAP):
                status, text = self.look(browser)
                self.seen[status] += 1
                if status >= 500:
                    self.load.note("page", status=status, is_clear=status == 503 and "database" in text)

    def look(self, browser: httpx.Client) -> tuple[int, str]:
        try:
            if "studio_session" not in browser.cookies and not self.load.log_in(browser):
                return 0, ""
            answer = browser.get(f"/p/{self.house.project}/")
        except httpx.HTTPError:
            return 0, ""
        return answer.status_code, answer.text


def judged(studio: House, progress: Progress) -> dict[str, Any]:
    took = calm(studio)
    figures = books(studio)
    pages = [line for line in lines_of(studio.folder / "client.jsonl") if line["kind"] == "page"]
    late = [line for line in pages if not any(is_within(line["at"], one) for one in progress.done)]
    unclear = [line for line in pages if line["status"] != 503 or not line.get("is_clear", True)]
    if late or unclear:
        figures["ok"] = False
        figures["violations"]["F8"] = {"refused without an outage": late[:5], "refused without words": unclear[:5]}
    seen = sum((Counter(one["seen"]) for one in progress.done), Counter())
    more = {"n": len(progress.done), "bound": bound(len(progress.done))}
    more["recovery"] = spread([one["recovered"] for one in progress.done])
    counts = {"pages during": seen.total(), "of them 503": seen["503"], "of them unanswered": seen["0"]}
    return figures | more | counts | {"refused": len(pages), "refused late": len(late), "calm after": round(took)}


def is_within(at: float, outage: dict[str, Any]) -> bool:
    return bool(outage["begin"] <= at <= outage["end"] + AFTERWARDS)


F8 = Part("f8", "the database gone for 10 s, or locked for 30 s", run)
