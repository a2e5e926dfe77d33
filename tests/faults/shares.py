"""One long test, played in shares: each in a process and on a database of its own, with a seed of its own."""

import contextlib
import json
import multiprocessing
import os
import sqlite3
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connection, connections

PROCESSES = min(os.cpu_count() or 1, 8)
LONGEST = 3600.0  # seconds of one share
TOLD = 300.0  # seconds between two words on how far it is

Play = Callable[[int], Counter[str]]


def play_all(play: Play, count: int, kept: Path | None = None) -> tuple[Counter[str], list[str]]:
    """The sums of what `play(number)` counted for each share, and what was raised instead.

    The folder `kept` remembers the shares that went well: a run that was cut plays the others only.
    """
    connections.close_all()  # no process may inherit one, and a copy needs the file whole
    done = read(kept) if kept else {}
    total = sum(done.values(), Counter[str]())
    wrong: list[str] = []
    left = [number for number in range(count) if number not in done]
    told = time.monotonic()
    fork = multiprocessing.get_context("fork")
    # A share is a process: what one leaves in memory slows no other.
    with fork.Pool(PROCESSES, maxtasksperchild=1) as pool:
        results = pool.imap_unordered(partial(one, play), left)
        for order in range(1, len(left) + 1):
            number, counted, raised = results.next(LONGEST)
            total += counted
            if kept and not raised:
                write(kept / f"{number}.json", counted)
            wrong += [raised] if raised else []
            if time.monotonic() - told > TOLD:
                told = time.monotonic()
                print(f"share {order} of {len(left)}: {total}, {len(wrong)} failed", file=sys.__stderr__, flush=True)
    return total, wrong


def read(kept: Path) -> dict[int, Counter[str]]:
    return {int(path.stem): Counter(json.loads(path.read_text())) for path in kept.glob("*.json")}


def write(path: Path, counted: Counter[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(counted))
    draft.replace(path)


def one(play: Play, number: int) -> tuple[int, Counter[str], str]:
    with database_of(number):
        try:
            return number, play(number), ""
        except Exception:
            return number, Counter(), f"share {number}: {traceback.format_exc()}"


@contextlib.contextmanager
def database_of(number: int) -> Iterator[None]:
    # What was open before the fork, in whatever context, stays the parent's.
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    creation, suffix = connection.creation, f"share{number}-{os.getpid()}"
    ours = creation.get_test_db_clone_settings(suffix)
    creation.clone_test_db(suffix, verbosity=0)
    source = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        # Django copies the file alone. What lies in its log, while any thread keeps it open, is only in a backup.
        old, new = sqlite3.connect(source), sqlite3.connect(ours["NAME"])
        old.backup(new)
        old.close()
        new.close()
    connection.settings_dict["NAME"] = ours["NAME"]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = source
        creation.destroy_test_db(suffix=suffix, verbosity=0)
