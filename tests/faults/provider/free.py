"""The calls that cost nothing: look, list, cancel, and Runway's organization. Each raises Refused for a no."""

from .dialects import ARK, DIALECTS, MADE_UP, Refused
from .shop import Shop
from .tasks import Task
from .web import Reply, Request, answer

STATUSES = ("queued", "running", "succeeded", "failed", "expired", "cancelled")
# Statuses in which a DELETE has an effect: docs/protocols.md A.1, B; none is documented for GPTProto.
DELETABLE = {"ark": ("queued", "succeeded", "failed", "expired"), "runway": STATUSES, "gptproto": ()}


def is_probe(request: Request, task_id: str) -> bool:
    """A question that only tries the key: a task that cannot be, the list's first entry, Runway's organization."""
    if task_id or request.path == "/v1/organization":
        return not task_id or task_id in MADE_UP
    return request.one("page_size") == "1" and "filter.task_ids" not in request.query


def look(shop: Shop, request: Request, task_id: str) -> Reply:
    task, status = seen(shop, request, task_id)
    return answer(DIALECTS[task.dialect].shown(task, status, shop.face(request)))


def seen(shop: Shop, request: Request, task_id: str) -> tuple[Task, str]:
    """The task at this address, and its status."""
    found = shop.store.see(task_id)
    if not found or (found[0].dialect == "runway") != request.path.startswith("/v1/"):
        raise Refused(404, "NotFound.Task", f"The task {task_id} is not found.")
    return found


def listing(shop: Shop, request: Request) -> Reply:
    if not shop.options.list:
        raise Refused(404, "NotFound", "There is no list here.")
    number, size = page_asked(request)
    if not (1 <= number <= 500 and 1 <= size <= 500):
        raise Refused(400, "InvalidParameter", "page_num and page_size are whole numbers from 1 to 500.")
    tasks, total = page_of(shop, request)
    items = [ARK.shown(task, status, shop.face(request)) for task, status in tasks]
    return answer({"items": items, "total": total})


def page_asked(request: Request) -> tuple[int, int]:
    """Number and size; 0 for what is no number."""
    words = request.one("page_num", "1"), request.one("page_size", "20")
    number, size = (int(word) if word.isascii() and word.isdigit() else 0 for word in words)
    return number, size


def page_of(shop: Shop, request: Request) -> tuple[list[tuple[Task, str]], int]:
    """One page of Ark's tasks, newest first, and how many there are on all pages."""
    number, size = page_asked(request)
    ids = request.query.get("filter.task_ids")
    tasks = shop.store.some(ids) if ids else shop.store.newest()
    oldest = shop.store.settle() - shop.options.list_late
    status, model = request.one("filter.status"), request.one("filter.model")
    fitting = [
        pair
        for pair in tasks
        if pair[0].dialect == "ark"
        and pair[0].created <= oldest
        and status in ("", pair[1])
        and model in ("", pair[0].order.model)
    ]
    return fitting[max(0, number - 1) * size : max(0, number) * size], len(fitting)


def cancel(shop: Shop, request: Request, task_id: str) -> Reply:
    """Ark: stops a queued task, erases an ended one. Runway: stops an open one, erases an ended one."""
    task, _ = seen(shop, request, task_id)
    allowed = DELETABLE[task.dialect]
    if not allowed:
        raise Refused(405, "MethodNotAllowed", "A task cannot be deleted here.")
    was = shop.store.cancel(task, allowed)
    if was not in allowed:
        raise Refused(409, "OperationDenied.InvalidState", f"The task is {was} and cannot be deleted.")
    return Reply(204) if task.dialect == "runway" else answer({})


def organization(shop: Shop, request: Request) -> Reply:
    tier = {"maxMonthlyCreditSpend": 1_000_000, "models": {}}
    return answer({"creditBalance": 1_000_000 - shop.store.accepts, "tier": tier, "usage": {"models": {}}})
