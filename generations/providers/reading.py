"""Reading a whole answer. All dialects read alike and tolerantly, for gateways mix their shapes; writing is exact.

A task answers to many shapes: Ark's flat object, `{code, data: {…}}` envelopes, the maker's answer inside a gateway's,
Runway's, Luma's and Kling's. What is no JSON object is Nonsense; what carries an error and no status is a Refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from .base import ENDED, Cause, Created, Nonsense, Phase, Refusal, Task
from .finding import (
    LAST_FRAME_PATHS,
    LAST_URL_PATHS,
    Unreadable,
    clean,
    find,
    find_id,
    find_url,
    find_word,
    legal_id,
    moment,
    near,
    number,
    parse,
    phase_of,
    share,
    whole,
)
from .refusals import Fault, business_fault, cause_by_code, fault_in, fault_of, judge, refused

# What the provider really made may differ from what was asked, so it is kept.
FACTS = ("resolution", "ratio", "duration", "frames", "framespersecond", "generate_audio", "service_tier", "usage")

SILENT_ENDS = {
    Phase.FAILED: "The provider gave no reason.",
    Phase.CANCELLED: "The task was cancelled at the provider.",
    Phase.EXPIRED: "The task did not finish within the provider's own time limit.",
}

# Statuses of a POST after which surely nothing was made. After any other the order may have gone through.
DEFINITE = frozenset({400, 401, 402, 403, 404, 413, 422, *range(300, 400)})


def opened(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | Refusal | Nonsense:
    """The JSON object of a 2xx answer."""
    if not 200 <= status < 300:
        return refused(status, headers, body)
    try:
        data = parse(body)
    except Unreadable as odd:
        return Nonsense(f"The provider's answer {odd}.")
    return data if isinstance(data, dict) else Nonsense("The provider's answer is JSON, but not an object.")


def read_created(status: int, headers: Mapping[str, str], body: bytes) -> Created | Refusal | Nonsense:
    """The answer to the one paid request. Created only with a legal id and no word of failure beside it."""
    data = opened(status, headers, body)
    if not isinstance(data, dict):
        return data
    task_id, word, fault = find_id(data), find_word(data), fault_in(data)
    if fault and not (task_id and legal_id(task_id)):
        return judge(fault, status, headers)
    if fault and (not word or business_fault(data)):
        # A task, or the number of a complaint? Only a person can tell. With a status beside it, it is a task.
        return Nonsense(f"The answer names {task_id} and an error: {clean(fault.message or fault.code, 200)}")
    if not task_id:
        return Nonsense("The provider's answer has no task id in it.")
    if not legal_id(task_id):
        return Nonsense(f"The provider's answer has an odd task id: {clean(task_id, 60)}")
    return Created(task_id, word)


def read_task(status: int, headers: Mapping[str, str], body: bytes, task_id: str) -> Task | Refusal | Nonsense:
    """One look at the task that we know as `task_id`; a gateway may answer with the maker's id instead."""
    data = opened(status, headers, body)
    if isinstance(data, Refusal) and status == 404 and not _is_json(body):
        return replace(data, cause=Cause.PROVIDER)  # of a web server in between, which knows nothing of tasks
    if not isinstance(data, dict):
        return data
    fault, word = fault_in(data), find_word(data)
    # An envelope that says "status": "error" and names no task speaks of the request, not of the task.
    if fault and (not word or (find_id(data) is None and phase_of(word)[0] is Phase.FAILED)):
        return judge(fault, status, headers)
    if not word and find_id(data) is None:
        return Nonsense("The provider's answer has neither a status nor a task id in it.")
    return task_in(data, task_id)


def read_many(status: int, headers: Mapping[str, str], body: bytes) -> Sequence[Task] | Refusal | Nonsense:
    """A page of the list call; entries without a legal id are left out."""
    data = opened(status, headers, body)
    if not isinstance(data, dict):
        return data
    items = next((found for path in ("items", "data.items", "data") for found in find(data, path)), None)
    if not isinstance(items, list):
        fault = fault_in(data)
        return judge(fault, status, headers) if fault else Nonsense("The provider's answer has no list in it.")
    named = [(find_id(item), item) for item in items if isinstance(item, dict)]
    return [task_in(item, task_id) for task_id, item in named if task_id and legal_id(task_id)]


