"""Clips and sounds: measured, checked, drawn, copied. All decoding happens in a child process with limits."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .child import called, run, run_for_file
from .facts import Facts

__all__ = [
    "CleanClip",
    "Facts",
    "check",
    "clean_clip",
    "frame",
    "last_frame",
    "playable_copy",
    "poster",
    "preview",
    "probe",
    "take_in",
]

LOOK = 20  # seconds of processor time
DECODE = 240
ENCODE = 600  # with child.WALL less than a fetch may take (times.py)
LARGEST = 2 << 30  # bytes


@dataclass(frozen=True)
class CleanClip:
    """An upload that was checked and copied without its metadata; the same file makes the same bytes."""

    facts: Facts  # of the copy
    kind: str  # "video" or "audio"
    mime: str
    ext: str  # mp4, mov, mp3, wav or m4a
    sha256: str  # of the copy, in hex


def probe(path: Path) -> Facts:
    """Measure an MP4, MOV, MP3, WAV or M4A file that was checked before. Raises Rejected."""
    return Facts(**run("probe", cpu=LOOK, source=path.resolve(), name="The file"))


def check(path: Path, *, name: str = "The file") -> Facts:
    """Make sure that a downloaded MP4 or MOV is whole: all boxes, every packet, its first, middle and last frame.

    Raises Rejected with the fault.
    """
    return Facts(**run("check", cpu=DECODE, source=path.resolve(), name=called(name)))


def take_in(path: Path, folder: Path, *, name: str = "The file") -> Facts:
    """`check` a downloaded clip and draw into `folder`: poster.webp, preview.mp4, last.png, and play.mp4, an H.264 and
    AAC copy, where browsers cannot play the clip itself. Raises Rejected; `folder` may then hold some of them.
    """
    words = {"source": path.resolve(), "out": folder.resolve(), "name": called(name)}
    return Facts(**run("take_in", cpu=ENCODE, largest=LARGEST, **words))


def poster(path: Path, out: Path, width: int = 960) -> tuple[int, int]:
    """Write the frame in the middle as WebP, at most `width` wide; returns its width and height. Raises Rejected."""
    return _size(run_for_file("poster", out, cpu=DECODE, source=path.resolve(), width=width))


def last_frame(path: Path, out: Path) -> tuple[int, int]:
    """Write the last frame as PNG in full size; returns its width and height. Raises Rejected."""
    return _size(run_for_file("last_frame", out, cpu=DECODE, source=path.resolve()))


def frame(path: Path, out: Path, at: float) -> tuple[int, int]:
    """Write the frame shown at `at` seconds as PNG in full size; returns its width and height. Raises Rejected."""
    return _size(run_for_file("frame", out, cpu=DECODE, source=path.resolve(), at=at))


def preview(path: Path, out: Path, width: int = 480) -> None:
    """Write the first five seconds as a silent H.264 MP4, at most `width` wide. Raises Rejected."""
    run_for_file("preview", out, cpu=DECODE, source=path.resolve(), width=width)


def playable_copy(path: Path, out: Path) -> None:
    """Write an H.264 and AAC MP4 of the same size and length, for a clip that browsers cannot play. Raises Rejected."""
    run_for_file("playable_copy", out, cpu=ENCODE, largest=LARGEST, source=path.resolve())


def clean_clip(source: bytes | Path, out: Path, *, name: str) -> CleanClip:
    """Check an uploaded MP4, MOV, MP3, WAV or M4A, and write to `out` its pictures and sound and nothing else.

    `name` is what the person calls the file. Raises Rejected.
    """
    with TemporaryDirectory(prefix="studio-") as folder:
        if isinstance(source, bytes):
            path = Path(folder) / "source"
            path.write_bytes(source)
        else:
            path = source.resolve()
        made = run_for_file("clean_clip", out, cpu=DECODE, largest=LARGEST, source=path, name=called(name))
    return CleanClip(**{**made, "facts": Facts(**made["facts"])})


def _size(made: dict[str, Any]) -> tuple[int, int]:
    return made["width"], made["height"]
