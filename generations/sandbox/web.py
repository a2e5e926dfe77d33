"""What the dialects know of HTTP: a request that was read whole, a reply to send, and a refusal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """`base` is this server's address as the client wrote it (scheme and host); header names are lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    base: str
    peer: str

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; Refused(400) for anything else."""
        try:
            data = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "InvalidParameter", f"the request body is not valid JSON: {error}") from None
        if not isinstance(data, dict):
            raise Refused(400, "InvalidParameter", "the request body must be a JSON object")
        return data

    def one(self, name: str) -> str:
        """The first value of a query parameter, or ""."""
        return self.query.get(name, [""])[0]


@dataclass(frozen=True)
class Reply:
    """An answer. `fate` is how the connection fares: "" ordinary, `hang` held for `patience` seconds, `drop` reset.

    With `file` the body is bytes `start` … `stop` of it, of which only `sent` go out when that is less.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fate: str = ""
    patience: float = 0.0
    file: Path | None = None
    start: int = 0
    stop: int = 0
    sent: int | None = None


class Refused(Exception):
    """A definite no, in Ark's words; each dialect says it in its own."""

    def __init__(
        self, status: int, code: str, message: str, param: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param
        self.headers: Mapping[str, str] = headers or {}


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def page(html: str, status: int = 200) -> Reply:
    return Reply(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"})
