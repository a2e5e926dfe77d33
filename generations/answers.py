"""What comes back through the door to the network: an answer, or one of a few ways in which there was none."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .strict_json import Garbled, read_json


class NetError(Exception):
    """A request that brought no answer; `reason` is a sentence for a person, without key, path or query."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSent(NetError):
    """Nothing of the request can have left us: illegal or blocked address, DNS, refused, connect timeout, TLS."""


class Lost(NetError):
    """Something of the request may have arrived, and no complete answer came back."""


class DeadlinePassed(Lost):
    """The time for the whole call was over."""


class TooBig(Lost):
    """The answer is larger than the caller takes."""


class Nonsense(Lost):
    """A complete answer that does not say what it should say, such as HTML or broken JSON."""


@dataclass(frozen=True)
class Answer:
    """A complete answer: header names in lower case, repeated ones joined by commas; the body decoded."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON, read strictly (strict_json.py); raises Nonsense."""
        try:
            return read_json(self.body)
        except Garbled as garbled:
            reason = f"The answer (HTTP {self.status}) {garbled}."
        raise Nonsense(reason)


@dataclass(frozen=True)
class Stream:
    """An answer whose body is still to come."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    _parts: Iterator[bytes] = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces of up to 64 KiB, once; raises Lost."""
        return self._parts


def unpacked(raw: bytes, encoding: str, cap: int, host: str) -> bytes:
    """The decoded body; raises Lost, and TooBig above `cap` bytes.

    We ask for `identity`; some gateways compress all the same, and a few KiB may unpack to a GiB.
    """
    if encoding.lower() in ("", "identity") or not raw:
        return raw
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise Lost(f"{host} answered in an encoding that we did not ask for.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        body = unpacker.decompress(raw, cap + 1)
    except zlib.error:
        raise Lost(f"The compressed answer of {host} is damaged.") from None
    if len(body) > cap:
        raise TooBig(f"The answer of {host} unpacks to more than {cap} bytes.")
    if not unpacker.eof:
        raise Lost(f"The compressed answer of {host} is cut short.")
    return body