def read_probe(status: int, headers: Mapping[str, str], body: bytes) -> Refusal | Nonsense | None:
    """None when address and key are good. A made-up task that is unknown there proves as much as a list."""
    answer = opened(status, headers, body)
    if isinstance(answer, dict):
        fault = fault_in(answer)
        if not fault:
            return None
        answer = judge(fault, status, headers)
    if isinstance(answer, Nonsense):
        return Nonsense(f"{answer.message} Check the base URL.")
    if status not in {200, 400, 404} or answer.cause not in {Cause.MISSING, Cause.INPUT, Cause.UNKNOWN}:
        return answer
    if not _is_json(body) or "invalid url" in answer.message.lower():
        return replace(answer, message=f"Nothing like it at this address: check the base URL. ({answer.message})")
    return None


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(parse(body), dict)
    except Unreadable:
        return False


def task_in(data: dict[str, Any], task_id: str) -> Task:
    """The task that this JSON speaks of."""
    word = find_word(data)
    phase, known = phase_of(word)
    done = phase is Phase.SUCCEEDED
    return Task(
        id=task_id,
        phase=phase,
        word=word,
        known=known,
        video_url=(find_url(data) or find_url(data, LAST_URL_PATHS)) if done else "",
        last_frame_url=find_url(data, LAST_FRAME_PATHS) if done else "",
        progress=share(near(data, "progress")),
        refusal=reason(data, word, phase) if phase in ENDED and not done else None,
        tag=clean(near(data, "safety_identifier") or "", 64),
        seed=whole(near(data, "seed")),
        model=clean(near(data, "model") or "", 120),
        created_at=moment(near(data, "created_at", "createdAt", "submit_time")),
        cost=number(near(data, "cost.credits")),
        facts={name: value for name in FACTS if (value := _fact(near(data, name))) is not None},
    )


def _fact(value: Any) -> Any:
    """A scalar, numbers as numbers; of an object (`usage`) its plain numbers."""
    if isinstance(value, dict):
        return {name: found for name in list(value)[:20] if (found := number(value[name])) is not None} or None
    if isinstance(value, bool):
        return value
    found = whole(value)
    if found is None:
        found = number(value)
    return found if found is not None else clean(value, 60) if isinstance(value, str) else None


def reason(data: dict[str, Any], word: str, phase: Phase) -> Refusal:
    """Why a task ended without a video."""
    refusal = judge(_task_fault(data) or Fault(message=SILENT_ENDS[phase]), 200)
    if refusal.cause is Cause.UNKNOWN and word.lower() in {"moderated", "content_moderated", "nsfw"}:
        return replace(refusal, cause=Cause.BLOCKED)
    return refusal


def _task_fault(data: dict[str, Any]) -> Fault | None:
    for path in ("error", "data.data.error", "data.error", "response.data.error", "failure_reason"):
        for value in find(data, path):
            if fault := fault_of(value):
                return fault
    if failure := near(data, "failure"):
        # Runway: a failure without a code counts as its own (docs.dev.runwayml.com/errors/task-failures).
        return Fault(clean(near(data, "failureCode") or ""), clean(failure), kind="internal")
    # Flat objects say it in `message`; in an envelope that one speaks of the request.
    flat = bool(data.get("status") or data.get("state"))
    said = near(data, "fail_reason", "task_status_msg") or fault_in(data, bare=flat)
    return fault_of(said) if isinstance(said, str) else said


def verdict(
    dialect: str, status: int, answer: Refusal | Nonsense, *, relay: bool = False
) -> Literal["later", "final", "uncertain"]:
    """What a POST that brought no id comes to.

    later: surely nothing was made, the same request may pass after a wait. final: surely nothing was made, and it will
    not pass. uncertain: something may have been made; never send it again unasked. `relay`: the host is not the maker
    itself, so its 502 may hide an order that went through.
    """
    if isinstance(answer, Nonsense):
        return "uncertain"
    meaning = cause_by_code(answer.code, answer.message)
    if status == 429:
        return "final" if meaning is Cause.BALANCE else "later"
    if dialect == "runway" and status in {502, 503} and not relay:
        return "later"  # "shedding load", says docs.dev.runwayml.com/errors/errors
    if status in DEFINITE:
        return "final"
    if 200 <= status < 300 and (meaning not in {None, Cause.PROVIDER} or number(answer.code) in DEFINITE | {429}):
        return "final"
    return "uncertain"
