"""What floats in the air: dust, pollen, fireflies, snow, petals, rain. Small soft sprites at sub-pixel places."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

from generations.sandbox.camera import View
from generations.sandbox.fields import Colour, Size

Coat = Callable[[Image.Image, View, float], None]
PHASES = 4  # sprites are kept at quarters of a pixel


@dataclass(frozen=True)
class Kind:
    """How many, how large (a part of the frame's shorter side), how bright, how far they travel in one clip."""

    count: int
    radius: tuple[float, float]
    shine: float
    fall: float
    drift: float
    sway: float
    colour: Colour | None = None


KINDS: dict[str, Kind] = {
    "dust": Kind(26, (0.0022, 0.0055), 0.42, -0.10, 0.10, 0.02),
    "pollen": Kind(34, (0.0025, 0.007), 0.6, -0.14, 0.16, 0.03),
    "fireflies": Kind(26, (0.003, 0.007), 0.95, -0.08, 0.06, 0.05, (255, 226, 150)),
    "snow": Kind(90, (0.0025, 0.0075), 0.85, 0.75, 0.12, 0.03, (255, 255, 255)),
    "petals": Kind(36, (0.004, 0.009), 0.85, 0.5, 0.22, 0.05, (255, 190, 208)),
}


def weather(name: str, colour: Colour, rng: Random, size: Size, loop: bool) -> Coat:
    """A coat of `name` (a key of KINDS, "rain" or "" for clear air)."""
    if name == "rain":
        return rain(rng, size, loop)
    kind = KINDS.get(name)
    if kind is None:
        return lambda frame, view, t: None
    return motes(kind, kind.colour or colour, rng, size, loop)


def motes(kind: Kind, colour: Colour, rng: Random, size: Size, loop: bool) -> Coat:
    width, height = size
    shorter = min(size)
    parts = [Mote.any(kind, rng, loop) for _ in range(kind.count)]
    sizes = [max(0.7, shorter * (kind.radius[0] + (kind.radius[1] - kind.radius[0]) * i / 2)) for i in range(3)]
    sprites = [[[soft_dot(r, x / PHASES, y / PHASES) for x in range(PHASES)] for y in range(PHASES)] for r in sizes]
    paints = [Image.new("RGB", row[0][0].size, tuple(map(round, colour))) for row in sprites]

    def coat(frame: Image.Image, view: View, t: float) -> None:
        for part in parts:
            x = (part.x + part.drift * t + kind.sway * math.sin(math.tau * (t * part.beat + part.phase))) % 1.1 - 0.05
            y = (part.y + part.fall * t) % 1.1 - 0.05
            shine = kind.shine * part.near * (0.55 + 0.45 * math.sin(math.tau * (t * part.beat + part.phase * 3)))
            left, upper = (x + 0.03 * view.x * part.near) * width, y * height
            sprite = sprites[part.size][int(upper % 1 * PHASES)][int(left % 1 * PHASES)]
            half = sprite.width // 2
            mask = sprite.point([round(v * shine) for v in range(256)])
            frame.paste(paints[part.size], (math.floor(left) - half, math.floor(upper) - half), mask)

    return coat


@dataclass(frozen=True)
class Mote:
    x: float
    y: float
    near: float
    size: int
    fall: float
    drift: float
    beat: float
    phase: float

    @classmethod
    def any(cls, kind: Kind, rng: Random, loop: bool) -> "Mote":
        near = rng.uniform(0.35, 1.0)
        fall, drift, beat = kind.fall * near, kind.drift * near * rng.choice((-1, 1, 1)), rng.uniform(0.8, 2.2)
        if loop:  # whole turns of the 1.1 high world, whole beats
            fall, drift, beat = 1.1 * round(fall / 1.1 + (0.5 if abs(kind.fall) > 0.4 else 0)), 0.0, round(beat)
        return cls(rng.random() * 1.1, rng.random() * 1.1, near, min(2, int(near * 3)), fall, drift, beat, rng.random())


def soft_dot(radius: float, right: float, down: float) -> Image.Image:
    """A round glow whose middle lies (right, down) of a pixel beyond the middle of the sprite."""
    half = math.ceil(radius * 2.2) + 1
    side = half * 2 + 1
    dot = Image.new("L", (side, side))
    dot.putdata(
        [
            round(255 * math.exp(-(((x - half - right) ** 2 + (y - half - down) ** 2) / (radius * radius))))
            for y in range(side)
            for x in range(side)
        ]
    )
    return dot


def rain(rng: Random, size: Size, loop: bool) -> Coat:
    width, height = size
    drops = [(rng.random(), rng.random(), rng.uniform(0.4, 1.0)) for _ in range(120)]

    def coat(frame: Image.Image, view: View, t: float) -> None:
        veil = Image.new("L", size, 0)
        draw = ImageDraw.Draw(veil)
        for x, y, near in drops:
            turns = round(6 + 5 * near)
            fallen = (y + turns * t) % 1.0
            top, left = fallen * 1.2 - 0.1, (x + 0.06 * fallen) % 1.0
            long = 0.035 + 0.05 * near
            line = (left * width, top * height, (left - 0.16 * long) * width, (top - long) * height)
            draw.line(line, fill=round(14 + 36 * near), width=1)
        frame.paste((222, 232, 238), (0, 0, width, height), veil)

    return coat
