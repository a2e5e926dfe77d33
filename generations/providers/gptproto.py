"""GPTProto's flat form of the Ark path: text to video, every setting beside the prompt.

gptproto.com's page for seedance-1-0-lite, and docs.gptproto.com's query-task page (2026). The same address also answers
in Ark's own shape with numbers as text; both are read.
"""

from collections.abc import Mapping, Sequence

from . import reading
from .base import Account, Call, Nonsense, Order, Phase, Refusal, Task, Unwritable
from .writing import address, headers

NAME = "gptproto"
LABEL = "GPTProto (flat)"
LISTS = False
CANCELS: frozenset[Phase] = frozenset()
ERASES = False

TASKS = "/contents/generations/tasks"
MADE_UP = "task_0000000000"

read_created = reading.read_created
read_task = reading.read_task
read_probe = reading.read_probe


def create(account: Account, order: Order) -> Call:
    """`model`, `prompt` and the parameters that are set. Raises Unwritable for media: there is no place for them."""
    if order.media:
        raise Unwritable("GPTProto's flat form makes videos from text alone: take the images and clips out.")
    body = {"model": order.model, "prompt": order.prompt, **order.parameters}
    return Call("POST", address(account, TASKS), _headers(account), body)


def look(account: Account, task_id: str) -> Call:
    return Call("GET", address(account, TASKS, task_id), _headers(account))


def look_many(account: Account, ids: Sequence[str] = (), page: int = 1, size: int = 100) -> Call | None:
    """None: no list is documented."""
    return None


def read_many(status: int, headers: Mapping[str, str], body: bytes) -> Sequence[Task] | Refusal | Nonsense:
    return Nonsense("GPTProto has no list call.")


def cancel(account: Account, task_id: str) -> Call | None:
    """None: no way to cancel is documented."""
    return None


def probe(account: Account) -> Call:
    """A task that cannot exist: a good key makes it 400 or 404, a bad one 401."""
    return look(account, MADE_UP)


def _headers(account: Account) -> dict[str, str]:
    return headers(account, Content_Type="application/json")
