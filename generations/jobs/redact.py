"""What may be kept and shown of a request or an answer: no key, no data URI, no signed query."""

import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..strict_json import read_json

DATA_URI = re.compile(r"^data:([\w/+.-]*);base64,")
URL = re.compile(r"https?://[^\s\"'<>]+")
SECRET_NAMES = re.compile(r"authorization|api[-_]?key|token$|secret|password", re.IGNORECASE)
TEXT_LIMIT = 4000


def redact(value: Any) -> Any:
    """The same JSON, fit for a row and a page."""
    if isinstance(value, dict):
        return {
            str(name): "…" if SECRET_NAMES.search(str(name)) and isinstance(part, str) else redact(part)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(part) for part in value[:200]]
    if isinstance(value, str):
        return redact_text(value)
    return value


def redact_text(text: str) -> str:
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")  # no PostgreSQL stores it
    head = DATA_URI.match(text)
    if head:
        return f"{head[0]}… ({len(text)} characters)"
    return URL.sub(lambda found: bare(found[0]), text)[:TEXT_LIMIT]


def bare(url: str) -> str:
    """The address without its signed query and without credentials."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "…"
    return urlunsplit((parts.scheme, host + port, parts.path, "…" if parts.query else "", ""))


def redact_body(body: bytes) -> Any:
    """An answer's body, as JSON where it is JSON, else its first characters."""
    try:
        return redact(read_json(body[:200_000]))
    except (ValueError, RecursionError):
        return {"text": redact_text(body[:500].decode("utf-8", "replace"))}
