"""Decoding behind a wall: a process of its own with limits on time, memory and files, for whatever strangers made."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from .errors import Rejected

WALL = 2.0  # times the CPU limit, for a machine that is busy elsewhere
MEMORY = 1536 << 20  # bytes of address space
ROOT = Path(__file__).resolve().parents[2]

# The machine's troubles, not the file's.
OURS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.ENOENT}


def run(task: str, *, cpu: int, largest: int = 1 << 30, **words: Any) -> Any:
    """Do one of decode.py's tasks with these `words` and return its result.

    `cpu` is its seconds of processor time, `largest` the bytes of the largest file it may write. Raises Rejected for a
    file that is to blame, OSError for a disk that is, RuntimeError if the child did not even start.
    """
    order = {"task": task, "cpu": cpu, "memory": MEMORY, "largest": largest, "words": words}
    name = words.get("name", "The file")
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "generations.media.decode"],
            input=json.dumps(order, default=str).encode(),
            capture_output=True,
            cwd=ROOT,
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=cpu * WALL,
        )
    except subprocess.TimeoutExpired:
        raise Rejected(f"{name} takes too long to decode.") from None
    if ran.returncode < 0:
        raise Rejected(f"{name} cannot be decoded: it takes too long, or it is damaged in a dangerous way.")
    try:
        said = json.loads(ran.stdout)
    except ValueError:
        raise RuntimeError(f"the decoder did not start: {ran.stderr.decode(errors='replace')[-2000:]}") from None
    if "rejected" in said:
        raise Rejected(said["rejected"])
    if "trouble" in said:
        raise OSError(said["trouble"], os.strerror(said["trouble"]))
    return said["result"]


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
