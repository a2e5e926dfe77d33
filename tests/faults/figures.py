"""How long the storm's parts run, and where their figures go."""

import json
import os
from pathlib import Path
from typing import Any

STORM = bool(os.environ.get("STUDIO_STORM"))
FOLDER = Path(os.environ["STUDIO_STORM_FIGURES"]) if os.environ.get("STUDIO_STORM_FIGURES") else None
SEED = int(os.environ.get("STUDIO_STORM_SEED", "20261121"))


def write_figures(part: str, *, ok: bool, n: int, seconds: float, **figures: Any) -> None:
    """As `<part>.json` in the folder that STUDIO_STORM_FIGURES names, if it does."""
    words = {"part": part, "ok": ok, "n": n, "seconds": seconds}
    if FOLDER:
        (FOLDER / f"{part}.json").write_text(json.dumps(words | figures) + "\n")
