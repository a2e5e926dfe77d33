"""The whole studio as a child of the test: `manage.py up` with its own data folder, seen from outside."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

import psutil

from studio.orphans import die_with

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: str, true: Callable[[], Any], seconds: float) -> Any:
    """The first true answer; fails the test when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = true()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


class Studio:
    """A running studio, seen from outside: its rows by SQL, its processes by name."""

    def __init__(self, data: Path, port: int, environment: dict[str, str]) -> None:
        self.data, self.port, self.environment = data, port, environment
        self.sandbox = f"http://127.0.0.1:{environment['STUDIO_SANDBOX_PORT']}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Studio":
        self.launch(self.data / "up.log")
        until("the web server answers", lambda: self.is_up(f"{self.base}/healthz"), 60)
        until("the sandbox answers", lambda: self.is_up(f"{self.sandbox}/healthz"), 60)
        return self

    def launch(self, log: Path) -> None:
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=file,
                stderr=file,
                # A test run that is killed must leave nothing behind; a helper thread may end before its studio.
                preexec_fn=partial(die_with, os.getpid()) if current_thread() is main_thread() else None,
            )

    def stop(self) -> None:
        assert self.process is not None
        tree = self.tree()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(90)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        _, left = psutil.wait_procs(tree, timeout=10)
        for process in left:
            process.kill()

    def is_up(self, url: str) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def manage(self, *words: str, timeout: float = 60) -> str:
        done = self.call([sys.executable, "manage.py", *words], timeout)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def call(self, command: list[str], timeout: float) -> "subprocess.CompletedProcess[str]":
        """Run a command in the studio's environment."""
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout)

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / "studio.sqlite3", timeout=20)) as rows, rows:
            return rows.execute(query, values).fetchall()

    def states(self) -> list[str]:
        return [state for (state,) in self.sql("select state from generations_attempt order by id")]

    def ledger(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.sandbox}/_ledger", timeout=10) as answer:
            entries: list[dict[str, Any]] = json.load(answer)
        return entries

    def tree(self) -> list[psutil.Process]:
        assert self.process is not None
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def settings_for(data: Path, port: int) -> dict[str, str]:
    """The environment of a studio of its own, whatever this process was told."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DATABASE_"))}
    return clean | {
        "STUDIO_DATA": str(data),
        "STUDIO_PORT": str(port),
        "STUDIO_SANDBOX_PORT": str(free_port()),
        "STUDIO_SANDBOX_FLAGS": "--tiny",
        "STUDIO_DISK_RESERVE_MB": "10",
        "DJANGO_SETTINGS_MODULE": "studio.settings",
    }


@contextmanager
def running(data: Path, *, speed: float = 1, **more: str) -> Iterator[Studio]:
    """`manage.py up` on SQLite with a tiny sandbox, ended whole at the end."""
    port = free_port()
    studio = Studio(data, port, settings_for(data, port) | {"STUDIO_SPEED": str(speed)} | more)
    try:
        yield studio.start()
    finally:
        studio.stop()
