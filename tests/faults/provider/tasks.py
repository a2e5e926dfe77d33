"""Tasks: each is a pure function of its line in the ledger and of the clock, so that a restart forgets nothing."""

import hashlib
import heapq
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.tiny import sha256_of, tiny

from .ledger import Ledger
from .options import Options

CHARGE = 1.0
OPEN = ("queued", "running")
ENDS = ("succeeded", "failed", "expired")


@dataclass(frozen=True)
class Order:
    """What a create request asks for. `facts` are the settings that the finished task shows again."""

    model: str = ""
    prompt: str = ""
    tag: str = ""
    seed: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Task:
    """`ends` and `ends_at` say how and when it will end by itself; `ended` is the word once it has."""

    id: str
    dialect: str
    order: Order
    created: float
    ends: str
    ends_at: float
    ended: str = ""

    def status(self, now: float) -> str:
        if self.ended:
            return self.ended
        return "queued" if now < self.created + (self.ends_at - self.created) / 3 else "running"


def chance_of(task_id: str) -> float:
    """0 to 1, always the same for one id."""
    return int(hashlib.sha256(task_id.encode()).hexdigest()[:8], 16) / 2**32


class Store:
    """All tasks, oldest first, rebuilt from the ledger; erased ones are gone from `tasks`."""

    def __init__(self, ledger: Ledger, options: Options) -> None:
        self.ledger, self.options = ledger, options
        self.size = len(tiny("", options.bytes))
        self.lock = threading.RLock()
        self.tasks: dict[str, Task] = {}
        self.due: list[tuple[float, str]] = []
        self.posts = self.accepts = self.in_flight = self.max_in_flight = 0
        for entry in ledger.entries():
            self.replay(entry)

    def replay(self, entry: Mapping[str, Any]) -> None:
        if entry["kind"] == "post":
            self.posts = entry["n"]
        elif entry["kind"] == "accept":
            order = Order(**{name: entry[name] for name in ("model", "prompt", "tag", "seed", "facts")})
            task = Task(entry["id"], entry["dialect"], order, entry["at"], entry["ends"], entry["ends_at"])
            self.add(task)
        elif entry["kind"] == "end":
            self.in_flight -= 1
            task = self.tasks[entry["id"]]
            task.ended, task.ends_at = entry["status"], entry["at"]
        elif entry["kind"] == "delete" and entry["was"] not in OPEN:
            del self.tasks[entry["id"]]

    def add(self, task: Task) -> None:
        self.tasks[task.id] = task
        heapq.heappush(self.due, (task.ends_at, task.id))
        self.accepts += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def post(self, **fields: Any) -> int:
        """Write down that a create request came whole; its number."""
        with self.lock:
            self.posts += 1
            self.ledger.write("post", n=self.posts, **fields)
            return self.posts

    def accept(
        self, n: int, dialect: str, new_id: Callable[[int], str], order: Order, digest: str, do: Mapping[str, Any]
    ) -> Task:
        """Take an order. It is in the ledger, on disk, when this returns."""
        with self.lock:
            now = self.settle()
            task = self.planned(Task(new_id(n), dialect, order, now, "succeeded", now), do)
            self.ledger.write(
                "accept", at=now, n=n, id=task.id, dialect=dialect, model=order.model, tag=order.tag,
                prompt=order.prompt, seed=order.seed, body_sha256=digest, charge=CHARGE,
                facts=order.facts, ends=task.ends, ends_at=task.ends_at,
            )  # fmt: skip
            self.add(task)
        self.ledger.sync()
        return task

    def planned(self, task: Task, do: Mapping[str, Any]) -> Task:
        """How and when it will end: as a script says, or by the flags and the request's own deadline."""
        lasts = do.get("lasts", self.options.seconds)
        expires = task.order.facts.get("execution_expires_after")
        task.ends = do.get("ends") or ("failed" if chance_of(task.id) < self.options.fail else "succeeded")
        if isinstance(expires, int | float) and 0 < expires < lasts:
            task.ends, lasts = "expired", expires
        task.ends_at = task.created + lasts
        return task

    def settle(self) -> float:
        """Write down what ended by itself until now, each end once and under the moment that it had. Returns now."""
        with self.lock:
            now = time.time()
            while self.due and self.due[0][0] <= now:
                task = self.tasks.get(heapq.heappop(self.due)[1])
                if task and not task.ended:
                    self.end(task, task.ends, task.ends_at)
            return now

    def end(self, task: Task, status: str, at: float) -> None:
        task.ended, task.ends_at = status, at
        self.in_flight -= 1
        made = status == "succeeded"
        digest = sha256_of(task.id, self.options.bytes) if made else ""
        self.ledger.write("end", at=at, id=task.id, status=status, sha256=digest, bytes=self.size if made else 0)

    def see(self, task_id: str) -> tuple[Task, str] | None:
        """A task and its status now."""
        with self.lock:
            now = self.settle()
            task = self.tasks.get(task_id)
            return (task, task.status(now)) if task else None

    def some(self, ids: Sequence[str]) -> list[tuple[Task, str]]:
        """Those that are known, newest first."""
        found = [seen for task_id in dict.fromkeys(ids) if (seen := self.see(task_id))]
        return sorted(found, key=lambda pair: pair[0].created, reverse=True)

    def newest(self) -> list[tuple[Task, str]]:
        with self.lock:
            now = self.settle()
            return [(task, task.status(now)) for task in reversed(self.tasks.values())]

    def cancel(self, task: Task, allowed: tuple[str, ...]) -> str:
        """Stop an open task, or erase an ended one, when its status is one of `allowed`. Returns what it was."""
        with self.lock:
            now = self.settle()
            was = task.status(now)
            if was in allowed and task.id in self.tasks:
                if was in OPEN:
                    self.end(task, "cancelled", now)
                else:
                    del self.tasks[task.id]
                self.ledger.write("delete", at=now, id=task.id, was=was)
            return was
