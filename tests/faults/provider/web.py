"""A request that was read whole, and an answer as bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from typing import Any


def object_in(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


@dataclass(frozen=True)
class Request:
    """Header names are lower case; `base` is this server's address as the client wrote it."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def base(self) -> str:
        return f"http://{self.headers.get('host', '')}"

    @property
    def bearer(self) -> str:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def json(self) -> dict[str, Any]:
        """The body as an object; an empty one where it is none."""
        return object_in(self.body)

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]


@dataclass
class Reply:
    """`file` is the id of the task whose file the body is a part of."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    file: str = ""

    def json(self) -> dict[str, Any]:
        return object_in(self.body)

    def head(self, close: bool) -> bytes:
        headers = dict(self.headers)
        if self.status not in (204, 304) and "content-length" not in {name.lower() for name in headers}:
            headers["Content-Length"] = str(len(self.body))
        if close:
            headers["Connection"] = "close"
        lines = [f"HTTP/1.1 {self.status} {responses.get(self.status, 'Odd')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A text goes out as it is, anything else as JSON."""
    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    kind = "text/html; charset=utf-8" if isinstance(data, str) else "application/json"
    return Reply(status, body.encode(), {"Content-Type": kind} | dict(headers or {}))
