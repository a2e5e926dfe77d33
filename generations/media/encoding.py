"""Clips made from clips: the hover preview, the copy that browsers play, the upload without its metadata; runs in the
child process alone.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.video.stream import VideoStream

from .checks import SOUNDS, VIDEOS, whole
from .containers import THREADS, decoded, kind_of_media, measured, opened, pictures_of, sound_of, video_of
from .drawing import NAME, draw, drawing, scaled
from .errors import Rejected
from .facts import Facts, plays_everywhere

PREVIEW_SECONDS = 5.0
UPLOADED_CODECS = ("h264", "hevc", "av1", "vp9")
MUXERS = {"mp4": "mp4", "mov": "mov", "m4a": "ipod", "mp3": "mp3", "wav": "wav"}
MIMES = {"mp4": "video/mp4", "mov": "video/quicktime", "m4a": "audio/mp4", "mp3": "audio/mpeg", "wav": "audio/wav"}
BT709 = 1  # ISO/IEC 23091-2: matrix, primaries and transfer
LIMITED = 1  # range, as libav numbers it

Packets = Iterator["Packet[Any]"]  # generic for the type checker alone
Track = Callable[["Packet[Any]"], Packets]


def preview(source: Path, out: Path, width: int) -> None:
    """The first seconds, small and silent, to loop under the pointer."""
    kind = kind_of_media(source, NAME, VIDEOS, "It has no pictures.")
    facts = measured(source, kind, NAME)
    with opened(source, kind, NAME) as container, writing(out, "mp4") as target:
        video = pictures_of(container, NAME)
        stream = add_h264(target, facts, video, crf=28, width=width)
        graph: Graph | None = None
        for frame in decoded(container, video, NAME):
            if (frame.time or 0) > PREVIEW_SECONDS:
                break
            graph = graph or drawing(frame, "yuv420p", width)
            target.mux(stream.encode(draw(graph, frame)))
        target.mux(stream.encode())


def playable_copy(source: Path, out: Path) -> None:
    """H.264 and AAC in a fast-start MP4, upright; what is that already is copied as it is."""
    kind = kind_of_media(source, NAME, VIDEOS, "It has no pictures.")
    facts = measured(source, kind, NAME)
    with opened(source, kind, NAME) as container, writing(out, "mp4") as target:
        video = pictures_of(container, NAME)
        keeps = plays_everywhere("mp4", facts.video_codec, facts.pix_fmt, None)
        tracks = {video.index: copied(target, video) if keeps else drawn(target, facts, video)}
        if audio := sound_of(container):
            tracks[audio.index] = copied(target, audio) if facts.audio_codec == "aac" else heard(target, audio)
        for packet in container.demux([stream for stream in container.streams if stream.index in tracks]):
            for made in tracks[packet.stream.index](packet):
                target.mux(made)


def clean_clip(source: Path, out: Path, name: str) -> dict[str, Any]:
    """Check an upload and copy its pictures and sound, bit by bit, into a file that says nothing else: no place, no
    title, no cover, no further tracks.
    """
    kind = kind_of_media(source, name, VIDEOS + SOUNDS, "Use an MP4 or MOV video, or an MP3, WAV or M4A sound.")
    facts = whole(source, kind, name)
    if facts.video_codec and facts.video_codec not in UPLOADED_CODECS:
        raise Rejected(f"{name} is encoded as {facts.video_codec}. Export it as H.264 or H.265.")
    ext = facts.container
    with opened(source, kind, name) as container, writing(out, MUXERS[ext]) as target:
        streams = [stream for stream in (video_of(container), sound_of(container)) if stream]
        try:
            tracks = {stream.index: copied(target, stream) for stream in streams}
            for packet in container.demux(streams):
                for made in tracks[packet.stream.index](packet):
                    target.mux(made)
        except (av.error.ArgumentError, ValueError):
            raise Rejected(f"{name} holds {facts.audio_codec} sound, which does not fit. Export it with AAC.") from None
    with out.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    cleaned = asdict(measured(out, ext, name))
    return {
        "facts": cleaned,
        "kind": "video" if facts.video_codec else "audio",
        "mime": MIMES[ext],
        "ext": ext,
        "sha256": sha256,
    }


def writing(out: Path, muxer: str) -> OutputContainer:
    """Fast start, so that it plays while it loads; bit-exact, so that the same input makes the same bytes."""
    options = {"fflags": "+bitexact"} | ({"movflags": "+faststart"} if muxer in ("mp4", "mov", "ipod") else {})
    return av.open(f"file:{out}", "w", format=muxer, options=options)


# Tracks: each takes the packets of one stream, the empty one that ends it included, and gives packets for the target.


def copied(target: OutputContainer, stream: VideoStream | AudioStream) -> Track:
    copy = target.add_stream_from_template(stream)

    def track(packet: "Packet[Any]") -> Packets:
        if packet.size:
            packet.stream = copy
            yield packet

    return track


def drawn(target: OutputContainer, facts: Facts, stream: VideoStream) -> Track:
    encoder = add_h264(target, facts, stream, crf=18)
    graph: Graph | None = None

    def track(packet: "Packet[Any]") -> Packets:
        nonlocal graph
        for frame in stream.decode(packet):
            graph = graph or drawing(frame, "yuv420p", facts.width)
            yield from encoder.encode(draw(graph, frame))
        if not packet.size:
            yield from encoder.encode()

    return track


def heard(target: OutputContainer, stream: AudioStream) -> Track:
    layout = "mono" if stream.codec_context.layout.nb_channels == 1 else "stereo"
    encoder = target.add_stream("aac", rate=48_000, layout=layout, bit_rate=160_000)
    resampler = AudioResampler("fltp", layout, 48_000, frame_size=1024)

    def track(packet: "Packet[Any]") -> Packets:
        frames: list[AudioFrame | None] = [*stream.decode(packet)]
        for frame in frames if packet.size else [*frames, None]:
            for piece in resampler.resample(frame):
                yield from encoder.encode(piece)
        if not packet.size:
            yield from encoder.encode()

    return track


def add_h264(
    target: OutputContainer, facts: Facts, source: VideoStream, *, crf: int, width: int | None = None
) -> VideoStream:
    rate = Fraction(facts.fps).limit_denominator(1001) if facts.fps > 0 else Fraction(24)
    stream = target.add_stream("libx264", rate=rate, options={"crf": str(crf), "preset": "veryfast"})
    context = stream.codec_context
    context.width, context.height = scaled(facts.width, facts.height, width or facts.width)
    context.pix_fmt = "yuv420p"
    context.thread_count = THREADS
    if source.time_base:
        context.time_base = source.time_base  # frames keep their own times: clips need not be of constant rate
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED
    return stream
