"""A scene from words alone: sky, sun or moon, layers of land that slide apart as the camera moves, air between them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image

from generations.sandbox import figures, sky, terrain, water
from generations.sandbox.bokeh import bokeh
from generations.sandbox.camera import Camera, View
from generations.sandbox.fields import Colour, Size, add, mix, smooth
from generations.sandbox.looks import INDOOR_WORDS, LIGHTS, Light, Look, found, look_for, rgb
from generations.sandbox.plinth import plinth
from generations.sandbox.weather import weather

Painter = Callable[[float], Image.Image]
Coat = Callable[[Image.Image, View, float], None]
Spot = tuple[float, float]
SIDE, ABOVE = 0.22, 0.1  # spare land beyond the frame, as a part of its width and height

# For each land its layers from far to near: (depth 0 far … 1 near, middle line, swing), parts of the frame's height.
LAYERS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "mountains": ((0.08, 0.55, 0.2), (0.22, 0.62, 0.15), (0.42, 0.7, 0.12), (0.68, 0.8, 0.09), (1.0, 0.93, 0.07)),
    "hills": ((0.08, 0.56, 0.07), (0.22, 0.62, 0.06), (0.42, 0.7, 0.06), (0.68, 0.79, 0.06), (1.0, 0.9, 0.06)),
    "dunes": ((0.08, 0.56, 0.06), (0.22, 0.61, 0.09), (0.42, 0.7, 0.1), (0.68, 0.8, 0.1), (1.0, 0.93, 0.1)),
    "forest": ((0.08, 0.56, 0.1), (0.22, 0.64, 0.07), (0.42, 0.73, 0.06), (0.68, 0.84, 0.05), (1.0, 0.99, 0.04)),
    "city": ((0.08, 0.62, 0.12), (0.22, 0.66, 0.16), (0.42, 0.74, 0.18), (0.68, 0.86, 0.16), (1.0, 1.0, 0.08)),
    "sea": ((0.06, 0.63, 0.07), (0.12, 0.64, 0.035), (0.6, 1.2, 0.0), (1.1, 0.9, 0.11)),
}
# Which layer carries a figure; elsewhere the last but one.
CARRIES = {("sea", "boat"): 2, ("sea", "lighthouse"): 3, ("sea", "cabin"): 3, ("sea", "tree"): 3}
SEA = ("islands", "islands", "flat", "headland")


@dataclass(frozen=True)
class Layer:
    """Land at one distance: a mask larger than the frame and the colours seen through it."""

    mask: Image.Image
    fill: Image.Image
    depth: float
    top: float  # highest line of the mask, in its pixels
    lowest: float  # part of the frame's height below which it covers everything
    lights: Image.Image | None = None
    lamp: tuple[float, float] | None = None  # of a lighthouse, in mask pixels


def scene(prompt: str, rng: Random, size: Size, camera: Camera, loop: bool) -> Painter:
    """A painter of the moment t in 0..1 for `prompt`; all chance comes from `rng`."""
    room = found(INDOOR_WORDS, prompt)
    if room:
        return {"plinth": plinth, "bokeh": bokeh}[room](prompt, rng, size, camera, loop)
    look = look_for(prompt, rng)
    light = LIGHTS[look.light]
    spot = (rng.uniform(0.26, 0.74), light.height + rng.uniform(-0.04, 0.04))
    coats = [sky.heavens(look, light, spot, rng, size, loop), *land(look, light, spot, rng, size)]
    coats.append(weather(look.weather, rgb(light.disc), rng, size, loop))

    def paint(t: float) -> Image.Image:
        view = camera(t)
        frame = Image.new("RGB", size)
        for coat in coats:
            coat(frame, view, t)
        return frame

    return paint


def land(look: Look, light: Light, spot: Spot, rng: Random, size: Size) -> list[Coat]:
    """The layers from far to near, with the sea between where there is one."""
    plan = LAYERS[look.land]
    bearer = CARRIES.get((look.land, look.figure), len(plan) - 2)
    kinds = SEA if look.land == "sea" else (look.land,) * len(plan)
    layers = [
        layer(kind, look.figure if i == bearer else "", light, spot, rng, size, place)
        for i, (kind, place) in enumerate(zip(kinds, plan, strict=True))
    ]
    shine = lamplight(light, size, rng)
    covers = [covered_from(one) for one in layers[1:]] + [1.0]
    if look.land == "sea":
        covers[water.BEHIND - 1] = water.HORIZON
    coats = [slide(one, size, shine, cover, rng) for one, cover in zip(layers, covers, strict=True)]
    if look.land == "sea":
        coats.insert(water.BEHIND, water.sea(light, spot, rng, size))
    return coats


def layer(
    kind: str, figure: str, light: Light, spot: Spot, rng: Random, size: Size, place: tuple[float, float, float]
) -> Layer:
    depth, base, swing = place
    full = (round(size[0] * (1 + 2 * SIDE)), round(size[1] * (1 + 2 * ABOVE)))
    aspect = full[0] / full[1]
    edge = terrain.outline(kind, rng, (base + ABOVE) / (1 + 2 * ABOVE), swing, depth, aspect)
    shapes, lit, shades = [[*edge, (1.0, 1.0), (0.0, 1.0)]], *lights_of(kind, light, edge, rng, depth, aspect)
    lamp = None
    if figure:
        body, lamps, lamp = erect(figure, kind, edge, spot, rng, full, min(size))
        shapes += body
        lit, shades = (lit + lamps, shades + [255] * len(lamps)) if light.lamps else (lit, shades)
    top = min(y for shape in shapes for _, y in shape)
    return Layer(
        terrain.mask_of(full, shapes),
        coat_of(kind, light, spot, rng, size, depth, min(y for _, y in edge) * full[1] / size[1] - ABOVE),
        depth,
        top * full[1],
        max(y for _, y in edge) * full[1] / size[1] - ABOVE,
        terrain.mask_of(full, lit, shades) if lit else None,
        (lamp[0] * full[0], lamp[1] * full[1]) if lamp and light.lamps and figure == "lighthouse" else None,
    )


def lights_of(
    kind: str, light: Light, edge: terrain.Outline, rng: Random, depth: float, aspect: float
) -> tuple[list[terrain.Outline], list[int]]:
    return terrain.windows(edge, rng, depth, aspect) if kind == "city" and light.lamps else ([], [])


def erect(
    figure: str, kind: str, edge: terrain.Outline, spot: Spot, rng: Random, full: Size, shorter: int
) -> tuple[list[terrain.Outline], list[terrain.Outline], tuple[float, float]]:
    """Body, lamps and the lamp's middle of a figure that stands on `edge`, away from the sun."""
    shape = figures.FIGURES[figure]
    aspect, tall = full[0] / full[1], shape.tall * shorter / full[1]
    inner = (spot[0] + (0.24 if spot[0] < 0.5 else -0.24) + rng.uniform(-0.04, 0.04) + SIDE) / (1 + 2 * SIDE)
    if kind == "headland":  # the cliff decides
        inner = 0.29 if terrain.ground_at(edge, 0.2) < terrain.ground_at(edge, 0.8) else 0.71
    ground = (water.HORIZON + 0.03 + ABOVE) / (1 + 2 * ABOVE) if kind == "flat" else terrain.ground_at(edge, inner)
    ground -= shape.lift * tall
    lamp = (inner, ground - 0.85 * tall)
    body, lamps = (figures.stand(part, inner, ground, tall, aspect) for part in (shape.body, shape.lamps))
    return body, lamps, lamp


