"""Runway's API, and gateways that carry it under a path prefix.

docs.dev.runwayml.com and runwayml 5.24.0 (November 2026); ChainHub's page for `/runwayml/v1/image_to_video`, whose
answers may have Runway's, Kling's or Luma's shape. Runway itself is told by its version header on the account.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import reading
from .base import Account, Call, Nonsense, Order, Phase, Refusal, Task, Unwritable
from .writing import address, headers

NAME = "runway"
LABEL = "Runway (and gateways that carry it)"
LISTS = False
CANCELS: frozenset[Phase] = frozenset({Phase.QUEUED, Phase.RUNNING})  # a running one is not refunded
ERASES = True

TASKS = "/v1/tasks"
MADE_UP = "00000000-0000-0000-0000-000000000000"
POSITIONS = {"first_frame": "first", "last_frame": "last"}


def is_official(account: Account) -> bool:
    """Whether the account is at Runway itself; no gateway's document shows the version header."""
    return any(name.lower() == "x-runway-version" for name in account.headers)


read_created = reading.read_created
read_task = reading.read_task
read_probe = reading.read_probe


def create(account: Account, order: Order) -> Call:
    """`image_to_video`, or Runway's own `text_to_video` without an image. Raises Unwritable for any other media."""
    odd = next((medium for medium in order.media if medium.kind != "image" or medium.role not in POSITIONS), None)
    if odd:
        raise Unwritable(f"Runway's image_to_video takes a first and a last frame, not a {odd.role.replace('_', ' ')}.")
    if not order.media and not is_official(account):
        raise Unwritable("This gateway's Runway makes videos from an image: add a first frame.")
    path = "/v1/image_to_video" if order.media else "/v1/text_to_video"
    body = prompt_image(order) | {"model": order.model}
    body |= {"promptText": order.prompt} if order.prompt else {}
    return Call("POST", address(account, path), _headers(account, sends=True), body | dict(order.parameters))


def prompt_image(order: Order) -> dict[str, Any]:
    """A lone first frame is a string; with a last frame each image names its position."""
    if not order.media:
        return {}
    if [medium.role for medium in order.media] == ["first_frame"]:
        return {"promptImage": order.media[0].url}
    return {"promptImage": [{"uri": medium.url, "position": POSITIONS[medium.role]} for medium in order.media]}


def look(account: Account, task_id: str) -> Call:
    """Not more than once in five seconds, says Runway."""
    return Call("GET", address(account, TASKS, task_id), _headers(account))


def look_many(account: Account, ids: Sequence[str] = (), page: int = 1, size: int = 100) -> Call | None:
    """None: Runway lists no tasks."""
    return None


def read_many(status: int, headers: Mapping[str, str], body: bytes) -> Sequence[Task] | Refusal | Nonsense:
    return Nonsense("Runway has no list call.")


def cancel(account: Account, task_id: str) -> Call | None:
    """Stops a waiting or running task. On an ended one it deletes the paid result."""
    return Call("DELETE", address(account, TASKS, task_id), _headers(account))


def probe(account: Account) -> Call:
    """The organization's page at Runway itself; a task that cannot exist at a gateway."""
    if is_official(account):
        return Call("GET", address(account, "/v1/organization"), _headers(account))
    return look(account, MADE_UP)


def _headers(account: Account, *, sends: bool = False) -> dict[str, str]:
    content = {"Content_Type": "application/json"} if sends else {}
    return headers(account, Accept="application/json", **content)
