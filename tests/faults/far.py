"""A provider in memory: it speaks Ark's and Runway's words, keeps a ledger of what it took, and can misbehave.

Wire: docs/protocols.md A and B (November 2026). Ark's DELETE cancels a queued task, is refused for a running or a
cancelled one, and erases an ended one with its result; Runway's also stops a running one.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from generations import net

KEY = "sk-canary-4f1e8c07d2b9"
SIGNATURE = "signature-canary-90d3"
BASES = {"ark": "https://ark.example/api/v3", "runway": "https://runway.example"}
TASKS = {"ark": "/contents/generations/tasks", "runway": "/v1/tasks"}
STOPPABLE = {"ark": ("queued",), "runway": ("queued", "running")}
RUNWAY_WORDS = {"queued": "PENDING", "expired": "FAILED"}
TAIL = b"|the end"

Said = tuple[int, dict[str, str], Any]  # status, headers, JSON or bytes

# What becomes of a create: whether the order is taken, and what comes back instead of the id.
CREATES: dict[str, tuple[bool, Said | type[net.NetError] | None]] = {  # None: the id
    "fine": (True, None),
    "lost": (True, net.Lost),
    "late": (True, net.DeadlinePassed),
    "html": (True, (200, {"content-type": "text/html"}, b"<html><title>Hello</title></html>")),
    "no id": (True, (200, {}, {"status": "queued"})),
    "another's id": (True, None),
    "500 taken": (True, (500, {}, {"error": {"code": "InternalServiceError", "message": "oops"}})),
    "lost before": (False, net.Lost),
    "unsent": (False, net.NotSent),
    "503": (False, (503, {}, {"error": {"code": "ServiceUnavailable", "message": "later"}})),
    "429": (False, (429, {"retry-after": "7"}, {"error": {"code": "RateLimitExceeded", "message": "slowly"}})),
    "400": (False, (400, {}, {"error": {"code": "InvalidParameter", "message": "no such ratio"}})),
    "blocked": (False, (400, {}, {"error": {"code": "InputTextSensitiveContentDetected", "message": "no"}})),
    "401": (False, (401, {}, {"error": {"code": "AuthenticationError", "message": "who?"}})),
    "402": (False, (402, {}, {"error": {"code": "AccountOverdueError", "message": "pay"}})),
}
LOOKS: dict[str, Said | type[net.NetError] | None] = {
    "fine": None,
    "lost": net.Lost,
    "unsent": net.NotSent,
    "html": (200, {"content-type": "text/html"}, b"<html></html>"),
    "429": (429, {}, {"error": {"code": "RateLimitExceeded", "message": "slowly"}}),
    "500": (500, {}, {"error": {"code": "InternalServiceError", "message": "oops"}}),
    "401": (401, {}, {"error": {"code": "AuthenticationError", "message": "who?"}}),
    "404": (404, {}, {"error": {"code": "NotFound.Task", "message": "no such task"}}),
    "odd word": None,
    "backward": None,
    "no address": None,
}
FILES = ("fine", "breaks", "cut", "damaged", "html", "403", "500", "unsent")
LOST = "the connection broke"


@dataclass
class Task:
    id: str
    attempt: str  # uuid of the attempt whose POST made it
    tag: str
    seed: int | None
    model: str
    born: float
    phase: str = "queued"
    gone: bool = False  # 404 for a while
    erased: bool = False  # by a DELETE, for ever
    denied: int = 0  # looks at it that were answered: no such task
    left_out: bool = False  # of a list, while it was there
    seen: str = ""  # what the last look was told
    seen_at: float = 0
    lied: bool = False  # in that look

    @property
    def content(self) -> bytes:
        return b"video of " + self.id.encode() * 20 + TAIL


@dataclass
class Far:
    """`dialect` is ark or runway; `now` the true time, which no step of the studio's clock moves."""

    dialect: str
    now: Callable[[], float]
    lists: bool = True
    echoes: bool = True
    lag: float = 0  # seconds for which a new task is not in the list
    tasks: dict[str, Task] = field(default_factory=dict)
    ledger: list[dict[str, Any]] = field(default_factory=list)

    def note(self, kind: str, **words: Any) -> None:
        self.ledger.append({"at": self.now(), "kind": kind, **words})

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.ledger if line["kind"] == kind]

    def answer(self, method: str, url: str, body: bytes | None, fate: str, attempt: str) -> net.Answer:
        """One exchange. `attempt` is who posts. Raises NotSent, Lost."""
        if fate == "unsent":
            raise net.NotSent(LOST)
        if method == "POST":
            return self.create(json.loads(body or b"{}"), body or b"", fate, attempt)
        path = urlsplit(url).path
        said: Said | type[net.NetError]
        task = self.tasks.get(path.rsplit("/", 1)[-1])
        if method == "DELETE":
            said = self.delete(task)
            return told(net.Lost if fate == "lost" else said)
        if fixed := LOOKS[fate]:
            said = fixed
        elif self.dialect == "ark" and path.endswith(TASKS["ark"]):
            said = self.listing(parse_qs(urlsplit(url).query), fate)
        else:
            said = self.look(task, fate)
        if task and isinstance(said, tuple) and said[0] == 404:
            task.denied += 1
        return told(said)

    def create(self, order: dict[str, Any], body: bytes, fate: str, attempt: str) -> net.Answer:
        said: Said | type[net.NetError] | None
        taken, said = CREATES[fate]
        count = len(self.of_kind("post")) + 1
        digest = hashlib.sha256(body).hexdigest()
        tag = order.get("safety_identifier", "")
        self.note("post", n=count, attempt=attempt, body_sha256=digest, tag=tag)
        if not taken:
            self.note("refuse", n=count, status=said[0] if isinstance(said, tuple) else 0)
            return told(said or net.Lost)
        # The seed's own default is the vendor's: a task always has one.
        task = Task(f"cgt-{count:05d}", attempt, tag, order.get("seed", 7_000 + count), order["model"], self.now())
        self.tasks[task.id] = task
        self.note("accept", n=count, id=task.id, attempt=attempt, tag=tag, body_sha256=digest, charge=1.0)
        if fate == "another's id":
            return told((200, {}, {"id": next(iter(self.tasks))}))
        return told(said or (200, {}, {"id": task.id}))

    def listing(self, query: Mapping[str, list[str]], fate: str) -> Said:
        if not self.lists:
            return 404, {}, {"error": {"code": "NotFound", "message": "no such page"}}
        ids = query.get("filter.task_ids")
        for task in self.tasks.values():
            task.left_out |= task.gone
        shown = [task for task in reversed(self.tasks.values()) if not (task.gone or task.erased)]
        shown = [task for task in shown if self.now() - task.born >= self.lag and (not ids or task.id in ids)]
        size, page = int(query["page_size"][0]), int(query["page_num"][0])
        part = shown[(page - 1) * size : page * size]
        return 200, {}, {"items": [self.shape(task, fate) for task in part], "total": len(shown)}

    def look(self, task: Task | None, fate: str) -> Said:
        if task is None or task.gone or task.erased:
            return 404, {}, {"error": {"code": "NotFound.Task", "message": "no such task"}}
        return 200, {}, self.shape(task, fate)

    def shape(self, task: Task, fate: str) -> dict[str, Any]:
        odd = {"odd word": "pondering", "backward": "queued"}
        phase = task.phase if fate not in odd or task.phase not in ("running", "queued") else odd[fate]
        done = task.phase == "succeeded" and fate != "no address"
        task.seen, task.seen_at, task.lied = phase, self.now(), phase != task.phase
        link = f"https://files.example/{task.id}.mp4?X-Tos-Signature={SIGNATURE}"
        failed = {"code": "InternalServiceError", "message": "it broke"}
        if self.dialect == "runway":
            word = RUNWAY_WORDS.get(phase, phase.upper())
            data: dict[str, Any] = {"id": task.id, "status": word, "createdAt": "2026-11-21T12:00:00Z"}
            return data | ({"output": [link]} if done else {}) | ({"failure": "it broke"} if word == "FAILED" else {})
        data = {"id": task.id, "model": task.model, "status": phase, "created_at": int(task.born)}
        data |= {"safety_identifier": task.tag} if task.tag and self.echoes else {}
        data |= {"seed": task.seed} if self.echoes else {}
        return (
            data | ({"content": {"video_url": link}} if done else {}) | ({"error": failed} if phase == "failed" else {})
        )

    def delete(self, task: Task | None) -> Said:
        if task is None or task.gone or task.erased:
            return 404, {}, {"error": {"code": "NotFound.Task", "message": "no such task"}}
        was = task.phase
        if was in STOPPABLE[self.dialect]:
            self.end(task, "cancelled")
        elif self.dialect == "ark" and was in ("running", "cancelled"):
            return 409, {}, {"error": {"code": "OperationDenied.InvalidState", "message": f"it is {was}"}}
        else:
            task.erased = True
        self.note("delete", id=task.id, was=was, seen=task.seen, age=self.now() - task.seen_at, lied=task.lied)
        return 200, {}, {}

    def end(self, task: Task, phase: str) -> None:
        task.phase = phase
        digest = hashlib.sha256(task.content).hexdigest() if phase == "succeeded" else ""
        self.note("end", id=task.id, status=phase, sha256=digest)

    def advance(self, task: Task, to: str = "succeeded") -> None:
        """One step of the task's life; `to` is how it ends."""
        if task.phase == "queued":
            task.phase = "running"
        elif task.phase == "running":
            self.end(task, to)

    def file(self, url: str, headers: Mapping[str, str], fate: str) -> net.Stream:
        """The result, or the rest of it after `Range` where `If-Range` names this version. Raises NotSent."""
        task = self.tasks.get(urlsplit(url).path.strip("/").removesuffix(".mp4"))
        if fate == "unsent":
            raise net.NotSent(LOST)
        if fate == "html":
            return net.Stream(200, {"content-type": "text/html"}, iter([b"<html>"]))
        if task is None or task.erased or fate in ("403", "500"):
            return net.Stream(int(fate) if fate in ("403", "500") else 404, {}, iter([]))
        content = task.content if fate != "damaged" else task.content[:-1] + b"?"
        start, etag = 0, f'"{task.id}"'
        if headers.get("If-Range") == etag:
            start = int(headers["Range"].removeprefix("bytes=").rstrip("-"))
        described = {"content-type": "video/mp4", "content-length": str(len(content) - start), "etag": etag}
        described |= {"content-range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
        self.note("file", id=task.id, sent=len(content) - start, status=206 if start else 200)
        return net.Stream(206 if start else 200, described, pieces(content[start:], fate))


def told(said: Said | type[net.NetError]) -> net.Answer:
    if not isinstance(said, tuple):
        raise said(LOST)
    status, headers, content = said
    return net.Answer(status, headers, content if isinstance(content, bytes) else json.dumps(content).encode())


def pieces(content: bytes, fate: str) -> Iterator[bytes]:
    half = len(content) // 2
    yield content[:half]
    if fate == "breaks":
        raise net.Lost(LOST)
    if fate != "cut":
        yield content[half:]
