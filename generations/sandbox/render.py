"""From a job to an MP4. Pure: the same job over the same pictures gives the same bytes."""

import hashlib
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random

import av
from av.container import OutputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from PIL import Image

from generations.sandbox.camera import camera, move_for
from generations.sandbox.caption import stick, stickers
from generations.sandbox.job import FPS, Rendered, RenderJob
from generations.sandbox.scenes import Painter, scene
from generations.sandbox.sound import RATE, sound
from generations.sandbox.stills import film

LARGEST = 1920  # frames are painted at most this long; beyond that libswscale enlarges them
QUIET = "log-level=none:pools=none:frame-threads=1"
CODECS: dict[str, tuple[str, str, dict[str, str]]] = {  # encoder, tag, options
    # aq-mode 3 spends bits on dark gradients, which would show bands otherwise.
    "h264": ("libx264", "avc1", {"preset": "veryfast", "crf": "21", "aq-mode": "3", "profile": "high"}),
    "hevc": ("libx265", "hvc1", {"preset": "ultrafast", "crf": "24", "x265-params": QUIET}),
}  # fmt: skip
BT709, LIMITED = 1, 1  # codes of H.264: primaries, transfer and matrix alike; levels 16 to 235


def render(job: RenderJob, out: Path, on_progress: Callable[[float], None] = lambda part: None) -> Rendered:
    """Write the clip to `out` (whole or not at all) and, if asked, its last frame beside it as `last_frame.png`.

    Raises OSError for a picture that cannot be read and ValueError for an impossible size.
    """
    if job.width % 2 or job.height % 2 or job.frames < 1:
        raise ValueError(
            f"cannot render {job.width}x{job.height}, {job.frames} frames: sides must be even, frames positive"
        )
    part = out.with_suffix(".part")
    with av.open(part, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(title=job.prompt[:120], comment="Sandbox preview, drawn by a program")
        video = add_video(container, job)
        if job.audio:
            add_sound(container, job)
        paint_all(container, video, job, out, on_progress)
    digest = settle(part, out)
    return Rendered(job.width, job.height, job.frames, job.frames / FPS, out.stat().st_size, digest)


def painter(job: RenderJob, size: tuple[int, int]) -> Painter:
    # Chance depends on what was asked for and the seed alone, so that a seed means something.
    rng = Random(hashlib.sha256(f"{job.seed}|{job.prompt}".encode()).digest())  # noqa: S311
    if job.pictures:
        return film(job.pictures, job.prompt, rng, size, job.camera_fixed, job.loop)
    move = move_for(job.prompt, rng)
    return scene(job.prompt, rng, size, camera(move, job.camera_fixed, job.loop), job.loop)


def add_video(container: OutputContainer, job: RenderJob) -> VideoStream:
    encoder, tag, options = CODECS[job.codec]
    stream = container.add_stream(encoder, rate=FPS, options=options)
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt, context.codec_tag = job.width, job.height, "yuv420p", tag
    context.time_base, context.gop_size = Fraction(1, FPS), FPS * 2
    context.thread_count = 1  # one core, and the same bytes on every machine
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = LIMITED
    return stream


def add_sound(container: OutputContainer, job: RenderJob) -> None:
    stream = container.add_stream("aac", rate=RATE, layout="mono")
    stream.bit_rate = 96_000
    rng = Random(hashlib.sha256(f"sound|{job.seed}|{job.prompt}".encode()).digest())  # noqa: S311
    for frame in sound(job.prompt, rng, job.frames / FPS):
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def paint_all(
    container: OutputContainer, stream: VideoStream, job: RenderJob, out: Path, on_progress: Callable[[float], None]
) -> None:
    shrink = min(1.0, LARGEST / max(job.width, job.height))
    size = (round(job.width * shrink), round(job.height * shrink))
    paint, overlay = painter(job, size), stickers(job.prompt, size, job.watermark)
    steps = job.frames if job.loop else max(1, job.frames - 1)
    scaler = VideoReformatter()  # one for all frames: each keeps a libswscale context
    for index in range(job.frames):
        image = stick(paint(index / steps), overlay)
        frame = scaler.reformat(
            picture_of(image), job.width, job.height, "yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED
        )
        frame.pts, frame.time_base = index, Fraction(1, FPS)
        container.mux(stream.encode(frame))
        if index % 6 == 5:
            on_progress((index + 1) / job.frames)
    container.mux(stream.encode(None))
    if job.last_frame:
        image.resize((job.width, job.height)).save(out.with_name("last_frame.png"))


def picture_of(image: Image.Image) -> av.VideoFrame:
    frame = av.VideoFrame(image.width, image.height, "rgb24")
    frame.planes[0].update(padded(image, frame.planes[0].line_size))
    return frame


def padded(image: Image.Image, line: int) -> bytes:
    """The rows as libav wants them, each `line` bytes long."""
    rows, wide = image.tobytes(), image.width * 3
    if wide == line:
        return rows
    return b"".join(rows[at : at + wide].ljust(line, b"\0") for at in range(0, len(rows), wide))


def settle(part: Path, out: Path) -> str:
    """Make the finished file durable under its name; its sha256."""
    with part.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    part.replace(out)
    return digest
