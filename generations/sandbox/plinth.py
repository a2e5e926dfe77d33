"""A scene without a horizon: an object on a plinth in drifting window light."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generations.sandbox.camera import Camera
from generations.sandbox.fields import Colour, Size, add, mix, smooth, smooth_mask
from generations.sandbox.looks import rgb
from generations.sandbox.weather import weather

Painter = Callable[[float], Image.Image]
SCALE = 3

# Wall, floor, plinth, object, light.
ROOMS: tuple[tuple[str, str, str, str, str], ...] = (
    ("e8cfc0", "d9b7a6", "f3e3d8", "c9694f", "fff1dd"),
    ("cfd8d2", "b4c2ba", "eef2ec", "4f7f6d", "fffbe9"),
    ("c4d3e6", "a3b7d1", "eaf0f8", "3f66b0", "ffffff"),
    ("2b2f3a", "20232c", "474d5c", "d8a65a", "ffd9a0"),
    ("e9dcc3", "d6c3a0", "f8f0df", "b98a3a", "fff4d6"),
)


def plinth(prompt: str, rng: Random, size: Size, camera: Camera, loop: bool) -> Painter:
    """A still life: the camera breathes, the light of a window wanders over wall and object."""
    wall, floor, stone, thing, light = (rgb(word) for word in rng.choice(ROOMS))
    back = backdrop(size, wall, floor, light, rng)
    object_mask, object_fill = still_life(size, stone, thing, light, any(w in prompt.lower() for w in BOTTLES), rng)
    window, glare = panes((round(size[0] * 1.7), size[1]), rng), Image.new("RGB", size, whole(light))
    dust = weather("dust", light, rng, size, loop)
    width, height = size

    def paint(t: float) -> Image.Image:
        view = camera(t)
        swing = 0.5 - 0.5 * math.cos(math.tau * t) if loop else t
        left = (window.width - width) * (0.15 + 0.7 * swing)
        sun = window.resize(size, Image.Resampling.BILINEAR, box=(left, 0, left + width, height))
        frame = back.copy()
        frame.paste(glare, (0, 0), sun)
        zoom = 1 + 0.1 * view.zoom
        wide, high = object_mask.width / 1.16 / zoom, object_mask.height / 1.16 / zoom
        upper = (object_mask.height - high) * 0.86
        side = (object_mask.width - wide) * (0.5 + 0.18 * view.x)
        box = (side, upper, side + wide, upper + high)
        body = object_fill.resize(size, Image.Resampling.BILINEAR, box=box)
        body.paste(glare, (0, 0), sun.point([round(v * 0.5) for v in range(256)]))
        frame.paste(body, (0, 0), object_mask.resize(size, Image.Resampling.BILINEAR, box=box))
        dust(frame, view, t)
        return frame

    return paint


BOTTLES = ("bottle", "perfume", "cosmetic", "serum", "香水", "瓶")


def whole(colour: Colour) -> tuple[int, int, int]:
    return round(colour[0]), round(colour[1]), round(colour[2])


def backdrop(size: Size, wall: Colour, floor: Colour, light: Colour, rng: Random) -> Image.Image:
    def colour(u: float, v: float) -> Colour:
        pool = math.exp(-((u - 0.36) ** 2 + (v - 0.3) ** 2) * 4)
        base = mix(wall, floor, 1 / (1 + math.exp(-(v - 0.74) * 38)))
        shadow = 0.42 * math.exp(-(((u - 0.56) / 0.26) ** 2) - ((v - 0.9) / 0.075) ** 2)
        return mix(add(base, light, 0.42 * pool), (0, 0, 0), 0.05 + shadow * 0.6 + 0.12 * (abs(u - 0.5) * 2) ** 2)

    return smooth(size, colour, rng, cells=110)


def still_life(
    size: Size, stone: Colour, thing: Colour, light: Colour, bottle: bool, rng: Random
) -> tuple[Image.Image, Image.Image]:
    """Mask and colours of a round plinth with a sphere or a bottle, 1.16 times as large as the frame."""
    full = (round(size[0] * 1.16), round(size[1] * 1.16))
    unit, aspect = min(full) / full[1], full[0] / full[1]
    half, top, flat = 0.27 * unit / aspect, 0.66, 0.05 * unit
    radius, tall = 0.17 * unit, 0.46 * unit
    middle = top - radius + flat * 0.3

    def side(u: float, v: float) -> Colour:
        around = (u - 0.5) / half
        return mix(
            add(stone, light, 0.3 * max(0.0, -around)), (0, 0, 0), 0.06 + 0.4 * max(0.0, around * 0.8 + 0.2) ** 1.5
        )

    def upper_side(u: float, v: float) -> Colour:
        near = math.exp(-(((u - 0.5) * aspect / radius) ** 2) * 1.4 - ((v - top) / flat) ** 2)
        return mix(add(stone, light, 0.35), mix(stone, (0, 0, 0), 0.55), 0.6 * near)

    def surface(u: float, v: float) -> Colour:
        return sheen(thing, light, (u - 0.5) * aspect / radius, (v - middle) / radius, bottle)

    stem = rounded(full, 0.5 - half, top, 0.5 + half, 1.1, 0)
    lid, body = ellipse(full, 0.5, top, half, flat), ellipse(full, 0.5, middle, radius / aspect, radius)
    if bottle:
        wide = 0.1 * unit / aspect
        neck = rounded(full, 0.5 - wide * 0.42, top - tall, 0.5 + wide * 0.42, top, 0.004 * unit)
        body = ImageChops.lighter(
            neck, rounded(full, 0.5 - wide, top - tall * 0.78, 0.5 + wide, top + flat * 0.35, 0.035 * unit)
        )
    cells = min(200, full[0])
    fill = smooth(full, side, rng, cells)
    fill.paste(smooth(full, upper_side, rng, cells), (0, 0), lid)
    fill.paste(smooth(full, surface, rng, cells), (0, 0), body)
    return ImageChops.lighter(ImageChops.lighter(stem, lid), body), fill


def ellipse(size: Size, u: float, v: float, a: float, b: float) -> Image.Image:
    mask = Image.new("L", (size[0] * SCALE, size[1] * SCALE), 0)
    wide, high = mask.size
    ImageDraw.Draw(mask).ellipse(((u - a) * wide, (v - b) * high, (u + a) * wide, (v + b) * high), fill=255)
    return mask.reduce(SCALE)


def rounded(size: Size, left: float, upper: float, right: float, lower: float, corner: float) -> Image.Image:
    mask = Image.new("L", (size[0] * SCALE, size[1] * SCALE), 0)
    wide, high = mask.size
    box = (left * wide, upper * high, right * wide, lower * high)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius=corner * high, fill=255)
    return mask.reduce(SCALE)


def sheen(thing: Colour, light: Colour, x: float, y: float, bottle: bool) -> Colour:
    """A round surface lit from the upper left: x, y in radii from its middle."""
    if bottle:
        edge = math.exp(-(((x + 0.3) / 0.09) ** 2)) + 0.35 * math.exp(-(((x - 0.42) / 0.07) ** 2))
        return add(mix(thing, (0, 0, 0), min(0.5, 0.12 + 0.5 * max(0.0, x + 0.1))), light, 0.6 * edge)
    facing = max(0.0, (-0.5 * x - 0.62 * y + 0.6 * math.sqrt(max(0.0, 1 - x * x - y * y))))
    gleam = math.exp(-((x + 0.38) ** 2 + (y + 0.46) ** 2) * 26)
    bounce = 0.18 * max(0.0, y) * max(0.0, 1 - x * x)
    return add(
        mix(mix(thing, (0, 0, 0), 0.55), add(thing, light, 0.25), facing), light, min(0.9, gleam * 0.85 + bounce)
    )


def panes(size: Size, rng: Random) -> Image.Image:
    """The light of a tall window thrown across a wall: slanted bars with soft edges."""
    width, height = size
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    bar, slant, x = height * 0.34, height * 0.42, -height * 0.4
    while x < width:
        draw.polygon([(x + slant, 0), (x + slant + bar, 0), (x + bar, height), (x, height)], fill=120)
        x += bar * (1.18 if rng.random() < 0.6 else 2.3)
    rail = height * 0.36
    draw.rectangle((0, rail, width, rail + height * 0.035), fill=0)
    soft = mask.filter(ImageFilter.GaussianBlur(height / 45))
    return ImageChops.multiply(
        soft, smooth_mask(size, lambda u, v: 0.25 + 0.75 * math.exp(-((v - 0.25) ** 2) * 3), rng)
    )
