"""A scene without a horizon: warm lights out of focus, three depths of them sliding past each other."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generations.sandbox.camera import Camera
from generations.sandbox.fields import Size, add, smooth
from generations.sandbox.looks import rgb
from generations.sandbox.plinth import SCALE, whole
from generations.sandbox.weather import weather

Painter = Callable[[float], Image.Image]
GLOWS: tuple[tuple[str, ...], ...] = (
    ("1a0d12", "ffb35c", "ff7a4d", "ffd999"),
    ("0c1024", "ff8fc0", "7fb2ff", "ffe2a8"),
    ("1c120a", "ffe08a", "ffb86b", "ffd9c2"),
)


def bokeh(prompt: str, rng: Random, size: Size, camera: Camera, loop: bool) -> Painter:
    """Warm lights out of focus, three depths of them sliding past each other."""
    dark, *colours = (rgb(word) for word in rng.choice(GLOWS))
    back = smooth(
        size, lambda u, v: add(dark, colours[0], 0.38 * math.exp(-((u - 0.6) ** 2 + (v - 0.55) ** 2) * 4)), rng
    )
    width, height = size
    full = (round(width * 1.3), round(height * 1.2))
    depths = [(discs(full, rng, i), Image.new("RGB", size, whole(c)), 0.3 + 0.35 * i) for i, c in enumerate(colours)]
    phase = rng.random()
    motes = weather("dust", colours[2], rng, size, loop)

    def paint(t: float) -> Image.Image:
        view, frame = camera(t), back.copy()
        for i, (mask, colour, depth) in enumerate(depths):
            zoom = 1 + 0.1 * depth * view.zoom
            left = (full[0] - width / zoom) / 2 + view.x * depth * width * 0.12
            upper = (full[1] - height / zoom) / 2 + view.y * depth * height * 0.06
            box = (left, upper, left + width / zoom, upper + height / zoom)
            shine = 0.8 + 0.2 * math.sin(math.tau * (t * (1 + (i if loop else i * 0.4)) + phase + i / 3))
            moved = mask.resize(size, Image.Resampling.BILINEAR, box=box)
            frame.paste(colour, (0, 0), moved.point([round(v * shine) for v in range(256)]))
        motes(frame, view, t)
        return frame

    return paint


def discs(size: Size, rng: Random, depth: int) -> Image.Image:
    """Out-of-focus lamps: flat discs with a slightly brighter rim, where they overlap brighter still."""
    width, height = size
    mask = Image.new("L", size, 0)
    for _ in range((26, 17, 9)[depth]):
        radius = min(size) * (0.035, 0.06, 0.11)[depth] * rng.uniform(0.7, 1.3)
        side = math.ceil(radius * 2) + 8
        dot = Image.new("L", (side * SCALE, side * SCALE), 0)
        inset, shine = 4 * SCALE, rng.randint(48, 150)
        ends = (inset, inset, side * SCALE - inset, side * SCALE - inset)
        ImageDraw.Draw(dot).ellipse(
            ends, fill=round(shine * 0.8), outline=shine, width=max(2, round(radius * 0.12 * SCALE))
        )
        dot = dot.reduce(SCALE).filter(ImageFilter.GaussianBlur(max(0.5, radius * 0.045)))
        lamp = Image.new("L", size, 0)
        lamp.paste(dot, (round(rng.uniform(0, width) - side / 2), round(rng.gauss(0.5, 0.24) * height - side / 2)))
        mask = ImageChops.screen(mask, lamp)
    return mask
