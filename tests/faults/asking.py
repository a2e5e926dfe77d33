"""Asking the fake provider as the studio does: with its own dialects, over its own door to the network."""

import json
from typing import Any

import httpx

from generations import net
from generations.providers import ark, runway
from generations.providers.base import Account, Call, Created, Order, Phase, Refusal, Task
from tests.faults.provider import Provider
from tests.running import until

TASKS = "/api/v3/contents/generations/tasks"
KEY = "sk-alice"
TAG = "s1-0123abcd-00000000-0000-0000-0000-000000000001"
LAB = net.Rule(lab=True, allow_http=True)
ENDLESS = 1000.0
ORDER = Order("doubao-seedance-2-0-260128", "A fox on ice", parameters={"seed": 5, "duration": 4}, tag=TAG)
ENDS = {Phase.SUCCEEDED, Phase.FAILED, Phase.EXPIRED, Phase.CANCELLED}


def account(provider: Provider) -> Account:
    return Account(f"{provider.base}/api/v3", KEY)


def runway_account(provider: Provider) -> Account:
    return Account(provider.base, KEY, {"X-Runway-Version": "2024-11-06"})


def send(call: Call | None, deadline: float = 5) -> net.Answer:
    """As the studio sends it."""
    assert call is not None
    body = None if call.body is None else json.dumps(call.body, ensure_ascii=False, separators=(",", ":")).encode()
    return net.call(call.method, call.url, headers=call.headers, body=body, deadline=deadline, rule=LAB)


def created(provider: Provider, prompt: str = "A fox on ice", **changes: Any) -> str:
    order = Order("doubao-seedance-2-0-260128", prompt, parameters={"seed": 5} | changes, tag=TAG)
    answer = send(ark.create(account(provider), order))
    read = ark.read_created(answer.status, answer.headers, answer.body)
    assert isinstance(read, Created), read
    return read.id


def looked(provider: Provider, task_id: str, dialect: Any = ark) -> Task:
    owner = runway_account(provider) if dialect is runway else account(provider)
    answer = send(dialect.look(owner, task_id))
    read = dialect.read_task(answer.status, answer.headers, answer.body, task_id)
    assert isinstance(read, Task), read
    return read


def ended(provider: Provider, task_id: str, dialect: Any = ark) -> Task:
    def look() -> Task | None:
        task = looked(provider, task_id, dialect)
        return task if task.phase in ENDS else None

    task = until("the task ends", look, 10)
    assert isinstance(task, Task)
    return task


def listed(provider: Provider, **wish: Any) -> list[Task]:
    answer = send(ark.look_many(account(provider), **wish))
    read = ark.read_many(answer.status, answer.headers, answer.body)
    assert not isinstance(read, Refusal), read
    return list(read)  # type: ignore[arg-type]


def lines_of(provider: Provider, task_id: str, *kinds: str) -> list[dict[str, Any]]:
    """The ledger's lines about one task; its `post` line is told by the number."""
    entries = provider.ledger()
    number = next(entry["n"] for entry in entries if entry["kind"] == "accept" and entry["id"] == task_id)
    mine = [e for e in entries if e.get("id") == task_id or (e["kind"] in ("post", "refuse") and e["n"] == number)]
    return [entry for entry in mine if not kinds or entry["kind"] in kinds]


def file_at(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()}, timeout=10)
