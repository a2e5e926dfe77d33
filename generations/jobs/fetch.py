"""Bring a result home: guarded download, checks, pictures, and one commit. Failing never means generating again."""

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from .. import crash
from ..media import videos
from ..media.errors import Rejected
from ..models import Attempt, Clip, Generation, State
from ..net import TooBig
from ..times import TIMES
from . import disk, partial, words
from .download import download
from .lease import Broken, Held, hold
from .moves import move
from .orders import CannotOrder
from .submit import backoff

log = logging.getLogger(__name__)


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
        held.renew()  # who stood still until another took over must not sweep away what that one has saved
        sweep(folder)
        sha256 = download(held, part)
        crash.here("fetch.before_rename")
        files = shelve(held, part, folder)
        crash.here("fetch.after_rename")
        store(held, files, sha256)
        crash.here("fetch.after_commit")
    except (Broken, Rejected, disk.Full, OSError, CannotOrder, RuntimeError) as error:  # the last: no decoder started
        put_back(held, error)
    finally:
        part.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """What a killed worker left half done, but what a broken download kept; only the lease's holder comes here."""
    for old in folder.iterdir():
        if old.suffix == ".draft":
            shutil.rmtree(old)
        elif old.suffix == ".part" and old.name != partial.KEPT:
            old.unlink()


def shelve(held: Held, part: Path, folder: Path) -> dict[str, object]:
    """Check the video, draw its pictures in a draft folder, and move all to their names. Raises Rejected, Broken."""
    with held.kept(), drafts(folder, held.name) as draft:
        facts = videos.take_in(part, draft)
        name = "video.mov" if facts.container == "mov" else "video.mp4"
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
    try:
        moved = stored(held, files, sha256)
    except IntegrityError:  # there is a clip already
        moved = False
    if not moved:
        raise Broken("another worker has taken over")


def stored(held: Held, files: dict[str, object], sha256: str) -> bool:
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
    return moved


def put_back(held: Held, error: Exception) -> None:
    """Try again later; a bad address is asked for anew; after many tries, or a day, a person decides.

    Our own full disk counts as no try: it may stay full for a night, and the result waits at the provider.
    """
    attempt = held.attempt
    is_ours = disk.is_full(error)
    reason = disk.FULL if is_ours else getattr(error, "reason", "") or str(error)
    log.warning("attempt %s: fetch: %s", attempt.uuid, reason)
    errors = attempt.fetch_errors + (not is_ours)
    age = age_of(attempt)
    wait = TIMES.look_old if is_ours else max(backoff(errors), min(age / 10, TIMES.reconcile_cap))
    mine = {"lease": held.name}
    if errors >= TIMES.fetch_attempts and not is_ours and (is_final(attempt, error) or age > TIMES.fetch_patience):
        move(attempt, State.RESULT_LOST, reason, message=words.result_lost(reason), only=mine, fetch_errors=errors)
        partial.forget(Path(default_storage.path(attempt.folder)))
        return
    keep_url = isinstance(error, Broken | disk.Full | OSError | RuntimeError) and not getattr(error, "stale", False)
    result = attempt.result | {"fresh": False}
    move(
        attempt,
        State.SUCCEEDED,
        reason,
        message=words.saving_again(reason),
        only=mine,
        result=result if keep_url else result | {"video_url": ""},
        fetch_errors=errors,
        next_action_at=timezone.now() + timedelta(seconds=wait),
        lease="",
        lease_until=None,
        worker={},
    )


def age_of(attempt: Attempt) -> float:
    """Seconds for which the result has waited, or since a member last asked for it."""
    now = timezone.now().timestamp()
    return max(0.0, now - float(attempt.result.get("since", now)))


def is_final(attempt: Attempt, error: Exception) -> bool:
    """It would fail in the same way again: an address just given is refused, or the file itself is no good.

    A network that is down for half an hour costs no result: the provider keeps it for a day.
    """
    if isinstance(error, Broken):
        return (error.stale and bool(attempt.result.get("fresh"))) or isinstance(error.__cause__, TooBig)
    return isinstance(error, Rejected)
