"""Where tasks move on: a clock that turns states, and painters that render one task after the other."""

import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generations.sandbox.options import Options
from generations.sandbox.tasks import OPEN, Store, Task

ROOT = Path(__file__).resolve().parents[2]
BEAT = 0.1
LIVES = 3  # renderings begun for one task before it fails
HOUR = 3600.0


def wait_in_queue(task: Task, tiny: bool) -> float:
    """Seconds before a task may start: the same for all, so that the first to come is the first to be drawn."""
    return (0.1 if tiny else 0.7) + task.knobs.get("queued", 0.0)


def next_step(task: Task, now: float, tiny: bool) -> dict[str, Any]:
    """What time alone changes in an open task; empty when it must wait longer or be drawn first."""
    if now >= task.created + task.expires_after:
        return {"status": "expired"}
    if task.status == "queued":
        ready = task.doom and now >= task.created + wait_in_queue(task, tiny)
        return {"status": "running", "started": now} if ready else {}
    if now < task.started + task.knobs.get("slow", 0.0) + (0.2 if tiny or not task.doom else 1.0):
        return {}
    if task.doom:
        return {"status": "expired"} if "expired" in task.knobs else {"status": "failed", "error": task.doom}
    return {"status": "succeeded"} if task.result else {}


class Workshop:
    """Threads that turn the tasks of `store` until `stop` is set."""

    def __init__(self, store: Store, options: Options) -> None:
        self.store, self.options = store, options
        self.stop, self.bell = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.taken: set[str] = set()
        self.deaths: dict[str, int] = {}
        self.painters = [Painter() for _ in range(options.renders)]
        self.threads = [threading.Thread(target=self.keep_time, daemon=True)]
        self.threads += [threading.Thread(target=self.work, args=(painter,), daemon=True) for painter in self.painters]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        self.bell.set()
        for painter in self.painters:
            painter.end()
        for thread in self.threads:
            thread.join(timeout=5)

    def keep_time(self) -> None:
        swept = 0.0
        while not self.stop.wait(BEAT):
            now = time.time()
            try:
                for task in self.store.open():
                    self.turn(task)
                if now > swept + HOUR:
                    self.store.forget_old(now)
                    swept = now
            except OSError:  # a full disk must not stop the clock for good
                traceback.print_exc()

    def turn(self, task: Task) -> None:
        changes = next_step(task, time.time(), self.options.tiny)
        if changes:
            self.store.change(task.id, (task.status,), **changes)

    def work(self, painter: "Painter") -> None:
        """One painter's day. (The thread that started a child must live: Linux ties the child's life to it.)"""
        while not self.stop.is_set():
            task = self.claim()
            if task is None:
                self.bell.wait(BEAT)
                self.bell.clear()
                continue
            try:
                self.draw(painter, task)
            except OSError:
                traceback.print_exc()
                self.stop.wait(1)
            finally:
                with self.lock:
                    self.taken.discard(task.id)

    def claim(self) -> Task | None:
        """The oldest task that is to be drawn, now running and ours."""
        now = time.time()
        with self.lock:
            for task in self.store.open():
                if task.id in self.taken or task.doom or task.result:
                    continue
                if task.status == "running":  # left by an earlier life of the server
                    self.taken.add(task.id)
                    return task
                if now >= task.created + wait_in_queue(task, self.options.tiny):
                    claimed = self.store.change(task.id, ("queued",), status="running", started=now)
                    if claimed:
                        self.taken.add(task.id)
                        return claimed
        return None

    def draw(self, painter: "Painter", task: Task) -> None:
        place = self.store.place(task.id)
        for message in painter.paint(absolute(task.job, place), place / "video.mp4"):
            current = self.store.get(task.id)
            if current is None or current.status not in OPEN:
                painter.end()  # cancelled or removed: what it draws is wanted no more
                return
            if "progress" in message:
                self.store.progress[task.id] = message["progress"]
            elif "rendered" in message:
                self.store.change(task.id, OPEN, result=message["rendered"])
                self.store.progress.pop(task.id, None)
                return
            else:
                self.fail(task, message["failed"])
                return
        if not self.stop.is_set():
            self.deaths[task.id] = self.deaths.get(task.id, 0) + 1
            if self.deaths[task.id] >= LIVES:
                self.fail(task, "the renderer died three times")

    def fail(self, task: Task, reason: str) -> None:
        error = {"code": "InternalServiceError", "message": f"The sandbox could not draw this: {reason}"}
        self.store.change(task.id, OPEN, status="failed", error=error)


def absolute(job: dict[str, Any], place: Path) -> dict[str, Any]:
    """The job with its pictures' files found in the task's folder."""
    pictures = [{**p, "path": str(place / p["path"]) if p["path"] else ""} for p in job["pictures"]]
    return {**job, "pictures": pictures}


class Painter:
    """A child process that renders; begun when first needed, begun again after it died."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def paint(self, job: dict[str, Any], out: Path) -> Iterator[dict[str, Any]]:
        """The child's messages about one job; they stop early when it dies."""
        process = self.alive()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"job": job, "out": str(out)}) + "\n")
            process.stdin.flush()
        except (BrokenPipeError, ValueError):
            self.end()
            return
        for line in process.stdout:
            message = json.loads(line)
            yield message
            if "progress" not in message:
                return
        self.end()

    def alive(self) -> subprocess.Popen[str]:
        if self.process is None or self.process.poll() is not None:
            path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
            self.process = subprocess.Popen(
                [sys.executable, "-m", "generations.sandbox.child", str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": path},
            )
        return self.process

    def end(self) -> None:
        process = self.process
        if process is not None:
            process.kill()
            process.wait(timeout=10)
