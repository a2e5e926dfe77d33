"""The sandbox that every dialect works on: how an order becomes a task, and what faults do to it."""

import hashlib
import random
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from generations.sandbox.faults import Knobs, knobs_in, without_knobs
from generations.sandbox.files import link
from generations.sandbox.inputs import Input
from generations.sandbox.job import FPS, Picture, RenderJob
from generations.sandbox.options import Options
from generations.sandbox.sizes import Size, tiny, tokens
from generations.sandbox.tasks import Store, Task
from generations.sandbox.web import Refused, Reply, Request, page
from generations.sandbox.workshop import Workshop

# Failures on request, in Ark's words; the other dialects have their own for the same codes.
DOOMS: dict[str, dict[str, str]] = {
    "fail": {"code": "InternalServiceError", "message": "The service encountered an unexpected internal error."},
    "blocked": {
        "code": "OutputVideoSensitiveContentDetected",
        "message": "The request failed because the output video may contain sensitive information.",
    },
    "expired": {"code": "TaskExpired", "message": "The task ran out of time."},
}
BLOCKED_INPUT = (
    "InputTextSensitiveContentDetected",
    "The request failed because the input text may contain sensitive information.",
)


@dataclass(frozen=True)
class Order:
    """What a dialect read from a request. `frames` at 24 a second; Without `seed` one below `seeds` is chosen."""

    dialect: str
    task_id: str
    model: str
    prompt: str
    size: Size
    frames: int
    seed: int | None
    seeds: int = 2**31
    pictures: tuple[tuple[str, Input], ...] = ()
    settings: Mapping[str, bool] = field(default_factory=dict)  # audio, camera_fixed, loop, watermark, last_frame
    facts: Mapping[str, Any] = field(default_factory=dict)
    tag: str = ""
    expires_after: int = 172_800
    doom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Box:
    options: Options
    store: Store
    workshop: Workshop
    secret: bytes
    refusals: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def knobs(self, prompt: str) -> Knobs:
        return {**(self.options.faults or {}), **knobs_in(prompt)}

    def accept(self, order: Order, request: Request) -> Task:
        """A task for the order, on disk and in the ledger; Refused where a fault says so."""
        knobs = self.knobs(order.prompt)
        self.refuse_on_request(knobs, request, order.dialect)
        doom = next((DOOMS[name] for name in DOOMS if name in knobs), dict(order.doom))
        if "blocked-input" in knobs:
            doom = dict(zip(("code", "message"), BLOCKED_INPUT, strict=True))
        seed = order.seed if order.seed is not None else random.SystemRandom().randrange(order.seeds)
        now = time.time()
        task = Task(
            order.task_id, order.dialect, order.model, order.prompt, now, now, self.job(order, seed, knobs),
            {**order.facts, "tag": order.tag, "seed": seed, "exact_frames": order.frames,
             "tokens": tokens(order.size, order.frames), "base": request.base},
            knobs, order.expires_after, doom=doom,
        )  # fmt: skip
        inputs = {f"input-{i}": one.content for i, (_, one) in enumerate(order.pictures, 1) if one.content is not None}
        self.store.accept(task, inputs, entry_for(task, request))
        self.workshop.bell.set()
        return task

    def refuse_on_request(self, knobs: Knobs, request: Request, dialect: str) -> None:
        if "500" in knobs:
            raise Refused(500, "InternalServiceError", DOOMS["fail"]["message"])
        if "blocked-input" in knobs and dialect not in ("runway", "chainhub"):
            raise Refused(400, *BLOCKED_INPUT)
        if "429" in knobs:
            digest = hashlib.sha256(request.body).hexdigest()
            with self.lock:
                seen = self.refusals[digest] = self.refusals.get(digest, 0) + 1
            if seen <= knobs["429"]:
                message = "The request was rejected because the server is overloaded. Try again later."
                raise Refused(429, "ServerOverloaded", message, headers={"Retry-After": "2"})

    def job(self, order: Order, seed: int, knobs: Knobs) -> dict[str, Any]:
        """The drawing that an order asks for, cut down to what this sandbox draws."""
        pictures = tuple(
            Picture(role, "" if one.content is None else f"input-{i}", one.name)
            for i, (role, one) in enumerate(order.pictures, 1)
        )
        job = RenderJob(
            without_knobs(order.prompt), seed, *order.size, order.frames, pictures,
            codec="hevc" if "hevc" in knobs else "h264", **order.settings,
        )  # fmt: skip
        if self.options.tiny:
            job = replace(job, width=tiny(order.size)[0], height=tiny(order.size)[1], frames=FPS // 2)
        return job.to_json()

    def find(self, task_id: str, dialects: tuple[str, ...]) -> Task:
        task = self.store.get(task_id)
        if task is None or task.dialect not in dialects:
            raise Refused(404, "NotFound.Task", f"The specified task {task_id} is not found.")
        return task

    def look(self, task: Task) -> Reply | None:
        """What a fault does to a look at a task; None lets the dialect answer."""
        age = task.age()
        if age < task.knobs.get("vanish", 0):
            raise Refused(404, "NotFound.Task", f"The specified task {task.id} is not found.")
        if age < task.knobs.get("busy", 0):
            raise Refused(429, "AccountRateLimitExceeded", "Too many requests.", headers={"Retry-After": "1"})
        if age < task.knobs.get("nonsense", 0):
            return page("<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>")
        return None

    def link(self, task: Task, name: str, base: str) -> str:
        """A signed address of a file of the task, good for 24 hours."""
        return link(self.secret, base, task.id, name, int(task.updated) + 86_400)


def entry_for(task: Task, request: Request) -> dict[str, Any]:
    return {
        "time": task.created,
        "dialect": task.dialect,
        "task": task.id,
        "sha256": hashlib.sha256(request.body).hexdigest(),
        "tag": task.facts["tag"],
        "seed": task.facts["seed"],
        "prompt": task.prompt,
        "model": task.model,
    }


def word_for(task: Task, words: Mapping[str, str]) -> str:
    """The status in a dialect's words; the fault `unknown` makes one up for a while."""
    return "pondering" if task.age() < task.knobs.get("unknown", 0) else words.get(task.status, task.status)


def with_fate(reply: Reply, knobs: Knobs) -> Reply:
    """The answer to an accepted POST as the faults want it."""
    if "hang" in knobs:
        return replace(reply, fate="hang", patience=knobs["hang"])
    return replace(reply, fate="drop") if "drop" in knobs else reply


def letters(count: int) -> str:
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(count))
