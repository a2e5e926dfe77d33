"""Smooth pictures: a formula sampled on a coarse grid, enlarged in floating point, dithered down to eight bits.

Eight-bit gradients show bands as soon as a video encoder touches them; dither hides the steps.
"""

from collections.abc import Callable
from itertools import pairwise
from random import Random

from PIL import Image, ImageMath

Size = tuple[int, int]
Colour = tuple[float, float, float]


def smooth(size: Size, colour: Callable[[float, float], Colour], rng: Random, cells: int = 72) -> Image.Image:
    """An RGB picture of `colour(u, v)` (u to the right, v down, 0..1; channels 0..255)."""
    samples = [colour(u, v) for u, v in grid(size, cells)]
    return Image.merge("RGB", [plane(size, cells, [s[i] for s in samples], rng) for i in range(3)])


def smooth_mask(size: Size, value: Callable[[float, float], float], rng: Random, cells: int = 72) -> Image.Image:
    """An L picture of `value(u, v)` in 0..1."""
    return plane(size, cells, [255 * value(u, v) for u, v in grid(size, cells)], rng)


def grid(size: Size, cells: int) -> list[tuple[float, float]]:
    columns, rows = shape(size, cells)
    return [((x + 0.5) / columns, (y + 0.5) / rows) for y in range(rows) for x in range(columns)]


def shape(size: Size, cells: int) -> Size:
    longest = max(size)
    cells = min(cells, longest // 2)  # a tiny picture needs few
    return max(4, cells * size[0] // longest), max(4, cells * size[1] // longest)


def plane(size: Size, cells: int, values: list[float], rng: Random) -> Image.Image:
    coarse = Image.new("F", shape(size, cells))
    coarse.putdata(values)
    # Bytes from our own generator: Pillow's effect_noise draws from a global one and would differ from run to run.
    grain = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    dithered: Image.Image = ImageMath.lambda_eval(
        lambda image: image["convert"](image["fine"] + image["grain"] / 256.0, "L"),
        fine=coarse.resize(size, Image.Resampling.BICUBIC),
        grain=grain,
    )
    return dithered


def wisps(size: Size, rng: Random, wide: float, octaves: int = 6) -> Image.Image:
    """Drifting fog or cloud: layered noise, `wide` times longer than high, as an L picture around 128."""
    result = Image.new("L", size, 128)
    for octave in reversed(range(octaves)):
        rows = 3 * 2**octave
        columns = max(2, round(rows * size[0] / size[1] / wide))
        noise = Image.frombytes("L", (columns + 2, rows + 2), rng.randbytes((columns + 2) * (rows + 2)))
        layer = noise.resize(size, Image.Resampling.BICUBIC, box=(1, 1, columns + 1, rows + 1))
        result = Image.blend(result, layer, 0.5)
    return result


def mix(a: Colour, b: Colour, amount: float) -> Colour:
    return (a[0] + (b[0] - a[0]) * amount, a[1] + (b[1] - a[1]) * amount, a[2] + (b[2] - a[2]) * amount)


def add(a: Colour, b: Colour, amount: float) -> Colour:
    """Light `b` falling on `a`: never darker, never beyond white."""
    return (
        a[0] + (255 - a[0]) * amount * b[0] / 255,
        a[1] + (255 - a[1]) * amount * b[1] / 255,
        a[2] + (255 - a[2]) * amount * b[2] / 255,
    )


def ramp(stops: list[tuple[float, Colour]], at: float) -> Colour:
    """The colour at `at` between the two nearest stops, eased so that no crease shows."""
    for (low, first), (high, second) in pairwise(stops):
        if at <= high:
            return mix(first, second, ease(max(0.0, (at - low) / (high - low))))
    return stops[-1][1]


def ease(t: float) -> float:
    """Smoothstep: starts and ends at rest."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)
