"""A finished task's file, whole or in part."""

import re

from tests.faults.tiny import tiny

from .dialects import Refused
from .shop import Shop
from .web import Reply, Request

ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def file(shop: Shop, request: Request, task_id: str) -> Reply:
    """200, or 206 and 416 for a single range; with a strong ETag that If-Range is held against."""
    if "authorization" in request.headers:  # as a store that signs its links does, and a key has no business here
        raise Refused(400, "InvalidArgument", "Only one way to authorize is allowed: the link is signed already.")
    seen = shop.store.see(task_id)
    if not seen or seen[1] != "succeeded":
        raise Refused(404, "NotFound.File", f"There is no file of {task_id}.")
    whole = tiny(task_id, shop.options.bytes)
    etag = f'"{task_id}-{len(whole)}"'
    headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes", "ETag": etag}
    found = ONE_RANGE.fullmatch(request.headers.get("range", ""))
    if not found or found.group() == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return Reply(200, whole, headers)
    start, stop = span(found[1], found[2], len(whole))
    if start >= stop:
        return Reply(416, b"", headers | {"Content-Range": f"bytes */{len(whole)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(whole)}"
    return Reply(206, whole[start:stop], headers)


def span(first: str, last: str, size: int) -> tuple[int, int]:
    """The half-open range of bytes; empty where it cannot be satisfied."""
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
