"""Volcengine Ark and its relays: create, look, list, delete. docs/protocols.md 0 and A."""

import time
from typing import Any
from uuid import uuid4

from generations.sandbox.ark_drafts import from_draft
from generations.sandbox.ark_rules import read_order
from generations.sandbox.box import Box, letters, with_fate, word_for
from generations.sandbox.tasks import Task
from generations.sandbox.web import Refused, Reply, Request, answer

STATUSES = ("queued", "running", "succeeded", "failed", "expired", "cancelled")
TYPES = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 429: "TooManyRequests"}


def problem(no: Refused) -> Reply:
    """docs/protocols.md A.9: code, message with a request id, parameter and type."""
    request_id = uuid4().hex
    error = {
        "code": no.code,
        "message": f"{no.message} Request id: {request_id}",
        "param": no.param,
        "type": TYPES.get(no.status, "InternalServerError" if no.status >= 500 else "BadRequest"),
    }
    return answer({"error": error}, no.status, {**no.headers, "X-Request-Id": request_id})


def create(box: Box, request: Request) -> Reply:
    body = request.json()
    task_id = f"cgt-{time.strftime('%Y%m%d%H%M%S')}-{letters(5)}"
    if is_draft_call(body):
        order = from_draft(body, task_id, box.store)
    else:
        order = read_order(body, task_id, box.options.max_seconds, box.options.tiny)
    task = box.accept(order, request)
    created = {"id": task.id}
    if request.path.startswith("/volc/"):  # as its pages show
        created["status"] = "submitted"
    if "safety_identifier" in task.facts:
        created["safety_identifier"] = task.facts["safety_identifier"]
    return with_fate(answer(created), task.knobs)


def is_draft_call(body: dict[str, Any]) -> bool:
    content = body.get("content")
    return isinstance(content, list) and any(isinstance(i, dict) and i.get("type") == "draft_task" for i in content)


def look(box: Box, request: Request, task_id: str) -> Reply:
    task = box.find(task_id, ("ark",))
    return box.look(task) or answer(shape(box, task, request))


def listing(box: Box, request: Request) -> Reply:
    """Newest first; pages up to 500; filters by status, model, tier and any number of ids."""
    number, size = number_of(request, "page_num", 1), number_of(request, "page_size", 20)
    ids, status = request.query.get("filter.task_ids"), request.one("filter.status")
    if status and status not in STATUSES:
        raise Refused(400, "InvalidParameter", f"there is no status {status}", "filter.status")
    found = [
        task
        for task in box.store.newest()
        if task.dialect == "ark"
        and task.age() >= task.knobs.get("late", 0)
        and (not status or task.status == status)
        and (not ids or task.id in ids)
        and request.one("filter.model") in ("", task.model)
        and request.one("filter.service_tier") in ("", task.facts["service_tier"])
    ]
    part = found[(number - 1) * size : number * size]
    return answer({"items": [shape(box, task, request) for task in part], "total": len(found)})


def number_of(request: Request, name: str, default: int) -> int:
    word = request.one(name) or str(default)
    if not word.isdigit() or not 1 <= int(word) <= 500:
        raise Refused(400, "InvalidParameter", f"the parameter `{name}` must lie between 1 and 500", name)
    return int(word)


def delete(box: Box, request: Request, task_id: str) -> Reply:
    """Queued: cancelled. Finished: the record goes. Running and cancelled: not allowed (docs/protocols.md A.1)."""
    task = box.find(task_id, ("ark",))
    if box.store.change(task.id, ("queued",), status="cancelled"):
        return answer({})
    task = box.find(task_id, ("ark",))
    if task.status in ("running", "cancelled"):
        raise Refused(409, "OperationDenied.InvalidState", f"The task is {task.status} and cannot be deleted.")
    box.store.remove(task.id)
    return answer({})


def shape(box: Box, task: Task, request: Request) -> dict[str, Any]:
    """A task as GET and list show it: little while it is open, all at the end (docs/protocols.md A.7)."""
    data: dict[str, Any] = {
        "id": task.id,
        "model": task.model,
        "status": word_for(task, {}),
        "created_at": int(task.created),
        "updated_at": int(task.updated),
        "service_tier": task.facts["service_tier"],
        "execution_expires_after": task.expires_after,
    }
    if "safety_identifier" in task.facts:
        data["safety_identifier"] = task.facts["safety_identifier"]
    if task.error:
        data["error"] = task.error
    if task.status == "succeeded":
        data |= ending(box, task, request)
    return data if not request.path.startswith("/gptproto/") else stringly(data)


def ending(box: Box, task: Task, request: Request) -> dict[str, Any]:
    facts = task.facts
    content = {} if "nourl" in task.knobs else {"video_url": box.link(task, "video.mp4", request.base)}
    if task.job["last_frame"]:
        content["last_frame_url"] = box.link(task, "last_frame.png", request.base)
    used = facts["tokens"]
    shown = ("resolution", "ratio", "duration", "frames", "framespersecond", "generate_audio", "draft", "priority")
    return {
        "error": None,
        "content": content,
        "usage": {"completion_tokens": used, "total_tokens": used},
        "seed": facts["seed"],
        **{name: facts[name] for name in (*shown, "draft_task_id") if name in facts},
    }


def stringly(data: dict[str, Any]) -> dict[str, Any]:
    """GPTProto's Ark-like dialect writes numbers as strings (docs/protocols.md D2)."""
    return {
        name: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in data.items()
    }
