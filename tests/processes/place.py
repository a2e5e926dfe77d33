"""A data folder of its own, real processes on it, and eyes on its rows and on what is left of the processes."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from tests.running import ROOT, until


class Place:
    """One STUDIO_DATA. What is started here is ended by `clear`, whole."""

    def __init__(self, data: Path, port: int, **more: str) -> None:
        self.data, self.port = data, port
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DATABASE_"))}
        self.environment = kept | {
            "STUDIO_DATA": str(data),
            "STUDIO_PORT": str(port),
            "STUDIO_SANDBOX": "false",
            "STUDIO_WORKERS": "2",
            "STUDIO_WEB_PROCESSES": "2",
            "STUDIO_DISK_RESERVE_MB": "10",
            "DJANGO_SETTINGS_MODULE": "studio.settings",
            **more,
        }
        self.started: list[subprocess.Popen[bytes]] = []

    @property
    def log(self) -> str:
        path = self.data / "log"
        return path.read_text() if path.exists() else ""

    def says(self, words: str) -> bool:
        return words in self.log

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """`manage.py WORDS`, its output in the log."""
        return self.spawn([sys.executable, "manage.py", *words])

    def spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.data / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.started.append(process)
        return process

    def run(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=seconds
        )

    def django(self, code: str) -> str:
        """Run `code` with the studio loaded, as another process of it would."""
        done = self.run("-c", f"import django; django.setup()\n{code}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / "studio.sqlite3", timeout=20)) as rows, rows:
            return rows.execute(query, values).fetchall()

    def ticks(self) -> int:
        return sum(count for (count,) in self.sql("select count from generations_pulse where name = 'tick'"))

    def ticks_go_on(self, seconds: float = 60) -> None:
        goal = self.ticks() + 3
        self.until(f"tick {goal}", lambda: self.ticks() >= goal, seconds)

    def until(self, what: str, true: Callable[[], Any], seconds: float) -> Any:
        """The first true answer; fails the test, with the end of the log, when none comes in time."""
        try:
            return until(what, true, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log[-3000:]}") from None

    def processes(self) -> list[psutil.Process]:
        """Every live process that works on this folder, whoever its parent is by now."""
        return [process for process in psutil.process_iter() if self.is_ours(process)]

    def is_ours(self, process: psutil.Process) -> bool:
        try:
            ours = process.environ().get("STUDIO_DATA") == str(self.data)
            return ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def nobody_is_left(self, seconds: float = 10) -> None:
        self.until("every process has ended", lambda: not self.processes(), seconds)

    def clear(self) -> None:
        for process in self.processes():
            process.kill()
        for child in self.started:
            child.wait(10)


def gone(processes: Sequence[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)
