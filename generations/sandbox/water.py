"""Open water: the sky mirrored and darkened, and a path of light that glitters under the sun or the moon."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw

from generations.sandbox.camera import View
from generations.sandbox.fields import Colour, Size, add, mix, ramp, smooth, smooth_mask, wisps
from generations.sandbox.looks import Light, rgb

Coat = Callable[[Image.Image, View, float], None]
HORIZON = 0.64
BEHIND = 2  # layers of land that lie behind the water


def sea(light: Light, spot: tuple[float, float], rng: Random, size: Size) -> Coat:
    width, height = size
    top = round(height * HORIZON)
    area = (width, height - top)
    surface = smooth(area, mirrored(light, spot), rng)
    path = smooth_mask(area, glitter_path(light, spot), rng)
    wide = (round(width * 1.3), area[1])
    crests, swell = streaks(wide, rng), wisps(wide, rng, wide=3).point(ONLY_HIGH)
    shine = Image.new("RGB", area, tuple(map(round, rgb(light.disc))))
    spare = wide[0] - width

    def coat(frame: Image.Image, view: View, t: float) -> None:
        sway = 0.45 * math.sin(math.tau * t)
        moved = [
            mask.resize(area, Image.Resampling.BILINEAR, box=(left, 0, left + width, area[1]))
            for mask, left in ((crests, spare * (0.5 + sway * 0.3)), (swell, spare * (0.5 - sway)))
        ]
        frame.paste(surface, (0, top))
        frame.paste(shine, (0, top), ImageChops.multiply(ImageChops.multiply(*moved), path))

    return coat


ONLY_HIGH = [min(255, max(0, (v - 96) * 5)) for v in range(256)]


def streaks(size: Size, rng: Random) -> Image.Image:
    """Crests of waves: thin and many at the horizon, long and few at our feet."""
    width, height = size
    scale = 3
    mask = Image.new("L", (width, height * scale), 0)
    draw = ImageDraw.Draw(mask)
    for _ in range(1500):
        near = rng.random() ** 1.7
        long = width * (0.006 + 0.05 * near) * rng.uniform(0.5, 1.4)
        thick = height * scale * (0.004 + 0.011 * near)
        x, y = rng.uniform(0, width), near * height * scale
        draw.ellipse((x - long / 2, y - thick / 2, x + long / 2, y + thick / 2), fill=rng.randint(90, 255))
    return mask.resize(size, Image.Resampling.BOX)


def mirrored(light: Light, spot: tuple[float, float]) -> Callable[[float, float], Colour]:
    stops = list(zip((0.0, 0.4, 0.75, 1.0), map(rgb, light.sky), strict=True))
    deep, glow = rgb(light.near), rgb(light.glow)

    def colour(u: float, v: float) -> Colour:
        base = mix(ramp(stops, 1 - v * 0.9), deep, 0.3 + 0.45 * v)
        return add(base, glow, 0.35 * light.sun * math.exp(-(((u - spot[0]) * 3.2) ** 2)) * (1 - v * 0.8))

    return colour


def glitter_path(light: Light, spot: tuple[float, float]) -> Callable[[float, float], float]:
    def value(u: float, v: float) -> float:
        wide = 0.05 + 0.16 * v
        return 0.2 * (1 - v) + 0.8 * math.exp(-(((u - spot[0]) / wide) ** 2)) * (1 - 0.55 * v)

    return value
