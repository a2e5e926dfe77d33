"""Silhouettes that a prompt may name, as polygons in a unit square: x from the middle, y up from the ground."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image

from generations.sandbox.fields import Size, smooth_mask
from generations.sandbox.terrain import Outline


def circle(x: float, y: float, radius: float, squash: float = 1.0) -> Outline:
    turns = [math.tau * i / 28 for i in range(28)]
    return [(x + radius * math.cos(a), y + radius * squash * math.sin(a)) for a in turns]


def block(left: float, low: float, right: float, high: float) -> Outline:
    return [(left, low), (left, high), (right, high), (right, low)]


@dataclass(frozen=True)
class Figure:
    """`tall` is its height as a part of the frame's shorter side; `lamps` shine by night."""

    tall: float
    body: tuple[Outline, ...]
    lamps: tuple[Outline, ...] = ()
    lift: float = 0.0  # above the ground, in its own heights


FIGURES: dict[str, Figure] = {
    "lighthouse": Figure(
        0.34,
        (
            [(-0.16, -0.5), (-0.075, 0.78), (0.075, 0.78), (0.16, -0.5)],
            block(-0.125, 0.77, 0.125, 0.805),
            block(-0.06, 0.8, 0.06, 0.9),
            [(-0.085, 0.9), (-0.05, 0.955), (0, 1.0), (0.05, 0.955), (0.085, 0.9)],
            [(0.1, -0.6), (0.1, 0.16), (0.24, 0.26), (0.38, 0.16), (0.38, -0.6)],
        ),
        (block(-0.042, 0.815, 0.042, 0.89), block(-0.016, 0.5, 0.016, 0.55), block(0.2, 0.05, 0.26, 0.12)),
    ),
    "boat": Figure(
        0.2,
        (
            [(-0.3, 0.13), (0.36, 0.15), (0.25, -0.02), (-0.22, -0.02)],
            block(-0.008, 0.1, 0.012, 1.0),
            [(0.03, 0.19), (0.03, 0.96), (0.16, 0.55), (0.31, 0.2)],
            [(-0.025, 0.2), (-0.025, 0.86), (-0.14, 0.5), (-0.27, 0.2)],
        ),
    ),
    "balloon": Figure(
        0.26,
        (
            [(-0.1, 0.33), (-0.27, 0.56), (0.27, 0.56), (0.1, 0.33), (0.05, 0.27), (-0.05, 0.27)],
            circle(0, 0.68, 0.31),
            block(-0.055, 0.08, 0.055, 0.17),
            [(-0.052, 0.16), (-0.075, 0.34), (-0.068, 0.34), (-0.045, 0.16)],
            [(0.052, 0.16), (0.075, 0.34), (0.068, 0.34), (0.045, 0.16)],
        ),
        (block(-0.02, 0.24, 0.02, 0.29),),
        lift=1.15,
    ),
    "cabin": Figure(
        0.13,
        (
            block(-0.42, -0.2, 0.42, 0.45),
            [(-0.54, 0.42), (-0.3, 0.9), (0.3, 0.9), (0.54, 0.42)],
            block(0.2, 0.6, 0.3, 1.06),
        ),
        (block(-0.28, 0.12, -0.12, 0.32), block(0.12, 0.12, 0.28, 0.32)),
    ),
    "tree": Figure(
        0.3,
        (
            [(-0.06, -0.1), (-0.025, 0.4), (-0.16, 0.6), (0.16, 0.6), (0.025, 0.4), (0.07, -0.1)],
            circle(0, 0.76, 0.24, 0.9),
            circle(-0.22, 0.62, 0.19, 0.85),
            circle(0.22, 0.62, 0.2, 0.85),
            circle(-0.1, 0.58, 0.16),
            circle(0.1, 0.56, 0.16),
            circle(0.13, 0.82, 0.15),
            circle(-0.14, 0.82, 0.14),
        ),
    ),
}


def stand(shapes: tuple[Outline, ...], x: float, ground: float, tall: float, aspect: float) -> list[Outline]:
    """`shapes` moved to (x, ground) of a mask of that `aspect`, `tall` as a part of the mask's height."""
    return [[(x + px * tall / aspect, ground - py * tall) for px, py in shape] for shape in shapes]


def beam(size: Size, rng: Random) -> Callable[[Image.Image, tuple[float, float], float], None]:
    """The turning light of a lighthouse: paints its two rays from a point of the frame at the moment t."""
    width, height = round(max(size) * 0.8), round(min(size) * 0.36)

    def ray(u: float, v: float) -> float:
        slope = (v - 0.5) * height / max(2.0, u * width)
        return 0.5 * math.exp(-((slope / 0.085) ** 2)) * math.pow(1 - u, 1.6)

    right = smooth_mask((width, height), ray, rng, cells=160)
    rays = (right, right.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    glare = Image.new("RGB", (width, height), (255, 243, 214))
    phase = rng.uniform(0, math.tau)

    def paint(frame: Image.Image, lamp: tuple[float, float], t: float) -> None:
        turn = math.cos(math.tau * t + phase)
        for mask, shine, left in ((rays[0], turn, lamp[0]), (rays[1], -turn, lamp[0] - width)):
            if shine > 0.02:
                lit = mask.point([round(v * shine) for v in range(256)])
                frame.paste(glare, (round(left), round(lamp[1] - height / 2)), lit)

    return paint
