"""The sky: a dithered gradient, the disc and its glow, stars, the northern light, clouds that drift."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generations.sandbox.camera import View
from generations.sandbox.fields import Colour, Size, add, ease, mix, ramp, smooth, smooth_mask, wisps
from generations.sandbox.looks import Light, Look, rgb

Coat = Callable[[Image.Image, View, float], None]
Spot = tuple[float, float]


def heavens(look: Look, light: Light, spot: Spot, rng: Random, size: Size, loop: bool) -> Coat:
    """Everything behind the land, as one coat of paint."""
    still = disc(gradient(light, spot, rng, size), look, light, spot)
    moving: list[Coat] = []
    if light.stars:
        moving.append(stars(light.stars, rng, size, loop))
    if look.light == "aurora":
        moving.append(curtain(rng, size, loop))
    if look.light not in ("aurora",):
        moving.append(clouds(light, rng, size, loop))

    def coat(frame: Image.Image, view: View, t: float) -> None:
        frame.paste(still)
        for one in moving:
            one(frame, view, t)

    return coat


def gradient(light: Light, spot: Spot, rng: Random, size: Size) -> Image.Image:
    glow, aspect = rgb(light.glow), size[0] / size[1]
    stops = list(zip((0.0, 0.26, 0.5, 0.68), map(rgb, light.sky), strict=True))

    def colour(u: float, v: float) -> Colour:
        away = math.hypot((u - spot[0]) * min(aspect, 1.3), v - spot[1])
        halo = 0.75 * math.exp(-away * 5.2) + 0.35 * math.exp(-((away * 1.7) ** 2))
        return add(ramp(stops, v), glow, light.sun * halo)

    return smooth(size, colour, rng)


def disc(picture: Image.Image, look: Look, light: Light, spot: Spot) -> Image.Image:
    """Sun or moon: a bright soft-edged disc; the storm and the northern light have none."""
    if look.light in ("storm", "aurora"):
        return picture
    width, height = picture.size
    radius = min(width, height) * (0.052 if light.stars else 0.06)
    middle = (spot[0] * width, spot[1] * height)
    scale, pad = 6, 3
    side = math.ceil(radius * 2 + pad * 2)
    mask = Image.new("L", (side * scale, side * scale), 0)
    ImageDraw.Draw(mask).ellipse((pad * scale, pad * scale, (side - pad) * scale, (side - pad) * scale), fill=255)
    mask = mask.resize((side, side), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(max(0.4, radius / 40)))
    picture.paste(
        Image.new("RGB", (side, side), tuple(map(round, rgb(light.disc)))),
        (round(middle[0] - side / 2), round(middle[1] - side / 2)),
        mask,
    )
    return picture


def stars(strength: float, rng: Random, size: Size, loop: bool) -> Coat:
    """Three fields of stars that brighten and dim in turn."""
    width, height = size
    fields = [Image.new("L", (width, round(height * 0.7)), 0) for _ in range(3)]
    for i in range(round(width * height / 1500 * strength)):
        star(fields[i % 3], rng)
    speed = [1, 2, 3] if loop else [rng.uniform(0.8, 2.2) for _ in fields]
    white = Image.new("RGB", fields[0].size, (236, 241, 255))

    def coat(frame: Image.Image, view: View, t: float) -> None:
        for i, field in enumerate(fields):
            shine = 0.66 + 0.34 * math.sin(math.tau * (t * speed[i] + i / 3))
            frame.paste(white, (0, 0), field.point([round(v * shine) for v in range(256)]))

    return coat


def star(field: Image.Image, rng: Random) -> None:
    width, height = field.size
    x, y, bright = rng.random() * width, rng.random() ** 1.5 * height, rng.random() ** 2.2
    fade = 1 - (y / height) ** 2
    draw = ImageDraw.Draw(field)
    if bright > 0.55 and width > 200:
        draw.ellipse((x - 0.8, y - 0.8, x + 0.8, y + 0.8), fill=round((120 + 135 * bright) * fade))
    else:
        draw.point((x, y), fill=round((50 + 150 * bright) * fade))


def clouds(light: Light, rng: Random, size: Size, loop: bool) -> Coat:
    """Long thin clouds lit from the horizon, drifting slowly."""
    width, height = size
    band = (round(width * 1.3), round(height * 0.62))
    cut = rng.randint(112, 130)
    # Thin at the zenith, thick towards the horizon, gone at the edge of the band.
    shape = smooth_mask(band, lambda u, v: light.cloud * math.sin(math.pi * v**1.4) ** 0.8, rng)
    mask = wisps(band, rng, wide=3.6).point([round(255 * ease((v - cut) / 78)) for v in range(256)])
    mask = ImageChops.multiply(mask, shape)
    tint = mix(rgb(light.sky[3]), rgb(light.disc), 0.35)
    colour = Image.new("RGB", (width, band[1]), tuple(map(round, tint)))
    spare, direction = band[0] - width, rng.choice((-1, 1))

    def coat(frame: Image.Image, view: View, t: float) -> None:
        drift = 0.5 + direction * (0.3 * math.sin(math.tau * t) if loop else 0.36 * (t - 0.5)) + 0.1 * view.x
        left = spare * min(1.0, max(0.0, drift))
        moved = mask.resize((width, band[1]), Image.Resampling.BILINEAR, box=(left, 0, left + width, band[1]))
        frame.paste(colour, (0, 0), moved)

    return coat


def curtain(rng: Random, size: Size, loop: bool) -> Coat:
    """The northern light: two veils that breathe and wander against each other."""
    width, height = size
    wide = round(width * 1.4)
    high = round(height * 0.62)
    veils = [veil((wide, high), rng) for _ in range(2)]
    colours = [Image.new("RGB", (width, high), c) for c in ((84, 255, 178), (150, 108, 255))]

    def coat(frame: Image.Image, view: View, t: float) -> None:
        for i, (mask, colour) in enumerate(zip(veils, colours, strict=True)):
            sway = math.sin(math.tau * (t if loop else t * 0.6) + i * 2.1)
            left = (wide - width) * (0.5 + 0.4 * sway * (1 - 2 * i))
            moved = mask.resize((width, high), Image.Resampling.BILINEAR, box=(left, 0, left + width, high))
            shine = 0.72 + 0.28 * math.sin(math.tau * (t if loop else t * 0.8) + i * 1.7)
            frame.paste(colour, (0, 0), moved.point([round(v * shine) for v in range(256)]))

    return coat


def veil(size: Size, rng: Random) -> Image.Image:
    phases = [rng.uniform(0, math.tau) for _ in range(4)]
    base = rng.uniform(0.5, 0.66)

    def value(u: float, v: float) -> float:
        foot = base + 0.13 * math.sin(5.1 * u + phases[0]) + 0.06 * math.sin(11.3 * u + phases[1])
        if v > foot:
            return 0.72 * math.exp(-(((v - foot) * 26) ** 2))
        rays = 0.62 + 0.24 * math.sin(43 * u + phases[2]) + 0.14 * math.sin(97 * u + phases[3])
        return 0.72 * math.exp(-((foot - v) / 0.22)) * (rays if v < foot - 0.02 else 0.5 + rays / 2)

    return smooth_mask(size, value, rng, cells=300).filter(ImageFilter.GaussianBlur(size[1] / 90))
