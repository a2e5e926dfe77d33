"""The finished files: signed addresses that expire, and Range answers as an object store gives them."""

import hashlib
import hmac
import re
import time
from pathlib import Path

from generations.sandbox.tasks import Store
from generations.sandbox.web import Refused, Reply, Request

TYPES = {"video.mp4": "video/mp4", "last_frame.png": "image/png"}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def signature(secret: bytes, path: str, expires: int) -> str:
    return hmac.new(secret, f"{path}|{expires}".encode(), hashlib.sha256).hexdigest()[:40]


def link(secret: bytes, base: str, task_id: str, name: str, expires: int) -> str:
    path = f"/files/{task_id}/{name}"
    return f"{base}{path}?X-Expires={expires}&sig={signature(secret, path, expires)}"


def check_signature(secret: bytes, request: Request) -> None:
    expires = request.one("X-Expires")
    good = expires.isdigit() and hmac.compare_digest(
        signature(secret, request.path, int(expires)), request.one("sig").encode("ascii", "replace").decode()
    )
    if not good:
        raise Refused(403, "SignatureDoesNotMatch", "The signature of this link is wrong.")
    if int(expires) < time.time():
        raise Refused(403, "RequestExpired", "This link has expired.")


def serve(secret: bytes, store: Store, request: Request, task_id: str, name: str) -> Reply:
    """The file with strong ETag and exact length; 206 for a range, 304 for what is known, 416 beyond."""
    check_signature(secret, request)
    task = store.get(task_id)
    path = store.place(task_id) / name
    if task is None or task.status != "succeeded" or not path.exists():
        raise Refused(404, "NoSuchKey", "The file does not exist.")
    if "badurl" in task.knobs:
        raise Refused(403 if task.knobs["badurl"] == 403 else 404, "NoSuchKey", "The file does not exist.")
    size = path.stat().st_size
    digest = task.result["sha256"] if name == "video.mp4" and task.result else file_digest(path)
    etag = f'"{digest[:32]}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "private, max-age=86400"}
    if etag in request.headers.get("if-none-match", ""):
        return Reply(304, headers=headers)
    headers["Content-Type"] = TYPES[name]
    span = wanted(request, etag, size, headers)
    start, stop = span or (0, size)
    if span:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    cut = (stop - start) // 2 if "truncated" in task.knobs else None
    return Reply(206 if span else 200, headers=headers, file=path, start=start, stop=stop, sent=cut)


def wanted(request: Request, etag: str, size: int, headers: dict[str, str]) -> tuple[int, int] | None:
    """The one byte range that is asked for as (start, stop); None for the whole file. Refused(416) beyond the end."""
    found = RANGE.fullmatch(request.headers.get("range", ""))
    if not found or not (found[1] or found[2]) or request.headers.get("if-range", etag) != etag:
        return None
    start = int(found[1]) if found[1] else max(0, size - int(found[2]))
    stop = min(size, int(found[2]) + 1) if found[1] and found[2] else size
    if start >= size or start >= stop:
        raise Refused(
            416,
            "InvalidRange",
            "The range lies beyond the end.",
            headers={**headers, "Content-Range": f"bytes */{size}"},
        )
    return start, stop


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
