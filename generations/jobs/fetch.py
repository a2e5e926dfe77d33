"""Bring a result home: guarded download, checks, pictures, and one commit. Failing never means generating again."""

import contextlib
import hashlib
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from .. import crash, net
from ..media import videos
from ..media.errors import Rejected
from ..models import Attempt, Clip, Generation, State
from ..net import NetError
from ..providers.base import Phase, Task
from ..times import TIMES
from . import disk, poll, words
from .moves import move
from .orders import CannotOrder, rule_of
from .submit import backoff
from .whoami import me

log = logging.getLogger(__name__)
CAP = 2 * 2**30  # bytes of one result
RENEW_EVERY = 2**22  # bytes between two renewals of the lease


class Broken(Exception):
    """This download did not work; another may. `stale`: the address itself is no longer good."""

    def __init__(self, reason: str, *, stale: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.stale = stale


@dataclass(frozen=True)
class Held:
    """A lease on an attempt: who brings its result home."""

    attempt: Attempt
    name: str

    def renew(self) -> None:
        """Raises Broken when somebody else has taken over."""
        until = timezone.now() + timedelta(seconds=TIMES.fetch_lease)
        mine = Attempt.objects.filter(pk=self.attempt.pk, state=State.FETCHING, lease=self.name)
        if not mine.update(lease_until=until, next_action_at=until):
            raise Broken("another worker has taken over")

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Renewed from a thread: checking a long clip may take longer than a lease."""
        over = threading.Event()

        def renew_until_over() -> None:
            try:
                while not over.wait(TIMES.fetch_lease / 4):
                    self.renew()
            except (Broken, DatabaseError) as error:
                log.warning("attempt %s: the lease is not renewed: %s", self.attempt.uuid, error)
            finally:
                connection.close()

        thread = threading.Thread(target=renew_until_over, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def fetch(attempt: Attempt) -> None:
    """SUCCEEDED (or FETCHING whose holder is gone) → STORED, or back with a wait."""
    held = hold(attempt)
    if held is None:
        return
    folder = Path(default_storage.path(attempt.folder))
    part = folder / f"{held.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        disk.need_room(folder)
        sweep(folder)
        sha256 = download(held, part)
        crash.here("fetch.before_rename")
        files = shelve(held, part, folder)
        crash.here("fetch.after_rename")
        store(held, files, sha256)
        crash.here("fetch.after_commit")
    except (Broken, Rejected, disk.Full, OSError, CannotOrder) as error:
        put_back(held, error)
    finally:
        part.unlink(missing_ok=True)


def hold(attempt: Attempt) -> Held | None:
    """Take the attempt, or None when another worker has it."""
    name = uuid.uuid4().hex[:12]
    until = timezone.now() + timedelta(seconds=TIMES.fetch_lease)
    lease: dict[str, Any] = {"lease": name, "lease_until": until, "next_action_at": until, "worker": me()}
    if attempt.state == State.SUCCEEDED:
        return Held(attempt, name) if move(attempt, State.FETCHING, "download begins", **lease) else None
    abandoned = Attempt.objects.filter(pk=attempt.pk, state=State.FETCHING, lease_until__lt=timezone.now())
    if not abandoned.update(**lease):
        return None
    attempt.lease = name
    return Held(attempt, name)


def sweep(folder: Path) -> None:
    """What a killed worker left behind; only the lease's holder comes here."""
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()


def download(held: Held, part: Path) -> str:
    """Stream the result into `part`; its SHA-256. Raises Broken."""
    url = held.attempt.result.get("video_url") or fresh_url(held)
    try:
        with (
            net.stream(
                url, deadline=TIMES.fetch, stall=TIMES.stall, cap=CAP, rule=rule_of(held.attempt.provider)
            ) as answer,
            part.open("wb") as file,
        ):
            crash.here("fetch.part_open")
            return receive(held, answer, file)
    except NetError as error:
        raise Broken(error.reason) from error


def receive(held: Held, answer: net.Stream, file: BinaryIO) -> str:
    if answer.status in (401, 403, 404, 410):
        raise Broken(f"the address answers {answer.status}", stale=True)
    if answer.status != 200:
        raise Broken(f"the address answers {answer.status}")
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind.startswith("text/") or kind in {"application/json", "application/xml"}:
        raise Broken(f"the address gives {kind}, no video", stale=True)
    announced = answer.headers.get("content-length", "")
    length = int(announced) if announced.isdecimal() else 0
    if length:
        # No space shows itself before a byte has moved.
        os.posix_fallocate(file.fileno(), 0, length)
    digest, size, renewed = hashlib.sha256(), 0, 0
    for chunk in answer.chunks():
        file.write(chunk)
        digest.update(chunk)
        size += len(chunk)
        if size - renewed >= RENEW_EVERY:
            held.renew()
            renewed = size
            crash.here("fetch.half")
    if length and size != length:
        raise Broken(f"{size} of {length} bytes arrived")
    file.truncate(size)
    file.flush()
    os.fsync(file.fileno())
    return digest.hexdigest()


def fresh_url(held: Held) -> str:
    """Ask the provider again: its addresses live for a day, and a new look gives a new one. Raises Broken."""
    said = poll.task_now(held.attempt)
    if isinstance(said, Task) and said.phase is Phase.SUCCEEDED and said.video_url:
        result = held.attempt.result | {"video_url": said.video_url, "last_frame_url": said.last_frame_url}
        Attempt.objects.filter(pk=held.attempt.pk).update(result=result)
        held.attempt.result = result
        return said.video_url
    reason = said.reason if isinstance(said, NetError) else getattr(said, "message", "it gives no address")
    raise Broken(f"{held.attempt.provider.name} gives no fresh address: {reason}")


def shelve(held: Held, part: Path, folder: Path) -> dict[str, object]:
    """Check the video, draw its pictures in a draft folder, and move all to their names. Raises Rejected, Broken."""
    with held.kept(), drafts(folder, held.name) as draft:
        facts = videos.check(part)
        videos.poster(part, draft / "poster.webp")
        videos.preview(part, draft / "preview.mp4")
        videos.last_frame(part, draft / "last.png")
        name = "video.mov" if facts.container == "mov" else "video.mp4"
        if not facts.browser_plays:
            videos.playable_copy(part, draft / "play.mp4")
        held.renew()
        part.rename(draft / name)
        names = sorted(path.name for path in draft.iterdir())
        for made in names:
            sync(draft / made)
            (draft / made).replace(folder / made)
    sync(folder)
    shelf = held.attempt.folder
    return {
        "video": f"{shelf}/{name}",
        "playable": f"{shelf}/{'play.mp4' if 'play.mp4' in names else name}",
        "poster": f"{shelf}/poster.webp",
        "preview": f"{shelf}/preview.mp4",
        "last_frame": f"{shelf}/last.png",
        "mime": "video/quicktime" if name.endswith("mov") else "video/mp4",
        "bytes": (folder / name).stat().st_size,
        "width": facts.width,
        "height": facts.height,
        "seconds": facts.duration,
        "fps": facts.fps,
        "frames": facts.frames,
        "video_codec": facts.video_codec,
        "audio_codec": facts.audio_codec or "",
    }


@contextlib.contextmanager
def drafts(folder: Path, name: str) -> Iterator[Path]:
    path = folder / f"{name}.draft"
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store(held: Held, files: dict[str, object], sha256: str) -> None:
    """The clip's row, the attempt's end and the card's picture, in one commit. Raises Broken."""
    attempt = held.attempt
    with transaction.atomic():
        clip = Clip.objects.create(attempt=attempt, sha256=sha256, facts=attempt.result.get("facts", {}), **files)
        done: dict[str, Any] = {"result": {}, "fetch_errors": 0, "worker": {}}
        moved = move(attempt, State.STORED, "saved", only={"lease": held.name}, **done)
        if not moved:
            transaction.set_rollback(True)
        else:
            shape = {"clip": clip, "width": clip.width, "height": clip.height}
            Generation.objects.filter(pk=attempt.generation_id).update(**shape)
    if not moved:
        raise Broken("another worker has taken over")


def put_back(held: Held, error: Exception) -> None:
    """Try again later; a bad address is asked for anew; after many tries a person decides."""
    attempt = held.attempt
    reason = getattr(error, "reason", "") or str(error)
    log.warning("attempt %s: fetch: %s", attempt.uuid, reason)
    errors = attempt.fetch_errors + 1
    mine = {"lease": held.name}
    if errors >= TIMES.fetch_attempts:
        move(attempt, State.RESULT_LOST, reason, message=words.result_lost(reason), only=mine, fetch_errors=errors)
        return
    keep_url = isinstance(error, Broken | disk.Full | OSError) and not getattr(error, "stale", False)
    move(
        attempt,
        State.SUCCEEDED,
        reason,
        message=words.saving_again(reason),
        only=mine,
        result=attempt.result if keep_url else attempt.result | {"video_url": ""},
        fetch_errors=errors,
        next_action_at=timezone.now() + timedelta(seconds=backoff(errors)),
        lease="",
        lease_until=None,
        worker={},
    )
