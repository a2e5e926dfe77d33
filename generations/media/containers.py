"""Opening clips and sounds with PyAV, measuring them, and finding a frame; runs in the child process alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .errors import Rejected
from .facts import Facts, plays_everywhere
from .kinds import NAMES, kind_of

THREADS = 2
MAX_SIDE = 8192
MAX_PIXELS = 36_000_000
DEMUXERS = {"mp4": "mp4", "mov": "mov", "m4a": "mp4", "mp3": "mp3", "wav": "wav"}

av.logging.set_level(None)


def kind_of_media(path: Path, name: str, wanted: tuple[str, ...], use: str) -> str:
    """One of `wanted`; raises Rejected, saying what the file is instead."""
    if path.stat().st_size == 0:
        raise Rejected(f"{name} is empty: it has 0 bytes.")
    kind = kind_of(path)
    if kind not in wanted:
        raise Rejected(f"{name} is {NAMES[kind]}. {use}")
    return kind


@contextmanager
def opened(path: Path, kind: str, name: str, **options: str) -> Iterator[InputContainer]:
    """The demuxer is named, so that a playlist or script in disguise is not followed anywhere."""
    try:
        container = av.open(
            f"file:{path}",
            format=DEMUXERS[kind],
            options={"protocol_whitelist": "file", "enable_drefs": "0", **options},
            metadata_errors="replace",
        )
    except (av.error.InvalidDataError, av.error.EOFError):
        raise Rejected(f"{name} is cut short or damaged: its index cannot be read.") from None
    with container:
        yield container


def video_of(container: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures; a cover picture is not one."""
    for stream in container.streams.video:
        # The context is None, against its annotation, where no decoder is known.
        if stream.codec_context and not stream.disposition & Disposition.attached_pic:
            stream.codec_context.thread_count = THREADS
            stream.thread_type = "FRAME"  # by slices, H.264 does not say which frames it had to patch (18.1)
            return stream
    return None


def sound_of(container: InputContainer) -> AudioStream | None:
    return next((stream for stream in container.streams.audio if stream.codec_context), None)


def pictures_of(container: InputContainer, name: str) -> VideoStream:
    stream = video_of(container)
    if stream is None:
        raise Rejected(f"{name} contains no pictures.")
    return stream


def measured(path: Path, kind: str, name: str) -> Facts:
    """Facts from the headers and one decoded frame."""
    with opened(path, kind, name) as container:
        video, audio = video_of(container), sound_of(container)
        if video is None and audio is None:
            raise Rejected(f"{name} contains neither pictures nor sound that we can decode.")
        size = path.stat().st_size
        audio_codec = audio.codec_context.codec.canonical_name if audio else None
        duration = (container.duration or 0) / av.time_base
        if video is None:
            container_kind = "m4a" if kind in ("mp4", "mov") else kind
            return Facts(container_kind, size, duration, 0, 0, 0.0, 0, None, None, 0, audio_codec, False)
        context = video.codec_context
        if not 0 < context.width * context.height <= MAX_PIXELS or max(context.width, context.height) > MAX_SIDE:
            raise Rejected(f"{name} is {context.width}×{context.height} pixels, more than we decode.")
        if video.duration and video.time_base:
            duration = float(video.duration * video.time_base)
        first = next(decoded(container, video, name), None)
        if first is None or duration <= 0:
            raise Rejected(f"{name} contains no picture that can be decoded.")
        width, height = (first.height, first.width) if first.rotation % 180 else (first.width, first.height)
        fps = float(video.average_rate or video.guessed_rate or 0)
        codec, pix_fmt = context.codec.canonical_name, first.format.name
        return Facts(
            container=kind,
            size=size,
            duration=duration,
            width=width,
            height=height,
            fps=fps,
            frames=video.frames or round(duration * fps),
            video_codec=codec,
            pix_fmt=pix_fmt,
            bit_depth=first.format.components[0].bits,
            audio_codec=audio_codec,
            browser_plays=plays_everywhere(kind, codec, pix_fmt, audio_codec),
        )


def decoded(container: InputContainer, stream: VideoStream, name: str, *, strict: bool = False) -> Iterator[VideoFrame]:
    """The frames from where the container stands; raises Rejected where one is damaged.

    A decoder patches over missing data where it can; only `strict` minds the frames that it made so.
    """
    try:
        for frame in container.decode(stream):
            if strict and frame.is_corrupt:
                raise Rejected(f"{name} is damaged: a part of its pictures is missing.")
            yield frame
    except (av.error.InvalidDataError, av.error.EOFError):
        raise Rejected(f"{name} is damaged: a part of its pictures cannot be decoded.") from None


def frame_at(path: Path, kind: str, name: str, moment: float, *, strict: bool = False) -> VideoFrame:
    """The frame shown at `moment` seconds, or the last one for anything later."""
    with opened(path, kind, name) as container:
        stream = pictures_of(container, name)
        start, end = (container.start_time or 0) / av.time_base, (container.duration or 0) / av.time_base
        container.seek(int((start + min(moment, end)) * av.time_base))
        found: VideoFrame | None = None
        for frame in decoded(container, stream, name, strict=strict):
            if found is not None and (frame.time or 0) > start + moment:
                break
            found = frame
        if found is None:
            raise Rejected(f"{name} contains no picture that can be decoded.")
        return found
