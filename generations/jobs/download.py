"""One download of a result into a file: guarded, of exact length, hashed, gone on with where the last one broke."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from .. import crash, net
from ..models import Attempt
from ..net import NetError
from ..providers.base import Phase, Task
from ..times import TIMES
from . import partial, poll
from .lease import Broken, Held
from .orders import rule_of
from .partial import Partial

CAP = 2 * 2**30  # bytes of one result
RENEW_EVERY = 2**22  # bytes between two renewals of the lease
READ = 2**20


def download(held: Held, part: Path) -> str:
    """Stream the result into `part`; its SHA-256. Raises Broken, OSError."""
    url = held.attempt.result.get("video_url") or fresh_url(held)
    begun = partial.take_up(part)
    rule = rule_of(held.attempt.provider)
    try:
        with (
            net.stream(
                url,
                headers=begun.headers() if begun else {},
                deadline=TIMES.fetch,
                stall=TIMES.stall,
                cap=CAP,
                rule=rule,
            ) as answer,
            part.open("r+b" if begun else "wb") as file,
        ):
            crash.here("fetch.part_open")
            return receive(held, answer, file, part, begun)
    except NetError as error:
        raise Broken(error.reason) from error


def receive(held: Held, answer: net.Stream, file: BinaryIO, part: Path, begun: Partial | None) -> str:
    """The body into `file`, from where `begun` ends. What arrived before a break is kept for the next try."""
    start, length = extent(answer, begun)
    if length:
        # No space shows itself before a byte has moved.
        os.posix_fallocate(file.fileno(), 0, length)
    digest, size, renewed = hashed(file, start), start, start
    try:
        for chunk in answer.chunks():
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            if length and size >= length // 2:
                crash.here("fetch.half")
            if size - renewed >= RENEW_EVERY:
                held.renew()
                renewed = size
    except NetError:
        file.truncate(size)
        file.flush()
        if size and size < length and (validator := partial.validator_of(answer.headers)):
            held.renew()  # beside what another worker has stored meanwhile it would lie for ever
            partial.keep(part, Partial(size, length, validator))
        raise
    if length and size != length:
        raise Broken(f"{size} of {length} bytes arrived")
    file.truncate(size)
    file.flush()
    os.fsync(file.fileno())
    return digest.hexdigest()


def extent(answer: net.Stream, begun: Partial | None) -> tuple[int, int]:
    """(bytes that we have already, bytes of the whole file or 0). Raises Broken for any answer that is no video."""
    if answer.status in (401, 403, 404, 410):
        raise Broken(f"the address answers {answer.status}", stale=True)
    goes_on = answer.status == 206 and begun is not None and begun.goes_on(answer.headers)
    if answer.status != 200 and not goes_on:
        raise Broken(f"the address answers {answer.status}")
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind.startswith("text/") or kind in {"application/json", "application/xml"}:
        raise Broken(f"the address gives {kind}, no video", stale=True)
    if goes_on and begun:
        return begun.size, begun.length
    announced = answer.headers.get("content-length", "")
    return 0, int(announced) if announced.isdecimal() else 0


def hashed(file: BinaryIO, size: int) -> "hashlib._Hash":
    """The digest of the first `size` bytes; `file` stands behind them."""
    digest = hashlib.sha256()
    left = size
    while left and (piece := file.read(min(READ, left))):
        digest.update(piece)
        left -= len(piece)
    return digest


def fresh_url(held: Held) -> str:
    """Ask the provider again: its addresses live for a day, and a new look gives a new one. Raises Broken."""
    said = poll.task_now(held.attempt)
    if isinstance(said, Task) and said.phase is Phase.SUCCEEDED and said.video_url:
        urls = {"video_url": said.video_url, "last_frame_url": said.last_frame_url}
        result = held.attempt.result | urls | {"fresh": True}
        Attempt.objects.filter(pk=held.attempt.pk).update(result=result)
        held.attempt.result = result
        return said.video_url
    reason = said.reason if isinstance(said, NetError) else getattr(said, "message", "it gives no address")
    raise Broken(f"{held.attempt.provider.name} gives no fresh address: {reason}")