def coat_of(kind: str, light: Light, spot: Spot, rng: Random, size: Size, depth: float, top: float) -> Image.Image:
    """Colours of a layer: its own at the edge, mist gathering below it, the sun warming what is near it."""
    far, near, mist, glow = rgb(light.far), rgb(light.near), rgb(light.mist), rgb(light.glow)
    body = mix(far, near, min(1.0, depth) ** 0.62)
    haze = 0.62 * (1 - min(1.0, depth)) ** 1.3
    snow = rgb(light.snow) if light.snow and kind == "mountains" and depth < 0.3 else None
    aspect = size[0] / size[1]

    def colour(u: float, v: float) -> Colour:
        below = max(0.0, v - top)
        base = mix(body, snow, 0.85 * math.exp(-((below / 0.07) ** 2))) if snow else body
        misty = mix(base, mist, min(haze, below * 3.2 * haze + 0.02))
        near_sun = math.exp(-(((u - spot[0]) * aspect) ** 2 + (v - spot[1]) ** 2) * 5.0)
        lit = add(misty, glow, light.sun * 0.55 * near_sun * (1 - 0.75 * min(1.0, depth)))
        return mix(lit, near, min(0.5, below * 0.9) * min(1.0, depth))

    return smooth(size, colour, rng)


def lamplight(light: Light, size: Size, rng: Random) -> Image.Image:
    """What shines through windows: the lamps' two colours, changing from house to house."""
    first, second = (rgb(word) for word in light.lamps or ("000000", "000000"))
    return smooth(size, lambda u, v: mix(first, second, 0.5 + 0.5 * math.sin(u * 61 + 3 * math.sin(v * 23))), rng)


GROWTH, RISE, PIVOT = 0.16, 0.05, 0.6  # of the nearest layer: how it grows, how it rises, about which height


def covered_from(one: Layer) -> float:
    """The part of the frame's height below which a layer hides what is behind it, wherever the camera goes."""
    zooms = (1.0, 1.0 + GROWTH * one.depth)
    return min(1.0, max((one.lowest + RISE * one.depth) * zoom - (zoom - 1) * PIVOT for zoom in zooms) + 0.01)


def slide(one: Layer, size: Size, lamplight: Image.Image, cover: float, rng: Random) -> Coat:
    """Paint a layer where the view has moved it: nearer ones move and grow more. Sub-pixel, so nothing trembles.

    Below `cover`, a part of the frame's height, a nearer layer will be: nothing needs painting there.
    """
    width, height = size
    last = min(height, math.ceil(cover * height))
    full_width = one.mask.width
    beam = figures.beam(size, rng) if one.lamp else None

    def coat(frame: Image.Image, view: View, t: float) -> None:
        zoom = 1 + GROWTH * one.depth * view.zoom
        left = (full_width - width / zoom) / 2 + view.x * one.depth * width * 0.13
        left = min(max(0.0, left), full_width - width / zoom)
        upper = ABOVE * height + (height - height / zoom) * PIVOT + view.y * one.depth * height * RISE
        first = min(last - 1, max(0, math.floor((one.top - upper) * zoom) - 1))
        box = (left, upper + first / zoom, left + width / zoom, upper + last / zoom)
        span = (width, last - first)
        mask = one.mask.resize(span, Image.Resampling.BILINEAR, box=box)
        frame.paste(one.fill.crop((0, first, width, last)), (0, first), mask)
        if one.lights:
            frame.paste(
                lamplight.crop((0, 0, *span)), (0, first), one.lights.resize(span, Image.Resampling.BILINEAR, box=box)
            )
        if beam and one.lamp:
            beam(frame, ((one.lamp[0] - left) * zoom, (one.lamp[1] - upper) * zoom), t)

    return coat
