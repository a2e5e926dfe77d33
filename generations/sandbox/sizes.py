"""How many pixels a resolution and a ratio have: docs/protocols.md A.3 (official tables, read 2026-10)."""

import math

RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")
Size = tuple[int, int]

# Table → resolution → pixels in the order of RATIOS.
PIXELS: dict[str, dict[str, tuple[Size, ...]]] = {
    "1.0": {
        "480p": ((864, 480), (736, 544), (640, 640), (544, 736), (480, 864), (960, 416)),
        "720p": ((1248, 704), (1120, 832), (960, 960), (832, 1120), (704, 1248), (1504, 640)),
        "1080p": ((1920, 1088), (1664, 1248), (1440, 1440), (1248, 1664), (1088, 1920), (2176, 928)),
    },
    "2.0": {
        "480p": ((864, 496), (752, 560), (640, 640), (560, 752), (496, 864), (992, 432)),
        "720p": ((1280, 720), (1112, 834), (960, 960), (834, 1112), (720, 1280), (1470, 630)),
        "1080p": ((1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920), (2206, 946)),
        "4k": ((3840, 2160), (3326, 2494), (2880, 2880), (2494, 3326), (2160, 3840), (4398, 1886)),
    },
}
PIXELS["2.5"] = {
    **PIXELS["2.0"],
    "480p": ((854, 480), (752, 560), (640, 640), (560, 752), (480, 854), (992, 432)),
}
TINY_SIDE = 64


def pixels(table: str, resolution: str, ratio: str) -> Size:
    return PIXELS[table][resolution][RATIOS.index(ratio)]


def nearest_ratio(width: int, height: int) -> str:
    """The ratio of the table that a picture comes closest to: what `adaptive` means."""
    return min(RATIOS, key=lambda ratio: abs(math.log(width / height) - math.log(value(ratio))))


def value(ratio: str) -> float:
    wide, high = ratio.split(":")
    return int(wide) / int(high)


def tiny(size: Size) -> Size:
    """The same proportions with the longer side 64, both even."""
    scale = TINY_SIDE / max(size)
    return max(2, round(size[0] * scale / 2) * 2), max(2, round(size[1] * scale / 2) * 2)


def tokens(size: Size, frames: int) -> int:
    """What Ark bills for a clip: docs/protocols.md F, inferred from six published samples."""
    return size[0] * size[1] * frames // 1024
