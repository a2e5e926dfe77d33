"""Every address of the sandbox, in one table, and the way from a request to a reply."""

import ipaddress
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from generations.sandbox import ark, files, gptproto, runway
from generations.sandbox.box import Box
from generations.sandbox.web import Refused, Reply, Request, answer

View = Callable[..., Reply]
Problem = Callable[[Refused], Reply]


@dataclass(frozen=True)
class Route:
    """`flat` marks GPTProto's flat dialect, which shares its address with Ark's and is told apart by body and id."""

    method: str
    path: re.Pattern[str]
    view: View
    problem: Problem
    flat: bool = False
    open: bool = False  # needs no key


def plain_problem(no: Refused) -> Reply:
    return answer({"code": no.code, "message": no.message}, no.status, no.headers)


def health(box: Box, request: Request) -> Reply:
    return answer({"ok": True, "name": "sandbox"})


def ledger(box: Box, request: Request) -> Reply:
    """Every accepted POST in order; for clients on this machine only."""
    if not ipaddress.ip_address(request.peer.split("%")[0]).is_loopback:
        raise Refused(403, "AccessDenied", "The ledger is for clients on this machine.")
    return answer(box.store.ledger.read())


def file(box: Box, request: Request, task_id: str, name: str) -> Reply:
    return files.serve(box.secret, box.store, request, task_id, name)


def ark_routes(prefixes: str) -> Iterable[Route]:
    tasks = rf"(?:{prefixes})/contents/generations/tasks"
    one = rf"{tasks}/([^/]+)"
    for flat, kit in ((True, gptproto), (False, ark)):
        yield Route("POST", re.compile(tasks), kit.create, kit.problem, flat)
        yield Route("GET", re.compile(one), kit.look, kit.problem, flat)
    yield Route("GET", re.compile(tasks), ark.listing, ark.problem)
    yield Route("DELETE", re.compile(one), ark.delete, ark.problem)


ROUTES: tuple[Route, ...] = (
    *ark_routes("/api/v3|/volc/v1|/v3|/gptproto/api/v3"),
    Route("POST", re.compile("/v1/(image_to_video|text_to_video)"), runway.create, runway.problem),
    Route("GET", re.compile("/v1/tasks/([^/]+)"), runway.look, runway.problem),
    Route("DELETE", re.compile("/v1/tasks/([^/]+)"), runway.delete, runway.problem),
    Route("GET", re.compile("/v1/organization"), runway.organization, runway.problem),
    Route(
        "POST",
        re.compile("/runwayml/v1/(image_to_video|text_to_video)"),
        runway.create_relayed,
        runway.relayed_problem,
    ),
    Route("GET", re.compile("/runwayml/v1/tasks/([^/]+)"), runway.look_relayed, runway.relayed_problem),
    Route("GET", re.compile(r"/files/([\w-]+)/(video\.mp4|last_frame\.png)"), file, plain_problem, open=True),
    Route("GET", re.compile("/healthz"), health, plain_problem, open=True),
    Route("GET", re.compile("/_ledger"), ledger, plain_problem, open=True),
)


def reply_to(box: Box, request: Request) -> Reply:
    """The answer of the dialect that the address belongs to; never an exception."""
    method = "GET" if request.method == "HEAD" else request.method
    matches = [(route, found) for route in ROUTES if (found := route.path.fullmatch(request.path))]
    if not matches:
        return plain_problem(Refused(404, "NotFound", f"The sandbox has no address {request.path}."))
    fitting = [(route, found) for route, found in matches if route.method == method]
    if not fitting:
        allowed = ", ".join(sorted({route.method for route, _ in matches}))
        return matches[0][0].problem(
            Refused(405, "MethodNotAllowed", f"Use {allowed} here.", headers={"Allow": allowed})
        )
    route, found = choose(fitting, request)
    try:
        if not route.open:
            check_key(request)
        return route.view(box, request, *found.groups())
    except Refused as no:
        return route.problem(no)
    except Exception:  # the server must go on, and the client must hear something
        traceback.print_exc()
        return route.problem(Refused(500, "InternalServiceError", "The sandbox itself failed; see its output."))


def choose(fitting: list[tuple[Route, Any]], request: Request) -> tuple[Route, Any]:
    """Ark or GPTProto's flat dialect where both live at one address (docs/protocols.md D)."""
    flat = is_flat(request)
    return next((pair for pair in fitting if pair[0].flat == flat), fitting[-1])


def is_flat(request: Request) -> bool:
    if request.method == "POST":
        try:
            body = request.json()
        except Refused:
            return request.path.startswith("/gptproto/")
        return "content" not in body and ("prompt" in body or request.path.startswith("/gptproto/"))
    return "/task_" in request.path


def check_key(request: Request) -> None:
    """Any key will do but none, and but one that begins with `bad`."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key.strip():
        raise Refused(401, "AuthenticationError", "The API key in the request is missing or invalid.")
    if key.strip().startswith("bad"):
        raise Refused(401, "AuthenticationError", "The API key doesn't exist.")
