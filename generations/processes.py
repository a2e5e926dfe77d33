"""What `manage.py up` runs: web, cluster, sandbox; each is started again when it dies, and none outlives `up`."""

import contextlib
import logging
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import psutil

from studio.config import ROOT, config
from studio.orphans import die_with, reap_adopted

from .supervisor.rest import Rest, Stop
from .times import TIMES

log = logging.getLogger(__name__)
PAUSE = 0.2  # seconds between two looks
TELL_AFTER = 10.0  # seconds of stopping, after which the reason is told


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    born: float = 0  # monotonic
    rest: Rest = field(default_factory=Rest)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self.born = time.monotonic()
        # A session of its own: Ctrl-C reaches `up` alone, which ends the rest in order.
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(die_with, os.getpid()),  # safe, for `up` has one thread
        )

    def step(self) -> None:
        if self.is_running:
            self.go_on()
            return
        if self.process is not None:
            code = self.process.returncode
            wait = self.rest.after(time.monotonic() - self.born)
            self.process = None
            log.warning(
                "%s ended with code %s; it starts again %s", self.name, code, f"in {wait:.0f} s" if wait else "now"
            )
        if self.rest.is_over:
            self.start()

    def go_on(self) -> None:
        """A stopped cluster rings nobody and a stopped web server replaces no worker, and both look alive.

        Neither loses anything by having stood still; killing it would cut the POSTs of what is below it.
        """
        assert self.process is not None
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.process.pid)
            if process.status() == psutil.STATUS_STOPPED:
                log.warning("%s is stopped; it goes on now", self.name)
                process.send_signal(signal.SIGCONT)


def children() -> list[Child]:
    settings, python = config(), sys.executable
    found = [
        Child("web", [python, "-m", "gunicorn", "-c", "python:studio.gunicorn", "studio.wsgi"]),
        Child("cluster", [python, "manage.py", "cluster"]),
    ]
    if settings.sandbox:
        where = ["--port", str(settings.sandbox_port), "--dir", str(settings.data / "sandbox")]
        flags = shlex.split(settings.sandbox_flags)
        found.append(Child("sandbox", [python, "-m", "generations.sandbox", *where, *flags]))
    return found


def step(running: Sequence[Child]) -> None:
    for child in running:
        child.step()
    reap_adopted({child.process.pid for child in running if child.process})


def end(running: Sequence[Child], stop: Stop) -> None:
    """Ask each to end, wait as long as an open POST may take, then kill what is left of them and of theirs."""
    ask(running)
    told, began, asked = False, time.monotonic(), stop.asked
    while any(child.is_running for child in running):
        waited = time.monotonic() - began
        if stop.asked > asked or waited > TELL_AFTER + TIMES.post:
            break
        if waited > TELL_AFTER and not told:
            told = True
            log.warning("Waiting for a request to a provider that is still open. Ctrl-C again cuts it off.")
        time.sleep(PAUSE)
    kill_all()


def ask(running: Sequence[Child]) -> None:
    for child in running:
        if child.process is not None and child.is_running:
            child.process.terminate()


def kill_all() -> None:
    """Every process below us. Dead parents' children are among them, because we adopt orphans."""
    while left := [process for process in psutil.Process().children(recursive=True) if is_live(process)]:
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(0.05)
    reap_adopted(())


def is_live(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
