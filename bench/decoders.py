"""Taking in a clip: a decoder forked from a warm process, against one started anew. `python -m bench.decoders`."""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 20
CLIP = (64, 36, 0.5)  # pixels, pixels, seconds: what is left is the start


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="studio-decoders-") as name:
        os.environ["STUDIO_DATA"] = name
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
        import django

        django.setup()
        from generations.media import videos
        from generations.media.nursery import nursery
        from tests.clips import video

        folder = Path(name)
        clip = folder / "clip.mp4"
        clip.write_bytes(video(*CLIP))

        def warm() -> None:
            videos.take_in(clip, folder)

        def anew() -> None:
            nursery().end()
            videos.take_in(clip, folder)

        warm()
        fast, slow = median(warm), median(anew)
    print(f"warm {fast * 1000:.0f} ms, anew {slow * 1000:.0f} ms, ratio {slow / fast:.1f} (median of {RUNS})")
    return 0


def median(act: Callable[[], None]) -> float:
    """Seconds."""
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


if __name__ == "__main__":
    sys.exit(main())
