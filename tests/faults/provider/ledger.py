"""The ledger: one JSON object per line, append-only; what it holds as accepted is on disk before anybody is told."""

import fcntl
import json
import os
import threading
import time
from pathlib import Path
from typing import Any


class Ledger:
    """Lines are written whole and in order. `lines` keeps them as they stand in the file."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"another fake provider writes {path}: end it, or choose another folder") from None
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1  # half a line at the end was never acknowledged
        os.truncate(self.file, whole)
        self.lines = content[:whole].splitlines()
        self.written = self.synced = 0
        self.writing, self.syncing = threading.Lock(), threading.Lock()

    def write(self, kind: str, at: float | None = None, **fields: Any) -> None:
        """`at` is given where the moment was another than now: a task's end is written when somebody looks."""
        entry = {"at": time.time() if at is None else at, "kind": kind, **fields}
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        with self.writing:
            os.write(self.file, line + b"\n")
            self.lines.append(line)
            self.written += 1

    def sync(self) -> None:
        """Return when everything written so far is on disk. Callers that wait together share one fsync."""
        mine = self.written
        with self.syncing:
            if self.synced < mine:
                upto = self.written
                os.fsync(self.file)
                self.synced = upto

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]
