"""Small real videos, made on the spot."""

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import cast

import av
from PIL import Image


@lru_cache
def video(
    width: int = 128,
    height: int = 72,
    seconds: float = 1,
    codec: str = "libx264",
    fps: int = 24,
    faststart: bool = True,
) -> bytes:
    """An MP4 whose picture drifts from blue to orange."""
    options = {"movflags": "+faststart"} if faststart else {}
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/video.mp4"
        with av.open(path, "w", format="mp4", options=options) as out:
            stream = cast(av.VideoStream, out.add_stream(codec, rate=fps))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.thread_count = 1
            if codec == "libx265":
                stream.options = {"x265-params": "log-level=error", "preset": "ultrafast"}
                stream.codec_tag = "hvc1"
            frames = int(seconds * fps)
            for number in range(frames):
                part = number / max(frames - 1, 1)
                picture = Image.new("RGB", (width, height), (int(40 + 200 * part), 120, int(220 - 180 * part)))
                out.mux(stream.encode(av.VideoFrame.from_image(picture)))
            out.mux(stream.encode())
        return Path(path).read_bytes()
