"""Any number of real clips that differ, at no cost: one tiny H.264 video, and a `free` box at its end with a name."""

import hashlib
from functools import lru_cache
from typing import Any

from tests.clips import video

NAME_BYTES = 64
BOX_HEAD = 8  # a box's length and its kind, ISO/IEC 14496-12


def tiny(name: str, size: int = 0) -> bytes:
    """A fast-start MP4 of half a second at 64×36 that carries `name`, padded to `size` bytes when that is not 0.

    Raises ValueError for a size too small for the clip, and for a name of more than 64 bytes.
    """
    return _before_the_name(size) + _padded(name)


def sha256_of(name: str, size: int = 0) -> str:
    """Hex digest of `tiny(name, size)`, without hashing the whole file again."""
    digest = _digest_before_the_name(size).copy()
    digest.update(_padded(name))
    return str(digest.hexdigest())


def smallest() -> int:
    """Bytes of a clip that is not padded."""
    return len(_before_the_name(0)) + NAME_BYTES


def _padded(name: str) -> bytes:
    raw = name.encode()
    if len(raw) > NAME_BYTES:
        raise ValueError(f"a clip's name has {NAME_BYTES} bytes at most, and “{name}” has {len(raw)}")
    return raw.ljust(NAME_BYTES, b"\0")


@lru_cache
def _before_the_name(size: int) -> bytes:
    clip = video(width=64, height=36, seconds=0.5)
    least = len(clip) + BOX_HEAD + NAME_BYTES
    if size and size < least:
        raise ValueError(f"a clip has at least {least} bytes, so it cannot be made with {size}")
    box = max(size, least) - len(clip)
    return clip + box.to_bytes(4, "big") + b"free" + bytes(box - BOX_HEAD - NAME_BYTES)


@lru_cache
def _digest_before_the_name(size: int) -> Any:
    return hashlib.sha256(_before_the_name(size))
