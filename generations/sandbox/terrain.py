"""Outlines of land: one L mask per layer, white where the land is, drawn large and reduced for soft edges."""

import math
from collections.abc import Callable
from itertools import pairwise
from random import Random

from PIL import Image, ImageDraw

from generations.sandbox.fields import Size, ease

STEPS = 512
OVERSAMPLE = 3
Outline = list[tuple[float, float]]


def mask_of(size: Size, shapes: list[Outline], shades: list[int] | None = None) -> Image.Image:
    """Filled `shapes` (points in 0..1 of the mask) as an L picture of `size`; `shades` 0..255, white when absent."""
    width, height = size[0] * OVERSAMPLE, size[1] * OVERSAMPLE
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    for i, shape in enumerate(shapes):
        draw.polygon([(x * width, y * height) for x, y in shape], fill=shades[i] if shades else 255)
    return mask.reduce(OVERSAMPLE)


def outline(land: str, rng: Random, base: float, swing: float, depth: float, aspect: float) -> Outline:
    """The upper edge of a layer: around `base`, at most about `swing` up or down; `depth` 0 far … 1 near."""
    heights = PROFILES[land](rng, depth, aspect)
    edge = [(x / STEPS, base - swing * heights[x]) for x in range(STEPS + 1)]
    if land == "forest":
        return conifers(edge, rng, depth, aspect)
    return skyline(edge, rng, swing, depth, aspect) if land == "city" else edge


def ground_at(edge: Outline, x: float) -> float:
    return min(edge, key=lambda point: abs(point[0] - x))[1]


def mountains(rng: Random, depth: float, aspect: float) -> list[float]:
    """A few peaks, the highest of them at each place, roughened by midpoint displacement."""
    count = max(3, round(5 * aspect / 1.9))
    peaks = [
        (
            (i + rng.uniform(0.1, 0.9)) * STEPS / count,
            rng.uniform(0.15, 1.0),
            rng.uniform(0.16, 0.3) / aspect * 2 * STEPS,
        )
        for i in range(-1, count + 1)
    ]
    rough = crumple(rng)
    tents = [max(high - abs(x - at) / wide * 1.25 for at, high, wide in peaks) for x in range(STEPS + 1)]
    return [1.5 * (tent + 0.16 * rough[x]) - 0.2 for x, tent in enumerate(tents)]


def crumple(rng: Random) -> list[float]:
    points = [0.0] * (STEPS + 1)
    step, swing = STEPS // 4, 1.0
    while step > 1:
        half = step // 2
        for i in range(half, STEPS, step):
            points[i] = (points[i - half] + points[i + half]) / 2 + rng.uniform(-swing, swing)
        step, swing = half, swing * 0.55
    return points


def waves(rng: Random, sizes: tuple[tuple[float, float], ...], aspect: float) -> list[float]:
    """A sum of sines; `sizes` are (waves over the frame's height-width, weight)."""
    parts = [(count * aspect * rng.uniform(0.8, 1.25), weight, rng.uniform(0, math.tau)) for count, weight in sizes]
    return [sum(w * math.sin(math.tau * c * x / STEPS + p) for c, w, p in parts) for x in range(STEPS + 1)]


def hills(rng: Random, depth: float, aspect: float) -> list[float]:
    return waves(rng, ((0.5, 0.6), (1.1, 0.3), (2.6, 0.08)), aspect)


def dunes(rng: Random, depth: float, aspect: float) -> list[float]:
    """Long windward slopes and short lee ones, with a sharp crest between."""
    result, x = [0.0] * (STEPS + 1), -rng.uniform(0, STEPS / 3)
    low = rng.uniform(-0.6, -0.2)
    while x < STEPS:
        length = STEPS * rng.uniform(0.34, 0.6) / aspect
        crest, next_low = rng.uniform(0.2, 0.9), rng.uniform(-0.6, -0.1)
        for i in range(max(0, int(x)), min(STEPS, int(x + length)) + 1):
            t = max(0.0, (i - x) / length)
            rise = low + (crest - low) * (t / 0.72) ** 1.5 if t < 0.72 else 0.0
            result[i] = rise if t < 0.72 else next_low + (crest - next_low) * (1 - ease((t - 0.72) / 0.28) ** 0.8)
        x, low = x + length, next_low
    return result


