"""Runway's own API and ChainHub's copy of it: docs/protocols.md 0, B and C."""

from typing import Any
from uuid import uuid4

from generations.sandbox.box import Box, with_fate, word_for
from generations.sandbox.gptproto import moment
from generations.sandbox.runway_rules import read_order
from generations.sandbox.tasks import OPEN, Task
from generations.sandbox.web import Refused, Reply, Request, answer
from generations.sandbox.workshop import wait_in_queue

DIALECTS = ("runway", "chainhub")
WORDS = {"queued": "PENDING", "expired": "FAILED"}
WORDS |= {word: word.upper() for word in ("running", "succeeded", "failed", "cancelled")}
RELAYED = {"queued": "pending", "running": "processing", "succeeded": "completed", "expired": "failed"}
# Ark's words for an ending → failureCode (docs/protocols.md B).
FAILURES = {
    "OutputVideoSensitiveContentDetected": "SAFETY.OUTPUT.VIDEO",
    "InputTextSensitiveContentDetected": "SAFETY.INPUT.TEXT",
    "InternalServiceError": "INTERNAL",
}
PURSE = 1_000_000
DAY = 86_400


def problem(no: Refused) -> Reply:
    body: dict[str, Any] = {"error": no.message}
    if no.status == 400:
        body["docUrl"] = "https://docs.dev.runwayml.com/api/"
        body |= {"issues": [{"code": "custom", "path": [no.param], "message": no.message}]} if no.param else {}
    return answer(body, no.status, no.headers)


def relayed_problem(no: Refused) -> Reply:
    """The relay's own words: docs/protocols.md C."""
    if no.status == 404:
        return answer({"code": "task_not_exist", "message": "task_not_exist", "data": None}, 400, no.headers)
    kind = (
        "authentication_error" if no.status == 401 else "invalid_request_error" if no.status < 500 else "server_error"
    )
    return answer({"error": {"message": no.message, "type": kind, "code": no.code}}, no.status, no.headers)


def check_version(request: Request) -> None:
    if not request.headers.get("x-runway-version"):
        raise Refused(400, "MissingParameter", "The X-Runway-Version header is required, for example 2024-11-06.")


def create(box: Box, request: Request, kind: str) -> Reply:
    check_version(request)
    order = read_order(request.json(), "runway", kind, box.options)
    task = box.accept(order, request)
    return with_fate(answer({"id": task.id, "estimatedCost": {"credits": task.facts["credits"]}}), task.knobs)


def look(box: Box, request: Request, task_id: str) -> Reply:
    check_version(request)
    task = box.find(task_id, DIALECTS)
    return box.look(task) or answer(shape(box, task, request))


def shape(box: Box, task: Task, request: Request) -> dict[str, Any]:
    """A task as Runway shows it; waiting for a free renderer is THROTTLED."""
    word = word_for(task, WORDS)
    if word == "PENDING" and task.age() > wait_in_queue(task, box.options.tiny) + 1:
        word = "THROTTLED"
    data: dict[str, Any] = {"id": task.id, "status": word, "createdAt": moment(task.created)}
    if task.status in OPEN:
        data["estimatedCost"] = {"credits": task.facts["credits"]}
        return data | ({"progress": box.store.progress.get(task.id, 0.0)} if task.status == "running" else {})
    data["cost"] = {"credits": task.facts["credits"] if task.status == "succeeded" else 0}
    if task.status == "succeeded":
        return data | {"output": links(box, task, request)}
    if task.status == "cancelled":
        return data
    error = task.error or {"code": "", "message": "The task ran out of time."}
    code = FAILURES.get(error["code"])
    return data | {"failure": error["message"]} | ({"failureCode": code} if code else {})


def links(box: Box, task: Task, request: Request) -> list[str]:
    return [] if "nourl" in task.knobs else [box.link(task, "video.mp4", request.base)]


def delete(box: Box, request: Request, task_id: str) -> Reply:
    """Cancels what is open, deletes what is finished (docs/protocols.md B)."""
    check_version(request)
    task = box.find(task_id, DIALECTS)
    if not box.store.change(task.id, OPEN, status="cancelled"):
        box.store.remove(task.id)
    return Reply(204)


def organization(box: Box, request: Request) -> Reply:
    check_version(request)
    mine = [task for task in box.store.newest() if task.dialect in DIALECTS]
    models = sorted({task.model for task in mine} | {"gen4_turbo", "gen3a_turbo"})
    today = {name: sum(task.model == name and task.age() < DAY for task in mine) for name in models}
    limits = {name: {"maxConcurrentGenerations": box.options.renders, "maxDailyGenerations": 1000} for name in models}
    spent = sum(task.facts["credits"] for task in mine if task.status in (*OPEN, "succeeded"))
    return answer(
        {
            "creditBalance": PURSE - spent,
            "tier": {"maxMonthlyCreditSpend": PURSE, "models": limits},
            "usage": {"models": {name: {"dailyGenerations": count} for name, count in today.items()}},
        }
    )


def create_relayed(box: Box, request: Request, kind: str) -> Reply:
    """ChainHub: no version header; the answer in the shape of its page's example or of its schema."""
    task = box.accept(read_order(request.json(), "chainhub", kind, box.options), request)
    return with_fate(answer(relayed(box, task, request)), task.knobs)


def look_relayed(box: Box, request: Request, task_id: str) -> Reply:
    task = box.find(task_id, DIALECTS)
    return box.look(task) or answer(relayed(box, task, request))


def relayed(box: Box, task: Task, request: Request) -> dict[str, Any]:
    """Three shapes of one task (C there): the example's, the schema's, another relay's (`?shape=official`)."""
    wish = request.one("shape")
    if wish == "official":
        return shape(box, task, request)
    word, found = word_for(task, RELAYED), links(box, task, request) if task.status == "succeeded" else []
    video = found[0] if found else None
    failure = task.error["message"] if task.error else None
    if wish == "schema" or "schema" in task.knobs:
        data: dict[str, Any] = {"task_id": task.id, "task_status": word}
        data |= {"created_at": int(task.created), "updated_at": int(task.updated)}
        data |= ({"video": video} if video else {}) | ({"failure": failure} if failure else {})
        return {"code": 0, "message": "success", "request_id": str(uuid4()), "data": data}
    return {
        "id": task.id, "prompt": task.prompt, "state": word, "queue_state": None,
        "created_at": moment(task.created), "batch_id": "", "video": video, "video_raw": video, "liked": None,
        "estimate_wait_seconds": None, "thumbnail": None, "last_frame": None,
        **({"failure_reason": failure} if failure else {}),
    }  # fmt: skip
