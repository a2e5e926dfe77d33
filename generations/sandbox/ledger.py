"""The ledger: one line for every accepted POST, on disk before anybody is told. Tests judge "no POST twice" by it."""

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any


class Ledger:
    """Appends to `path`; a line is whole and durable once `write` has returned."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = Lock()
        self.file = path.open("ab+")
        self.mend()

    def mend(self) -> None:
        """Cut off half a line that a power cut may have left: it was never acknowledged."""
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            self.file.truncate(whole)

    def write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        with self.lock:
            before = self.path.stat().st_size
            try:
                self.file.write(line)
                self.file.flush()
                os.fsync(self.file.fileno())
            except OSError:  # a full disk: half a line must not spoil the next one
                os.truncate(self.path, before)
                raise

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_bytes().splitlines() if line]

    def close(self) -> None:
        self.file.close()
