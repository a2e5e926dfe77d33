"""All that is made of a downloaded clip, in one child process: to start four would cost more than their work."""

from pathlib import Path
from typing import Any

from .checks import check
from .drawing import last_frame, poster
from .encoding import playable_copy, preview

POSTER_WIDTH, PREVIEW_WIDTH = 960, 480


def take_in(source: Path, out: Path, name: str) -> dict[str, Any]:
    """Check `source`, then write poster.webp, preview.mp4, last.png, and play.mp4 where browsers need it, to `out`."""
    facts = check(source, name)
    poster(source, out / "poster.webp", POSTER_WIDTH)
    preview(source, out / "preview.mp4", PREVIEW_WIDTH)
    last_frame(source, out / "last.png")
    if not facts["browser_plays"]:
        playable_copy(source, out / "play.mp4")
    return facts
