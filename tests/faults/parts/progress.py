"""What a part has done so far, on disk: a run that was cut goes on behind it."""

import json
from pathlib import Path
from typing import Any


class Progress:
    """`done` holds one object per kill, cell, outage or jump."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "progress.json"
        self.done: list[dict[str, Any]] = json.loads(self.path.read_text()) if self.path.exists() else []

    def add(self, **step: Any) -> None:
        self.done.append(step)
        self.keep()

    def keep(self) -> None:
        draft = self.path.with_suffix(".part")
        draft.write_text(json.dumps(self.done))
        draft.replace(self.path)
