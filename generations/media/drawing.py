"""Single pictures of a clip, upright and in true colours; runs in the child process alone."""

from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any

from av.filter import Graph
from av.video.frame import VideoFrame
from PIL.Image import Image

from .checks import VIDEOS
from .containers import frame_at, kind_of_media, measured

UNTAGGED = 2  # ISO/IEC 23091-2: matrix coefficients unspecified
NAME = "The clip"


def poster(source: Path, out: Path, width: int) -> dict[str, Any]:
    """The frame in the middle, as WebP: takes that start from the same image all look alike at the start."""
    kind = kind_of_media(source, NAME, VIDEOS, "It has no pictures.")
    middle = frame_at(source, kind, NAME, measured(source, kind, NAME).duration / 2)
    return saved(draw(drawing(middle, "rgb24", width), middle), out, format="WEBP", quality=80, method=4)


def last_frame(source: Path, out: Path) -> dict[str, Any]:
    return frame(source, out, inf)


def frame(source: Path, out: Path, at: float) -> dict[str, Any]:
    """In full size and without loss, for it may be the first frame of the next take. `at` is in seconds."""
    kind = kind_of_media(source, NAME, VIDEOS, "It has no pictures.")
    found = frame_at(source, kind, NAME, at)
    return saved(draw(drawing(found, "rgb24"), found), out, format="PNG")


def saved(frame: VideoFrame, out: Path, **options: Any) -> dict[str, Any]:
    image: Image = frame.to_image()  # type: ignore[no-untyped-call]
    image.save(out, **options)
    return {"width": frame.width, "height": frame.height}


def drawing(frame: VideoFrame, pix_fmt: str, width: int | None = None) -> Graph:
    """A filter graph for frames like this one: upright, at most `width` wide, sides even, in `pix_fmt`."""
    shown = (frame.height, frame.width) if frame.rotation % 180 else (frame.width, frame.height)
    small = scaled(*shown, width)
    # Browsers take untagged HD for BT.709 and untagged SD for BT.601; the scaler takes both for BT.601.
    matrix = "auto" if frame.colorspace != UNTAGGED else "bt709" if frame.height >= 720 else "bt601"
    colours = f"in_color_matrix={matrix}" + (":out_color_matrix=bt709:out_range=tv" if pix_fmt != "rgb24" else "")
    graph = Graph()
    time_base = frame.time_base or Fraction(1, 1000)
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=time_base),
        *(graph.add(name, words) for name, words in turn(frame.rotation)),
        graph.add("scale", f"{small[0]}:{small[1]}:flags=bicubic:{colours}"),
        graph.add("format", pix_fmt),
        graph.add("buffersink"),
    ).configure()
    return graph


def draw(graph: Graph, frame: VideoFrame) -> VideoFrame:
    graph.vpush(frame)
    return graph.vpull()


def scaled(width: int, height: int, limit: int | None) -> tuple[int, int]:
    """At most `limit` wide in the same shape, with the even sides that 4:2:0 needs; never larger."""
    if limit is None:
        return width, height
    small = min(limit, width)
    return small // 2 * 2 or 2, round(height * small / width / 2) * 2 or 2


def turn(rotation: int) -> list[tuple[str, str | None]]:
    """Filters that undo a display matrix; PyAV's `rotation` is counter-clockwise degrees."""
    if abs(rotation) == 90:
        return [("transpose", "cclock" if rotation > 0 else "clock")]
    return [("hflip", None), ("vflip", None)] if abs(rotation) == 180 else []
