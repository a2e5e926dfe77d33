"""Tasks on disk: a folder for each, with its record, its inputs and in the end its clip. They survive the server."""

import json
import os
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Any

from generations.sandbox.faults import Knobs
from generations.sandbox.ledger import Ledger

OPEN = ("queued", "running")
KEEP = {"cancelled": 86_400.0}  # a cancelled record goes after a day, others after seven (docs/protocols.md A.7)
KEEP_OTHERS = 7 * 86_400.0


@dataclass(frozen=True)
class Task:
    """One accepted request. Times are Unix seconds; `status` is one of OPEN or succeeded, failed, expired, cancelled.

    `job` is a RenderJob as JSON whose pictures name files in the task's folder; `facts` is what the dialect says of it;
    `error` and `result` ({"code", "message"} and a Rendered as JSON) come with the end.
    """

    id: str
    dialect: str
    model: str
    prompt: str
    created: float
    updated: float
    job: dict[str, Any]
    facts: dict[str, Any]
    knobs: Knobs
    expires_after: int = 172_800
    status: str = "queued"
    started: float = 0.0
    error: dict[str, str] | None = None
    result: dict[str, Any] | None = None
    doom: dict[str, str] = field(default_factory=dict)  # the error it will end with, drawn or not

    def age(self) -> float:
        return time.time() - self.created


class Store:
    """All tasks, in memory and in `folder`. Records are replaced whole; readers never see half a change."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder, self.ledger = folder, ledger
        self.lock = RLock()
        self.tasks: dict[str, Task] = {}
        self.progress: dict[str, float] = {}
        self.listen: Callable[[Task], None] = lambda task: None  # told of every new state
        folder.mkdir(parents=True, exist_ok=True)
        self.load()

    def load(self) -> None:
        """Read what an earlier life left. A folder without a ledger line was never acknowledged: away with it."""
        accepted = {entry["task"] for entry in self.ledger.read()}
        for place in sorted(self.folder.iterdir()):
            record = place / "task.json"
            if place.name in accepted and record.exists():
                self.tasks[place.name] = Task(**json.loads(record.read_text()))
            else:
                shutil.rmtree(place, ignore_errors=True)

    def place(self, task_id: str) -> Path:
        return self.folder / task_id

    def accept(self, task: Task, inputs: Mapping[str, bytes], entry: dict[str, Any]) -> None:
        """Make a task durable: folder first, then the ledger line, which is the moment of acceptance."""
        place = self.place(task.id)
        place.mkdir()
        for name, content in inputs.items():
            write_durably(place / name, content)
        self.save(task)
        self.ledger.write(entry)
        with self.lock:
            self.tasks[task.id] = task
        self.listen(task)

    def save(self, task: Task) -> None:
        write_durably(self.place(task.id) / "task.json", json.dumps(asdict(task), ensure_ascii=False).encode())

    def get(self, task_id: str) -> Task | None:
        return self.tasks.get(task_id)

    def change(self, task_id: str, only: Collection[str], **changes: Any) -> Task | None:
        """The changed task, or None if it is gone or in a state not in `only`: who comes too late changes nothing."""
        with self.lock:
            old = self.tasks.get(task_id)
            if old is None or old.status not in only:
                return None
            task = replace(old, updated=time.time(), **changes)
            self.save(task)
            self.tasks[task_id] = task
        if task.status != old.status:
            self.listen(task)
        return task

    def remove(self, task_id: str) -> None:
        with self.lock:
            self.tasks.pop(task_id, None)
            self.progress.pop(task_id, None)
            shutil.rmtree(self.place(task_id), ignore_errors=True)

    def newest(self) -> list[Task]:
        with self.lock:
            return sorted(self.tasks.values(), key=lambda task: (task.created, task.id), reverse=True)

    def open(self) -> list[Task]:
        """Unfinished tasks, oldest first."""
        with self.lock:
            return sorted((t for t in self.tasks.values() if t.status in OPEN), key=lambda task: task.created)

    def forget_old(self, now: float) -> None:
        for task in self.newest():
            if task.status not in OPEN and now > task.updated + KEEP.get(task.status, KEEP_OTHERS):
                self.remove(task.id)


def write_durably(path: Path, content: bytes) -> None:
    """Replace the file at once: whoever reads sees the old bytes or the new ones, also after a power cut."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
