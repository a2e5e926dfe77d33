"""From a request to what is done and said, and what a script changes in that."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import control, free, paid
from .dialects import ARK, FLAT, RUNWAY, Dialect, Refused
from .files import file
from .scripts import SILENT, Script, accepts
from .shop import Shop
from .web import Reply, Request, answer

TASKS = "/api/v3/contents/generations/tasks"
CREATES = re.compile(rf"{TASKS}|/v1/(?:image|text)_to_video")
NO_PLACE = {"error": {"code": "NotFound", "message": "There is nothing at this address."}}
AS_TOLD = {"error": {"code": "Scripted", "message": "A script says so."}}


@dataclass(frozen=True)
class Outcome:
    """`reply` is None where a script lets no answer come; `do` says how the connection fares."""

    reply: Reply | None
    do: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    method: str
    path: re.Pattern[str]
    kind: str
    view: Callable[..., Reply]  # of the shop, the request, and the id in the path where there is one


ROUTES = (
    Route("GET", re.compile(TASKS), "list", free.listing),
    Route("GET", re.compile(rf"{TASKS}/([^/]+)"), "look", free.look),
    Route("DELETE", re.compile(rf"{TASKS}/([^/]+)"), "cancel", free.cancel),
    Route("GET", re.compile("/v1/tasks/([^/]+)"), "look", free.look),
    Route("DELETE", re.compile("/v1/tasks/([^/]+)"), "cancel", free.cancel),
    Route("GET", re.compile("/v1/organization"), "probe", free.organization),
    Route("GET", re.compile(r"/files/([^/]+)/video\.mp4"), "file", file),
)


def respond(shop: Shop, request: Request) -> Outcome:
    """Never raises: a client that asks nonsense hears what was wrong."""
    if request.path.startswith("/_"):
        return Outcome(control.obey(shop, request))
    if request.method == "POST" and CREATES.fullmatch(request.path):
        return create(shop, request)
    for route in ROUTES:
        found = route.path.fullmatch(request.path)
        if found and route.method == ("GET" if request.method == "HEAD" else request.method):
            return follow(shop, request, route, found.groups())
    return Outcome(answer(NO_PLACE, 404))


def create(shop: Shop, request: Request) -> Outcome:
    n, dialect = paid.note(shop, request), paid.dialect_in(request)
    prompt = dialect.read(request.json()).prompt
    script = shop.scripts.pick(lambda script: "create" in script.on and script.means([(prompt, "")]))
    do = script.do if script else {}
    if shop.closing.wait(do.get("delay", 0)):
        return Outcome(None, {"fate": "close"})
    reply, taken = scripted(do), False
    if accepts(do):
        try:
            check_key(request)
            true, taken = paid.accept(shop, request, n, do), True
        except Refused as no:
            true = refusal(dialect, no)
        reply = reply or true
    if do.get("fate") in SILENT:
        return Outcome(None, do)
    if reply and not taken:
        paid.note_refusal(shop, n, reply)
    return Outcome(reply, do)


def follow(shop: Shop, request: Request, route: Route, words: Sequence[str]) -> Outcome:
    """A free call, as a script wants it. A scripted cancel without `accept` cancels nothing."""
    task_id = words[0] if words else ""
    kind = "probe" if route.kind in ("look", "list") and free.is_probe(request, task_id) else route.kind
    tasks = meant(shop, request, kind, task_id)
    script = shop.scripts.pick(lambda script: kind in script.on and script.means(tasks))
    do = script.do if script else {}
    shop.closing.wait(do.get("delay", 0))
    reply = scripted(do)
    if accepts(do):
        true = true_answer(shop, request, route, words)
        reply = reply or true
        if script and "task" in do and reply.status == 200:
            reply = retold(reply, script, tasks)
    if reply and kind == "file":
        reply.file = task_id
    return Outcome(None if do.get("fate") in SILENT else reply, do)


def true_answer(shop: Shop, request: Request, route: Route, words: Sequence[str]) -> Reply:
    try:
        if route.kind != "file":
            check_key(request)
        return route.view(shop, request, *words)
    except Refused as no:
        return refusal(dialect_at(request), no)


def check_key(request: Request) -> None:
    if not request.bearer:
        raise Refused(401, "AuthenticationError", "The API key in the request is missing.")
    if request.path.startswith("/v1/") and "x-runway-version" not in request.headers:
        raise Refused(400, "MissingParameter", "The X-Runway-Version header is required, for example 2024-11-06.")


def dialect_at(request: Request) -> Dialect:
    """Ark and GPTProto share their addresses; the id tells them apart."""
    if request.path.startswith("/v1/"):
        return RUNWAY
    return FLAT if "/task_" in request.path else ARK


def refusal(dialect: Dialect, no: Refused) -> Reply:
    return answer(dialect.refusal(no), no.status)


# What a script changes


def scripted(do: Mapping[str, Any]) -> Reply | None:
    """The answer that stands in the place of the true one."""
    if "status" not in do:
        return None
    if do["status"] in (204, 304):
        return Reply(do["status"])
    headers = {name.title(): str(value) for name, value in do.get("headers", {}).items()}
    return answer(do.get("body", AS_TOLD), do["status"], headers)


def meant(shop: Shop, request: Request, kind: str, task_id: str) -> list[tuple[str, str]]:
    """Prompt and id of each task that a request is about; for a list those that it shows."""
    if kind == "list":
        return [(task.order.prompt, task.id) for task, _ in free.page_of(shop, request)[0]]
    found = shop.store.see(task_id)
    return [(found[0].order.prompt if found else "", task_id)]


def retold(true: Reply, script: Script, tasks: Sequence[tuple[str, str]]) -> Reply:
    """The true answer with the script's `task` merged in; in a list, into the items that the script means."""
    data, change = true.json(), script.do["task"]
    ids = {task[1] for task in tasks if script.means([task])}
    if "items" in data:
        data["items"] = [item | change if item["id"] in ids else item for item in data["items"]]
    elif isinstance(data.get("data"), dict):
        data["data"] |= change
    else:
        data |= change
    return answer(data)
