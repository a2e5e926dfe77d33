"""Small clips and sounds for tests, made on the spot."""

import math
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

RATE = 48_000


def make_clip(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (320, 180),
    frames: int = 48,
    fps: int = 24,
    pix_fmt: str = "yuv420p",
    sound: str | None = "aac",
    muxer: str = "mp4",
    faststart: bool = True,
    rotation: int = 0,
    options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """A red top-left quarter on textured grey, a white bar that moves right; the last frame is all green."""
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    with av.open(str(path), "w", format=muxer, options={"movflags": "faststart"} if faststart else {}) as out:
        out.metadata.update(metadata or {})
        video: Any = out.add_stream(codec, rate=fps, options={**quiet, **(options or {})})
        video.width, video.height, video.pix_fmt = (*size, pix_fmt)
        if rotation:
            video.set_display_rotation(rotation)
        audio: Any = out.add_stream(sound, rate=RATE, layout="stereo") if sound else None
        for number in range(frames):
            frame = av.VideoFrame.from_image(picture(size, number, last=number == frames - 1))
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if audio:
            for piece in tone(frames / fps, audio.codec_context.format.name):
                out.mux(audio.encode(piece))
            out.mux(audio.encode())
    return path


def picture(size: tuple[int, int], number: int, *, last: bool = False) -> Image.Image:
    if last:
        return Image.new("RGB", size, (0, 200, 0))
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(image)
    for x in range(0, size[0], 7):
        draw.line((x, 0, (x * 13) % size[0], size[1]), fill=((x * 5) % 255, 90, 120))
    draw.rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(220, 0, 0))
    bar = number * 5 % size[0]
    draw.rectangle((bar, size[1] * 3 // 4, bar + 9, size[1]), fill="white")
    return image


def tone(seconds: float, sample_format: str) -> list[av.AudioFrame]:
    pieces = []
    for start in range(0, int(seconds * RATE), 1024):
        wave = [0.2 * math.sin(2 * math.pi * 440 * (start + n) / RATE) for n in range(1024)]
        piece = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
        for plane in piece.planes:
            plane.update(array("f", wave).tobytes())
        piece.sample_rate, piece.pts, piece.time_base = RATE, start, Fraction(1, RATE)
        pieces.append(piece)
    resampler = av.AudioResampler(sample_format, "stereo", RATE, frame_size=1024)
    return [made for piece in [*pieces, None] for made in resampler.resample(piece)]


def make_sound(
    path: Path, *, muxer: str, codec: str, seconds: float = 1, metadata: dict[str, str] | None = None
) -> Path:
    with av.open(str(path), "w", format=muxer) as out:
        out.metadata.update(metadata or {})
        audio: Any = out.add_stream(codec, rate=RATE, layout="stereo")
        for piece in tone(seconds, audio.codec_context.format.name):
            out.mux(audio.encode(piece))
        out.mux(audio.encode())
    return path
