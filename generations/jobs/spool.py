"""Where an id goes when the database refuses it: an fsynced file per id, outside the media tree."""

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from studio.config import config

log = logging.getLogger(__name__)


def folder() -> Path:
    path = config().data / "spool"
    path.mkdir(parents=True, exist_ok=True)
    return path


def keep_id(attempt_uuid: str, remote_id: str) -> None:
    """Durable when it returns: the file and its folder are fsynced."""
    path = folder() / f"{attempt_uuid}.json"
    draft = path.with_suffix(".part")
    with draft.open("w") as file:
        json.dump({"attempt": attempt_uuid, "id": remote_id}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept() -> Iterator[tuple[Path, str, str]]:
    """(file, attempt uuid, remote id) of everything that still waits to be written down."""
    for path in sorted(folder().glob("*.json")):
        try:
            content = json.loads(path.read_text())
            attempt_uuid, remote_id = str(UUID(content["attempt"])), str(content["id"])
        except FileNotFoundError:  # another sweep has written it down since
            continue
        except (ValueError, KeyError, TypeError):
            log.exception("%s holds no id", path)
            put_aside(path)
            continue
        yield path, attempt_uuid, remote_id


def put_aside(path: Path) -> None:
    """For a person: it is looked at no more, and kept."""
    with contextlib.suppress(FileNotFoundError):  # another sweep has done it
        path.rename(path.with_suffix(".refused"))
