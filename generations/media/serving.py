"""Private files to browsers: single ranges, strong ETags, and headers under which a file can do nothing.

Django's own FileResponse has no ranges, and what hands a file to the server's sendfile waits for ever on a paused
player; so the bytes go out here, in plain steps.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

BLOCK = 64 * 1024
OPEN_ENDED = 1 << 20  # bytes answered to "from here to the end": a player that pauses then holds nothing
TYPES = {
    *("image/jpeg", "image/png", "image/webp"),
    *("video/mp4", "video/quicktime"),
    *("audio/mpeg", "audio/wav", "audio/mp4"),
}
_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.ASCII | re.IGNORECASE)
_LONGEST_HEADER = 4096


def respond(
    request: HttpRequest,
    path: Path,
    *,
    content_type: str,
    etag: str,
    filename: str | None = None,
    download: bool = False,
    cache: str,
) -> HttpResponseBase:
    """Answer GET or HEAD with the file, a part of it, or the news that the browser has it (RFC 9110, 13 and 14).

    `content_type` is one of TYPES, `etag` a bare tag that is sent as a strong one, `filename` the name of a saved file,
    `cache` the Cache-Control header. Several ranges, or one that is not well-formed, get the whole file.
    Raises FileNotFoundError.
    """
    if content_type not in TYPES:
        raise ValueError(f"{content_type} is not a type that is sent to browsers")
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    tag = f'"{etag}"'
    file = path.open("rb", buffering=0)
    try:
        size = os.fstat(file.fileno()).st_size
        response = _response(request, file, size, tag)
    except BaseException:
        file.close()
        raise
    if not isinstance(response, StreamingHttpResponse):
        file.close()
    _add_headers(response, content_type, tag, cache)
    if disposition := content_disposition_header(download, _safe_name(filename or "")):
        response["Content-Disposition"] = disposition
    return response


def _response(request: HttpRequest, file: BinaryIO, size: int, tag: str) -> HttpResponseBase:
    if _has_it(request.headers.get("If-None-Match", ""), tag):
        return HttpResponseNotModified()
    if request.method == "HEAD":  # which has no ranges (RFC 9110, 14.2)
        return _sized(HttpResponse(), size)
    wanted = _range(request.headers.get("Range", ""), size)
    if wanted is None or request.headers.get("If-Range", tag) != tag:
        return _sized(StreamingHttpResponse(_Part(file, 0, size)), size)
    start, end = wanted
    if start >= end:
        response: HttpResponseBase = HttpResponse(status=416, content_type="text/plain")
        response["Content-Range"] = f"bytes */{size}"
        return _sized(response, 0)
    response = StreamingHttpResponse(_Part(file, start, end), status=206)
    response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _sized(response, end - start)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """The half-open part that is asked for, empty if there is none; None if the header asks for nothing we know."""
    found = _RANGE.fullmatch(header) if len(header) < 64 else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    if not last:
        return int(first), min(int(first) + OPEN_ENDED, size)
    return (int(first), min(int(last) + 1, size)) if int(first) <= int(last) else None


def _has_it(if_none_match: str, tag: str) -> bool:
    """Weak comparison (RFC 9110, 8.8.3.2), which is what a cache asks with."""
    if len(if_none_match) > _LONGEST_HEADER:
        return False
    return any(known == "*" or known.removeprefix("W/") == tag for known in parse_etags(if_none_match))


def _add_headers(response: HttpResponseBase, content_type: str, tag: str, cache: str) -> None:
    response["ETag"] = tag
    response["Cache-Control"] = cache
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if response.status_code in (200, 206):
        response["Content-Type"] = content_type


def _sized(response: HttpResponseBase, length: int) -> HttpResponseBase:
    response["Content-Length"] = str(length)
    return response


def _safe_name(filename: str) -> str:
    """No separators, no control characters, nothing that turns the writing direction to hide an extension."""
    return "".join(c if c.isprintable() and c not in '/\\"' else "_" for c in filename)


class _Part:
    """The bytes of a file from `start` up to `end`. Closed with the response, even if nobody read it."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self.file = file
        self.left = end - start
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = self.file.read(min(BLOCK, self.left)) if self.left else b""
        if not block:
            self.close()
            raise StopIteration
        self.left -= len(block)
        return block

    def close(self) -> None:
        self.file.close()
