"""What is said in each dialect: how an order is read, and what a task, a new id and a no look like.

Ark: volcengine-ark-runtime 5.0.54 and Volcengine docs/82379/1520757; GPTProto: gptproto.com's and docs.gptproto.com's
pages; Runway: runwayml 5.24.0 and docs.dev.runwayml.com. All read until November 2026; docs/protocols.md tells more.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from .tasks import CHARGE, Order, Task

FACTS = ("resolution", "ratio", "duration", "generate_audio", "service_tier", "execution_expires_after", "draft")
REASON = "The model could not make this video."


class Refused(Exception):
    """A no that the dialect says in its own shape."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Face:
    """What answers show: the address the client asked at, and what the flags switch off or shift."""

    base: str
    tag: bool = True
    seed: bool = True
    skew: float = 0

    def link(self, task: Task) -> str:
        return f"{self.base}/files/{task.id}/video.mp4"


@dataclass(frozen=True)
class Dialect:
    name: str
    new_id: Callable[[int], str]
    read: Callable[[Mapping[str, Any]], Order]
    created: Callable[[Task, Face], dict[str, Any]]
    shown: Callable[[Task, str, Face], dict[str, Any]]
    refusal: Callable[[Refused], dict[str, Any]]


def text_in(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def seed_in(body: Mapping[str, Any]) -> int | None:
    seed = body.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) else None


def iso(stamp: float) -> str:
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moved_at(task: Task, status: str) -> float:
    """When it came into its present status."""
    begun = {"queued": task.created, "running": task.created + (task.ends_at - task.created) / 3}
    return begun.get(status, task.ends_at)


# Ark


def ark_id(n: int) -> str:
    return f"cgt-{time.strftime('%Y%m%d%H%M%S')}-{n:05d}"


def read_ark(body: Mapping[str, Any]) -> Order:
    content = body.get("content")
    items = [item for item in content if isinstance(item, dict)] if isinstance(content, list) else []
    prompt = next((text_in(item, "text") for item in items if item.get("type") == "text"), "")
    facts = {name: body[name] for name in FACTS if name in body}
    return Order(text_in(body, "model"), prompt, text_in(body, "safety_identifier"), seed_in(body), facts)


def created_ark(task: Task, face: Face) -> dict[str, Any]:
    return {"id": task.id} | tag_of(task, face)


def tag_of(task: Task, face: Face) -> dict[str, Any]:
    return {"safety_identifier": task.order.tag} if face.tag and task.order.tag else {}


def shown_ark(task: Task, status: str, face: Face) -> dict[str, Any]:
    """Little while it is open; the seed, the link and the settings at the end (docs/protocols.md A.7)."""
    order, facts = task.order, {"service_tier": "default", "execution_expires_after": 172800} | dict(task.order.facts)
    data: dict[str, Any] = {"id": task.id, "model": order.model, "status": status}
    data |= {"created_at": int(task.created + face.skew), "updated_at": int(moved_at(task, status) + face.skew)}
    data |= {name: facts.pop(name) for name in ("service_tier", "execution_expires_after")} | tag_of(task, face)
    if status == "failed":
        data["error"] = {"code": "InternalServiceError", "message": REASON}
    if status == "succeeded":
        settings = {"resolution": "720p", "ratio": "16:9", "duration": 5, "framespersecond": 24} | facts
        used = {"completion_tokens": 108900, "total_tokens": 108900}
        data |= {"error": None, "content": {"video_url": face.link(task)}, "usage": used, **settings}
        data |= {"seed": 7 if order.seed is None else order.seed} if face.seed else {}
    return data


def refusal_ark(no: Refused) -> dict[str, Any]:
    kind = {401: "Unauthorized", 404: "NotFound", 429: "TooManyRequests"}.get(no.status, "BadRequest")
    return {"error": {"code": no.code, "message": no.message, "param": "", "type": kind}}


# GPTProto's flat form

FLAT_WORDS = {"queued": "pending", "running": "processing", "succeeded": "completed"}
FLAT_CODES = {401: "invalid_api_key", 404: "task_not_found", 429: "rate_limit_exceeded"}


def read_flat(body: Mapping[str, Any]) -> Order:
    facts = {name: body[name] for name in ("duration", "dimension", "loop") if name in body}
    return Order(text_in(body, "model"), text_in(body, "prompt"), "", seed_in(body), facts)


def created_flat(task: Task, face: Face) -> dict[str, Any]:
    return {"code": 0, "message": "Success", "data": {"task_id": task.id, "status": "pending"}}


def shown_flat(task: Task, status: str, face: Face) -> dict[str, Any]:
    word = FLAT_WORDS.get(status, "failed")
    ended = word in {"completed", "failed"}
    data = {
        "task_id": task.id,
        "status": word,
        "model": task.order.model,
        "video_url": face.link(task) if word == "completed" else "",
        "created_at": iso(task.created + face.skew),
        "completed_at": iso(task.ends_at + face.skew) if ended else None,
        "error": REASON if word == "failed" else "",
    }
    return {"code": 0, "message": "Success", "data": data}


def refusal_flat(no: Refused) -> dict[str, Any]:
    code = FLAT_CODES.get(no.status, "invalid_parameters")
    return {"error": {"message": no.message, "type": "invalid_request_error", "code": code}}


# Runway


def read_runway(body: Mapping[str, Any]) -> Order:
    facts = {name: body[name] for name in ("ratio", "duration") if name in body}
    return Order(text_in(body, "model"), text_in(body, "promptText"), "", seed_in(body), facts)


def created_runway(task: Task, face: Face) -> dict[str, Any]:
    return {"id": task.id, "estimatedCost": {"credits": CHARGE}}


def shown_runway(task: Task, status: str, face: Face) -> dict[str, Any]:
    word = {"queued": "PENDING", "expired": "FAILED"}.get(status, status.upper())
    data: dict[str, Any] = {"id": task.id, "status": word, "createdAt": iso(task.created + face.skew)}
    if word in {"PENDING", "RUNNING"}:
        data["estimatedCost"] = {"credits": CHARGE}
        return data | ({"progress": 0.5} if word == "RUNNING" else {})
    data["cost"] = {"credits": CHARGE if word == "SUCCEEDED" else 0}
    if word == "SUCCEEDED":
        data["output"] = [face.link(task)]
    if word == "FAILED":
        data |= {"failure": REASON, "failureCode": "INTERNAL"}
    return data


def refusal_runway(no: Refused) -> dict[str, Any]:
    return {"error": no.message}


ARK = Dialect("ark", ark_id, read_ark, created_ark, shown_ark, refusal_ark)
FLAT = Dialect(
    "gptproto", lambda n: f"task_{uuid4().hex[:16]}", read_flat, created_flat, shown_flat, refusal_flat
)  # fmt: skip
RUNWAY = Dialect("runway", lambda n: str(uuid4()), read_runway, created_runway, shown_runway, refusal_runway)
DIALECTS = {dialect.name: dialect for dialect in (ARK, FLAT, RUNWAY)}

# Ids that cannot exist, by which a client asks whether its key is good without paying.
MADE_UP = {"cgt-20000101000000-xxxxx", "task_0000000000", str(UUID(int=0))}
