"""A WSGI application with one answer that fills every buffer on its way, and one that does not."""

from collections.abc import Callable, Iterable
from typing import Any

MIB = 2**20


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/large":
        start("200 OK", [("Content-Length", str(64 * MIB))])
        return (bytes(MIB) for _ in range(64))
    start("200 OK", [("Content-Length", "5")])
    return [b"small"]
