"""The call that costs: written down first, decided then, answered last."""

import hashlib
from collections.abc import Mapping
from typing import Any

from .dialects import ARK, FLAT, RUNWAY, Dialect, Refused
from .shop import Shop
from .web import Reply, Request, answer

NEEDED = {"ark": ("model", "content"), "gptproto": ("model", "prompt"), "runway": ("model",)}


def dialect_in(request: Request) -> Dialect:
    """GPTProto has Ark's address, and a `prompt` where Ark has `content`."""
    if request.path.startswith("/v1/"):
        return RUNWAY
    body = request.json()
    return FLAT if "prompt" in body and "content" not in body else ARK


def note(shop: Shop, request: Request) -> int:
    """The `post` line of a request that came whole; its number."""
    dialect = dialect_in(request)
    order = dialect.read(request.json())
    return shop.store.post(
        dialect=dialect.name,
        key=hashlib.sha256(request.bearer.encode()).hexdigest()[:12],
        host=request.headers.get("host", ""),
        body_sha256=hashlib.sha256(request.body).hexdigest(),
        tag=order.tag,
        prompt=order.prompt,
        seed=order.seed,
    )


def accept(shop: Shop, request: Request, n: int, do: Mapping[str, Any]) -> Reply:
    """Take the order; raises Refused when it lacks what it must have."""
    dialect, body = dialect_in(request), request.json()
    for name in NEEDED[dialect.name]:
        if not body.get(name):
            raise Refused(400, "MissingParameter", f"The request has no {name}.")
    digest = hashlib.sha256(request.body).hexdigest()
    task = shop.store.accept(n, dialect.name, dialect.new_id, dialect.read(body), digest, do)
    return answer(dialect.created(task, shop.face(request)))


def note_refusal(shop: Shop, n: int, reply: Reply) -> None:
    shop.ledger.write("refuse", n=n, status=reply.status, retry_after=seconds_in(reply))


def seconds_in(reply: Reply) -> float | None:
    """Retry-After, where it is a number."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None
