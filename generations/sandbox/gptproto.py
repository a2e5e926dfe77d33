"""GPTProto's flat dialect (docs/protocols.md D1): one body without `content`, answers wrapped in code and data."""

from datetime import UTC, datetime
from typing import Any

from generations.sandbox.box import Box, Order, letters, with_fate, word_for
from generations.sandbox.flags import split_flags
from generations.sandbox.job import FPS
from generations.sandbox.tasks import Task
from generations.sandbox.web import Refused, Reply, Request, answer

SECONDS = {"5s": 5, "10s": 10}
DIMENSIONS = {"768:768": (768, 768), "768:1280": (768, 1280), "1280:768": (1280, 768)}
WORDS = {
    "queued": "pending",
    "running": "processing",
    "succeeded": "completed",
    "expired": "failed",
    "cancelled": "failed",
}
KINDS = {
    400: ("invalid_request_error", "invalid_parameters"),
    401: ("authentication_error", "invalid_api_key"),
    404: ("invalid_request_error", "task_not_found"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}


def problem(no: Refused) -> Reply:
    kind, code = KINDS.get(no.status, ("server_error", "internal_error") if no.status >= 500 else KINDS[400])
    return answer({"error": {"message": no.message, "type": kind, "code": code}}, no.status, no.headers)


def create(box: Box, request: Request) -> Reply:
    task = box.accept(read_order(request.json(), box.options.max_seconds), request)
    data = {"task_id": task.id, "status": "pending"}
    return with_fate(answer({"code": 0, "message": "Success", "data": data}), task.knobs)


def read_order(body: dict[str, Any], max_seconds: int) -> Order:
    """Fields and defaults of its page; flags in the prompt lose against them."""
    body = {name: value for name, value in body.items() if value is not None}
    for name in ("model", "prompt"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise Refused(400, "MissingParameter", f"{name} is required and must be a text")
    prompt, flags = split_flags(body["prompt"])
    duration, dimension = body.get("duration", "5s"), body.get("dimension", "768:768")
    if duration not in SECONDS or dimension not in DIMENSIONS:
        raise Refused(
            400,
            "InvalidParameter",
            f"duration must be one of {', '.join(SECONDS)}; dimension one of {', '.join(DIMENSIONS)}",
        )
    seed, loop, logo = body.get("seed", flags.get("seed")), body.get("loop", False), body.get("logo", {})
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not 1 <= seed <= 2**31 - 1):
        raise Refused(400, "InvalidParameter", "seed must be an integer between 1 and 2147483647")
    if not isinstance(loop, bool) or not isinstance(logo, dict):
        raise Refused(400, "InvalidParameter", "loop must be true or false, logo an object")
    return Order(
        dialect="gptproto",
        task_id=f"task_{letters(16)}",
        model=body["model"],
        prompt=prompt,
        size=DIMENSIONS[dimension],
        frames=min(SECONDS[duration], max_seconds) * FPS,
        seed=seed,
        settings={"loop": loop, "watermark": bool(logo), "camera_fixed": flags.get("camera_fixed", False)},
    )


def look(box: Box, request: Request, task_id: str) -> Reply:
    task = box.find(task_id, ("gptproto",))
    return box.look(task) or answer({"code": 0, "message": "Success", "data": shape(box, task, request)})


def shape(box: Box, task: Task, request: Request) -> dict[str, Any]:
    done, shown = task.status == "succeeded", task.status == "succeeded" and "nourl" not in task.knobs
    ended = done or task.status in ("failed", "expired")
    return {
        "task_id": task.id,
        "status": word_for(task, WORDS),
        "model": task.model,
        "video_url": box.link(task, "video.mp4", request.base) if shown else "",
        "created_at": moment(task.created),
        "completed_at": moment(task.updated) if ended else None,
        "error": (task.error or {"message": "The task ran out of time."})["message"] if ended and not done else "",
    }


def moment(stamp: float) -> str:
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
