"""Clips from pictures that were sent: a camera over one, a way from a first to a last, a walk through references."""

import math
from random import Random

from PIL import Image, ImageOps

from generations.sandbox.camera import Camera, View, camera, move_for
from generations.sandbox.caption import label, stick, unit_for
from generations.sandbox.fields import Size, ease, smooth_mask
from generations.sandbox.job import Picture
from generations.sandbox.scenes import Coat, Painter, scene
from generations.sandbox.weather import weather

SPARE = 1.2  # pictures are kept this much larger than the frame, for the closest view
PLACEHOLDER: Size = (16, 9)  # the shape of a picture that was never fetched


def film(pictures: tuple[Picture, ...], prompt: str, rng: Random, size: Size, fixed: bool, loop: bool) -> Painter:
    """A painter for pictures in their roles: one first frame, a first and a last, or any number of references."""
    move = move_for(prompt, rng)
    stills = [cover(load(picture, size), size) for picture in pictures]
    roles = [picture.role for picture in pictures]
    air = [leak(rng, size), weather("dust", (255, 246, 230), rng, size, loop)]
    if roles == ["first_frame", "last_frame"]:
        return passage(stills[0], stills[1], move, size, fixed, air)
    moves = [move] if len(stills) == 1 else [rng.choice(("in", "out", "left", "right")) for _ in stills]
    cameras = [camera(m, fixed, loop and len(stills) == 1) for m in moves]
    return walk(stills, cameras, size, loop, air)


def walk(stills: list[Image.Image], cameras: list[Camera], size: Size, loop: bool, air: list[Coat]) -> Painter:
    """One picture after the other, each melting into the next; when looping, the last into the first."""
    count = len(stills)
    turns = count if loop and count > 1 else max(1, count - 1)
    numbers = [label(str(i + 1), size, unit_for(size), left=True) for i in range(count)]

    def paint(t: float) -> Image.Image:
        if count == 1:
            return breathe(framed(stills[0], size, cameras[0](t)), air, t)
        here = min(t * turns, turns - 1e-9) if not loop else t * turns % turns
        now = int(here)
        blend = ease((here - now - 0.3) / 0.4)  # at rest for the first and last 0.3 of its share
        views = [cameras[i % count](min(1.0, (here - i + 0.7) / 1.4)) for i in (now, now + 1)]
        frame = framed(stills[now], size, views[0]) if blend < 1 else framed(stills[(now + 1) % count], size, views[1])
        if 0 < blend < 1:
            frame = Image.blend(frame, framed(stills[(now + 1) % count], size, views[1]), blend)
        return stick(breathe(frame, air, t), [numbers[(now + round(blend)) % count]])

    return paint


def passage(first: Image.Image, last: Image.Image, move: str, size: Size, fixed: bool, air: list[Coat]) -> Painter:
    """Begins on exactly the first picture, ends on exactly the last, travels and melts between."""
    side = {"left": 0.8, "right": -0.8}.get(move, 0.25)

    def paint(t: float) -> Image.Image:
        blend = ease((t - 0.28) / 0.44)
        away, home = (0.0, 0.0) if fixed else (ease(t / 0.75), ease((1 - t) / 0.75))
        frame = framed(first, size, View(-side * away, 0, away)) if blend < 1 else None
        if blend > 0:
            target = framed(last, size, View(side * home, 0, home))
            frame = Image.blend(frame, target, blend) if frame else target
        assert frame is not None
        return breathe(frame, air, t)

    return paint


def breathe(frame: Image.Image, air: list[Coat], t: float) -> Image.Image:
    for coat in air:
        coat(frame, View(), t)
    return frame


def framed(still: Image.Image, size: Size, view: View) -> Image.Image:
    """What the camera sees of a still that has the frame's proportions: all of it at zoom 0."""
    zoom = 1 + 0.14 * view.zoom
    wide, high = still.width / zoom, still.height / zoom
    left = (still.width - wide) * (0.5 + 0.5 * view.x)
    upper = (still.height - high) * (0.5 + 0.5 * view.y)
    box = (max(0.0, left), max(0.0, upper), min(still.width, left + wide), min(still.height, upper + high))
    return still.resize(size, Image.Resampling.BICUBIC, box=box)


def load(picture: Picture, size: Size) -> Image.Image:
    """The picture itself, upright and opaque; for one that was never fetched a painting after its name."""
    if not picture.path:
        rng = Random(picture.name)  # noqa: S311 - a painting, not a secret
        words = picture.name.rsplit("/", 1)[-1].replace("_", " ").replace("-", " ")
        scale = math.ceil(max(size) * SPARE / PLACEHOLDER[0])
        shape = (PLACEHOLDER[0] * scale, PLACEHOLDER[1] * scale)
        return scene(words, rng, shape, camera("in", True, False), False)(0.5)
    with Image.open(picture.path) as image:
        image.draft("RGB", (2400, 2400))
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            paper = Image.new("RGBA", upright.size, (236, 236, 238, 255))
            paper.alpha_composite(upright.convert("RGBA"))
            return paper.convert("RGB")
        return upright.convert("RGB")


def cover(image: Image.Image, size: Size) -> Image.Image:
    """The middle of the picture in the frame's proportions (the platform centre-crops too), a little larger than it."""
    ratio = size[0] / size[1]
    wide = min(image.width, image.height * ratio)
    high = wide / ratio
    left, upper = (image.width - wide) / 2, (image.height - high) / 2
    target = (math.ceil(size[0] * SPARE), math.ceil(size[1] * SPARE))
    return image.resize(target, Image.Resampling.LANCZOS, box=(left, upper, left + wide, upper + high))


def leak(rng: Random, size: Size) -> Coat:
    """A breath of warm light that wanders over the picture, so that a still shot is not a still."""
    width, height = size
    wide = round(width * 1.8)
    mask = smooth_mask((wide, height), lambda u, v: 0.15 * math.exp(-(((u - 0.5 + 0.1 * v) * 7) ** 2)), rng)
    warm = Image.new("RGB", size, (255, 232, 196))
    direction = rng.choice((-1, 1))

    def coat(frame: Image.Image, view: View, t: float) -> None:
        left = (wide - width) * (0.5 + 0.5 * direction * math.cos(math.tau * t))
        frame.paste(warm, (0, 0), mask.resize(size, Image.Resampling.BILINEAR, box=(left, 0, left + width, height)))

    return coat
