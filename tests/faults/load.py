"""Members at work: they log in, press Generate without end, and note what the studio answered them."""

import contextlib
import json
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.faults.house import PASSWORD, House

BACKLOG = 400  # videos that wait at the provider


class Load:
    """Asks as long as the block lasts, with at most `ahead` generations unsent and BACKLOG waiting to be fetched; done
    when `count` were asked for.

    `pace` is the least number of seconds between two wishes.

    What was answered is written to client.jsonl. A form whose answer got lost is sent again with its token, as a person
    would press the button again.
    """

    def __init__(self, house: House, count: int, *, ahead: int = 60, takes: int = 4, pace: float = 0) -> None:
        self.house, self.count, self.ahead, self.takes, self.pace = house, count, ahead, takes, pace
        self.path = house.folder / "client.jsonl"
        self.asked: int = sum(line["takes"] for line in lines_of(self.path) if line["kind"] == "asked")
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, name="load", daemon=True)

    def __enter__(self) -> "Load":
        self.thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.over.set()
        self.thread.join(60)

    @property
    def is_done(self) -> bool:
        return self.asked >= self.count

    def is_behind(self) -> bool:
        """Sending is faster than fetching, and a storm that is over must calm down within minutes."""
        with contextlib.suppress(Exception):  # the database may be away: the members do not know
            waiting = self.house.sql("select count(*) from generations_attempt where state = 'succeeded'")
            return int(waiting[0][0]) > BACKLOG
        return False

    def note(self, kind: str, **fields: Any) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps({"at": time.time(), "kind": kind, **fields}) + "\n")

    def run(self) -> None:
        with httpx.Client(base_url=self.house.base, timeout=40, trust_env=False) as browser:
            while not self.over.is_set():
                if self.asked - self.house.lab.counts()["accepts"] > self.ahead or self.is_behind():
                    self.over.wait(0.1)
                    continue
                self.ask(browser)
                self.over.wait(self.pace)

    def ask(self, browser: httpx.Client) -> None:
        """One press of Generate, pressed again until it is answered."""
        token = uuid.uuid4().hex
        form = self.form(token)
        while not self.over.is_set():
            status = self.send(browser, form)
            if 200 <= status < 400:
                self.note("asked", token=token, status=status, prompt=form["prompt"], takes=self.takes)
                self.asked += self.takes
                return
            if status >= 500:
                self.note("page", status=status)
            self.over.wait(0.3)

    def form(self, token: str) -> dict[str, str]:
        return {
            "model": f"{self.house.provider}:seedance-2.0",
            "client_token": token,
            "prompt": f"A ship in the storm, {token}",
            "takes": str(self.takes),
        }

    def send(self, browser: httpx.Client, form: dict[str, str], url: str = "") -> int:
        """The answer's status; 0 when none came, or when there was no way in yet."""
        try:
            if "studio_session" not in browser.cookies and not self.log_in(browser):
                return 0
            headers = {"X-CSRFToken": browser.cookies["studio_csrf"], "HX-Request": "true"}
            where = url or f"/p/{self.house.project}/generate"
            return browser.post(where, data=form, headers=headers).status_code
        except httpx.HTTPError:
            return 0

    def log_in(self, browser: httpx.Client) -> bool:
        browser.get("/login")
        if "studio_csrf" not in browser.cookies:
            return False  # the page could not be had
        words = {
            "email": "alice@example.org",
            "password": PASSWORD,
            "csrfmiddlewaretoken": browser.cookies["studio_csrf"],
        }
        return bool(browser.post("/login", data=words).status_code == 302)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
