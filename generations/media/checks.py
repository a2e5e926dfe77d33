"""Whether a clip or sound is whole; runs in the child process alone."""

from collections import Counter
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

import av

from .containers import frame_at, kind_of_media, measured, opened, sound_of
from .errors import Rejected
from .facts import Facts

VIDEOS = ("mp4", "mov")
SOUNDS = ("mp3", "wav", "m4a")


def probe(source: Path, name: str) -> dict[str, Any]:
    kind = kind_of_media(source, name, VIDEOS + SOUNDS, "It is not a clip or sound that we can read.")
    return asdict(measured(source, kind, name))


def check(source: Path, name: str) -> dict[str, Any]:
    kind = kind_of_media(source, name, VIDEOS, "It is not a video.")
    facts = whole(source, kind, name)
    if facts.video_codec is None:
        raise Rejected(f"{name} contains sound but no pictures.")
    return asdict(facts)


def whole(path: Path, kind: str, name: str) -> Facts:
    """Everything that can be known without decoding it all: boxes, every packet, and three frames or all the sound."""
    if kind in ("mp4", "mov", "m4a"):
        check_boxes(path, name)
    facts = measured(path, kind, name)
    check_packets(path, kind, name)
    if facts.video_codec:
        check_frames(path, kind, name, facts.duration)
    else:
        check_sound(path, kind, name)
    return facts


def check_boxes(path: Path, name: str) -> None:
    """Every top-level box (ISO/IEC 14496-12, 4.2) must end within the file: there a cut shows to the byte."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:  # the real one follows the type
                length = int.from_bytes(head[8:16], "big")
            if length < 8:  # 0: to the end of the file
                return
            at += length
    if at > size:
        raise Rejected(f"{name} is cut short: {at - size} bytes of it are missing.")


def check_packets(path: Path, kind: str, name: str) -> None:
    """A fast-start file that was cut opens with its full duration; only counting shows what is missing."""
    # Edit lists would hide packets from the count; a clip that somebody trimmed is whole all the same.
    options = {"advanced_editlist": "0"} if kind in ("mp4", "mov", "m4a") else {}
    with opened(path, kind, name, **options) as container:
        streams = [*container.streams.video, *container.streams.audio]
        found: Counter[int] = Counter()
        try:
            for packet in container.demux(streams):
                if packet.size and not packet.is_corrupt:
                    found[packet.stream_index] += 1
        except (av.error.InvalidDataError, av.error.EOFError):
            raise Rejected(f"{name} is damaged: its data cannot be read to the end.") from None
        for stream in streams:
            if found[stream.index] < stream.frames:
                what = "pictures" if stream.type == "video" else "pieces of sound"
                raise Rejected(f"{name} is cut short: it holds {found[stream.index]} of {stream.frames} {what}.")


def check_frames(path: Path, kind: str, name: str, duration: float) -> None:
    """Decode to the first, the middle and the last frame, each from the key frame before it."""
    for moment in (0.0, duration / 2, inf):
        frame_at(path, kind, name, moment, strict=True)


def check_sound(path: Path, kind: str, name: str) -> None:
    with opened(path, kind, name) as container:
        sound = sound_of(container)
        try:
            samples = sum(frame.samples for frame in container.decode(sound)) if sound else 0
        except (av.error.InvalidDataError, av.error.EOFError):
            raise Rejected(f"{name} is damaged: a part of its sound cannot be decoded.") from None
    if not samples:
        raise Rejected(f"{name} contains no sound that can be decoded.")
