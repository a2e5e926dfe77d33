"""Decoding behind a wall: a process of its own with limits on time, memory and files, for whatever strangers made."""

import contextlib
import errno
import json
import os
import socket
from pathlib import Path
from typing import Any

from .errors import Rejected
from .nursery import Nursery, nursery

WALL = 2.0  # times the CPU limit, for a machine that is busy elsewhere
MEMORY = 1536 << 20  # bytes of address space
STARTED = b"{"  # the first byte of an answer, sent once the child has its limits

# The machine's troubles, not the file's.
OURS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.ENOENT}


def run(task: str, *, cpu: int, largest: int = 1 << 30, **words: Any) -> Any:
    """Do one of decode.py's tasks with these `words` and return its result.

    `cpu` is its seconds of processor time, `largest` the bytes of the largest file it may write. Raises Rejected for a
    file that is to blame, OSError for a disk that is, RuntimeError if the child did not even start.
    """
    order = {"task": task, "cpu": cpu, "wall": cpu * WALL, "memory": MEMORY, "largest": largest, "words": words}
    said = answer(json.dumps(order, default=str).encode(), words.get("name", "The file"), cpu * WALL)
    if "rejected" in said:
        raise Rejected(said["rejected"])
    if "trouble" in said:
        raise OSError(said["trouble"], os.strerror(said["trouble"]))
    return said["result"]


def answer(order: bytes, name: str, wall: float) -> dict[str, Any]:
    """What a child says to `order`; a second one is asked when the first died of something else than the file."""
    for _ in range(2):
        parent = nursery()
        said = one_answer(parent, order, wall)
        with contextlib.suppress(ValueError):
            told: dict[str, Any] = json.loads(said)
            return told
        if said.startswith(STARTED) and parent.is_alive():
            raise Rejected(f"{name} cannot be decoded: it takes too long, or it is damaged in a dangerous way.")
        parent.end()
    raise RuntimeError("the decoder did not start: `python -m generations.media.decode` says why")


def one_answer(parent: Nursery, order: bytes, wall: float) -> bytes:
    """Everything that one child wrote; nothing when there was no child."""
    ours, theirs = socket.socketpair()
    said = b""
    with ours, contextlib.suppress(OSError):  # the nursery is gone, or its child
        with theirs:
            parent.hand_over(theirs)
        ours.settimeout(wall + 10)  # the child's own alarm comes first
        ours.sendall(order)
        ours.shutdown(socket.SHUT_WR)
        while some := ours.recv(1 << 16):
            said += some
    return said


def run_for_file(task: str, out: Path, **words: Any) -> Any:
    """The same for a task that writes a file: `out` appears whole and on the disk, or not at all."""
    part = out.with_name(out.name + ".part")
    try:
        result = run(task, out=part.resolve(), **words)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return result


def called(name: str) -> str:
    """A file's name as a sentence may hold it: one line, without control characters, not endless."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name).strip() or "The file"
    return clean if len(clean) <= 60 else f"{clean[:28]}…{clean[-28:]}"