def flat(rng: Random, depth: float, aspect: float) -> list[float]:
    return waves(rng, ((1.3, 0.05), (3.1, 0.03)), aspect)


def conifers(edge: Outline, rng: Random, depth: float, aspect: float) -> Outline:
    """Stands of firs along an edge, larger the nearer they are."""
    points, x = [], 0.0
    while x < 1.0:
        ground = edge[min(STEPS, int(x * STEPS))][1]
        tall = (0.035 + 0.15 * depth**1.5) * rng.uniform(0.45, 1.15)
        wide = tall * 0.36 / aspect
        points += fir(x + wide / 2, ground, wide, tall, rng)
        x += wide * rng.uniform(0.5, 1.0 + (0.8 if rng.random() < 0.15 else 0))
    return points


def fir(x: float, ground: float, wide: float, tall: float, rng: Random) -> Outline:
    """One tree as a saw-edged triangle, left foot to right foot."""
    tiers = 6
    left, right = [], []
    for i in range(tiers):
        half = wide / 2 * (1 - i / tiers) * rng.uniform(0.85, 1.15)
        y = ground - tall * i / tiers
        left += [(x - half, y), (x - half * 0.55, y - tall / tiers * 0.75)]
        right += [(x + half, y), (x + half * 0.55, y - tall / tiers * 0.75)]
    return [*left, (x, ground - tall), *reversed(right)]


def skyline(edge: Outline, rng: Random, swing: float, depth: float, aspect: float) -> Outline:
    points, x = [], 0.0
    while x < 1.0:
        wide = rng.uniform(0.03, 0.075) * (0.7 + 0.6 * depth) / max(0.6, aspect / 1.6)
        top = edge[0][1] - swing * rng.uniform(-0.9, 1.1) ** 3 - swing * 0.35
        points += [(x, top), (x + wide, top)]
        if rng.random() < 0.22:
            mast = x + wide * rng.uniform(0.3, 0.7)
            points[-1:-1] = [(mast, top), (mast + 0.001, top - swing * rng.uniform(0.2, 0.5)), (mast + 0.002, top)]
        x += wide
    return points


def windows(edge: Outline, rng: Random, depth: float, aspect: float) -> tuple[list[Outline], list[int]]:
    """Lit windows under a skyline: small panes in columns, with their brightness."""
    panes, shades = [], []
    high = 0.0065 + 0.007 * depth
    wide = high * 0.62 / aspect
    roofs = [(a, b) for a, b in pairwise(edge) if a[1] == b[1] and b[0] - a[0] > 3 * wide]
    for (left, top), (right, _) in roofs:
        lively = rng.uniform(0.12, 0.5)
        columns = int((right - left - wide) / (wide * 2))
        for row in range(int((1.05 - top) / (high * 2.1))):
            for column in range(columns):
                if rng.random() < lively:
                    x = left + wide + (right - left - columns * 2 * wide - wide) / 2 + column * 2 * wide
                    y = top + high * 1.6 + row * high * 2.1
                    panes.append([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)])
                    shades.append(rng.randint(60, 235))
    return panes, shades


def headland(rng: Random, depth: float, aspect: float) -> list[float]:
    """A cliff that comes in from one side and falls to the sea before the middle."""
    left = rng.random() < 0.5
    rough, foot = crumple(rng), rng.uniform(0.46, 0.56)

    def height(x: float) -> float:
        return 1.2 - 3.2 * ease((x - 0.2) / foot) if x < foot + 0.2 else -2.0

    return [height(x if left else 1 - x) + 0.1 * rough[round(x * STEPS)] for x in (i / STEPS for i in range(STEPS + 1))]


PROFILES: dict[str, Callable[[Random, float, float], list[float]]] = {
    "mountains": mountains,
    "hills": hills,
    "dunes": dunes,
    "forest": hills,
    "city": flat,
    "flat": flat,
    "islands": mountains,
    "headland": headland,
}
