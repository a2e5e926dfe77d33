"""Every crash point, at a provider that takes, refuses or leaves an order without an answer: one take lives through it.

The studio runs with CRASH_AT=@file; a point's name in that file kills the first process that comes there, once.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.faults.house import House, command
from tests.faults.load import Load
from tests.faults.refusing import cut_off, write_lock
from tests.running import until

BEHAVIOURS: dict[str, dict[str, Any]] = {
    "accepts": {},
    "refuses": {"status": 400, "body": {"error": {"code": "InvalidParameter", "message": "the lab says no"}}},
    "hangs": {"fate": "hang", "seconds": 20, "accept": True},
}
ENDS = {
    "accepts": {"stored", "cancelled", "not_accepted"},
    "refuses": {"rejected", "not_accepted"},
    "hangs": {"stored", "not_accepted"},
}
FINAL = {"stored", "rejected", "not_accepted", "failed", "expired", "cancelled", "result_lost"}

# Point → what besides asking must happen so that a process comes there.
POINTS = {
    "web.after_commit": "",
    "worker.got_task": "",
    "submit.before_gate": "",
    "submit.after_gate": "",
    "submit.after_intent_commit": "",
    "http.connected": "",
    "http.headers_sent": "",
    "http.half_body": "",
    "http.body_sent": "",
    "provider.accepted": "kill the poster",
    "http.answer_half": "",
    "http.answer_read": "",
    "submit.before_id_write": "",
    "submit.after_id_write": "",
    "submit.spooled": "lock the rows",
    "poll.after_get": "",
    "poll.after_status_write": "",
    "fetch.part_open": "",
    "fetch.half": "",
    "fetch.before_rename": "",
    "fetch.after_rename": "",
    "fetch.after_commit": "",
    "cancel.before_delete": "cancel",
    "cancel.after_delete": "cancel",
    "sweep.after_match": "lose the answer",
    "sweep.after_requeue": "be sent back once",
    "supervisor.before_kill": "kill a worker",
}


@dataclass
class Cell:
    """One point at one behaviour, on a running house."""

    house: House
    choice: Path  # the file that names the point
    point: str
    behaviour: str

    def run(self) -> dict[str, Any]:
        began = time.monotonic()
        script = dict(BEHAVIOURS[self.behaviour])
        scene = POINTS[self.point]
        if scene == "cancel":
            script["lasts"] = 18  # a third of it queued: only then is a task deleted, and a wish may take seconds
        if scene == "lose the answer":
            script = {"fate": "reset", "accept": True} if self.behaviour == "accepts" else script
        if scene == "kill the poster":
            script |= {"delay": 2} if self.behaviour == "refuses" else {"fate": "hang", "seconds": 20, "accept": True}
        if scene == "lock the rows":
            script = {"delay": 1.5} | script  # time to lock them while the order is on its way
        if scene == "be sent back once":
            busy = {"status": 429, "body": {"error": {"code": "RateLimit", "message": "busy"}}}
            self.house.lab.script("create", busy, times=1)
        if script:
            self.house.lab.script("create", script)
        self.choice.write_text(self.point)
        try:
            pk = self.ask()
            SCENES.get(scene, nothing)(self, pk)
            state = until(f"{self.point}, {self.behaviour}: the take has its end", lambda: self.end_of(pk), 90)
            died = self.has_died()
        finally:
            self.choice.unlink(missing_ok=True)
            self.house.lab.clear()
            self.house.revive()
        assert state in ENDS[self.behaviour], f"{self.point}, {self.behaviour}: {state}"
        seconds = round(time.monotonic() - began, 1)
        return {"point": self.point, "behaviour": self.behaviour, "died": died, "state": state, "seconds": seconds}

    def has_died(self) -> bool:
        """Some points lie behind the end of the take."""
        patience = time.monotonic() + (3 if self.behaviour == "accepts" else 0)
        while self.choice.exists() and time.monotonic() < patience:
            time.sleep(0.1)
        return not self.choice.exists()

    def ask(self) -> int:
        """One take; the number of its attempt."""
        token = uuid.uuid4().hex
        load = Load(self.house, 0, takes=1)
        form = load.form(token)
        with httpx.Client(base_url=self.house.base, timeout=20, trust_env=False) as browser:
            until("the studio took the order", lambda: 200 <= load.send(browser, form) < 400, 60)
        load.note("asked", token=token, status=200, prompt=form["prompt"], takes=1)
        return int(self.house.sql("select max(id) from generations_attempt")[0][0])

    def state(self, pk: int) -> str:
        return str(self.house.sql("select state from generations_attempt where id = ?", pk)[0][0])

    def end_of(self, pk: int) -> str:
        self.house.revive()
        state = self.state(pk)
        return state if state in FINAL else ""


def nothing(cell: Cell, pk: int) -> None:
    """Asking is enough."""


def kill_the_poster(cell: Cell, pk: int) -> None:
    """The provider has taken it; who waits for the answer dies."""
    until("it is being sent", lambda: cell.state(pk) != "queued", 30)
    time.sleep(0.5)
    worker = cell.house.sql("select worker from generations_attempt where id = ?", pk)[0][0]
    poster = cell.house.process_in(worker)
    if poster is not None:
        poster.kill()
        cell.choice.unlink(missing_ok=True)


def lock_the_rows(cell: Cell, pk: int) -> None:
    """The rows refuse the id that the provider answers with, for longer than a worker waits for them."""
    until("it is being sent", lambda: cell.state(pk) != "queued", 30)
    if "DATABASE_URL" in cell.house.environment:
        worker = cell.house.sql("select worker from generations_attempt where id = ?", pk)[0][0]
        poster = cell.house.process_in(worker)
        if poster is not None:
            cut_off(cell.house, poster)
        return
    end = time.monotonic() + (60 if cell.behaviour == "accepts" else 3)
    with write_lock(cell.house.data / "studio.sqlite3"):
        while cell.choice.exists() and time.monotonic() < end:
            time.sleep(0.1)


def cancel(cell: Cell, pk: int) -> None:
    state = until("it was sent", lambda: (s := cell.state(pk)) not in ("queued", "submitting") and s, 30)
    if state in ("accepted", "running"):
        pid = cell.house.sql(
            "select pid from generations_generation where id ="
            " (select generation_id from generations_attempt where id = ?)",
            pk,
        )[0][0]
        load = Load(cell.house, 0)
        with httpx.Client(base_url=cell.house.base, timeout=20, trust_env=False) as browser:
            until("the wish was heard", lambda: load.send(browser, {}, f"/g/{pid}/cancel") in (200, 302, 409), 30)


def kill_a_worker(cell: Cell, pk: int) -> None:
    """Any death makes the supervisor replace the session."""
    for process in cell.house.victims():
        if command(process) == "supervisor.queue carry":
            process.kill()
            return


SCENES: dict[str, Callable[[Cell, int], None]] = {
    "kill the poster": kill_the_poster,
    "lock the rows": lock_the_rows,
    "cancel": cancel,
    "kill a worker": kill_a_worker,
}
