"""Uploaded images: cleaned to nothing but their pixels, and drawn small."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from .child import called, run, run_for_file
from .errors import Rejected

CPU = 20  # seconds


@dataclass(frozen=True)
class CleanImage:
    """An image that we made from somebody's file; the same file makes the same bytes."""

    data: bytes = field(repr=False)
    mime: str
    ext: str  # "jpg" or "png"
    width: int
    height: int
    sha256: str  # of `data`, in hex


def clean(source: bytes | Path, *, name: str, most: int = 64) -> CleanImage:
    """Decode a JPEG, PNG or WebP of at most 40 megapixels and encode it anew, upright and without metadata.

    `name` is what the person calls the file, `most` its largest size in MiB. Raises Rejected.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > most << 20:
        raise Rejected(f"{called(name)} is larger than {most} MiB. Make it smaller.")
    with TemporaryDirectory(prefix="studio-") as folder:
        out = Path(folder) / "clean"
        made = run("clean_image", cpu=CPU, source=_on_disk(source, Path(folder)), out=out, name=called(name))
        data = out.read_bytes()
    return CleanImage(data=data, sha256=hashlib.sha256(data).hexdigest(), **made)


def thumbnail(src: Path, out: Path, side: int = 480) -> tuple[int, int]:
    """Write a WebP of at most `side` pixels in either direction; returns its width and height. Raises Rejected."""
    made = run_for_file("thumbnail", out, cpu=CPU, source=src.resolve(), side=side)
    return made["width"], made["height"]


def _on_disk(source: bytes | Path, folder: Path) -> Path:
    if isinstance(source, Path):
        return source.resolve()
    path = folder / "source"
    path.write_bytes(source)
    return path
