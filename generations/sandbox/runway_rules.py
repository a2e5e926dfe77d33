"""From a Runway body to an order: docs/protocols.md B (SDK 5.24). Unknown models and fields are let through."""

import re
from typing import Any
from uuid import uuid4

from generations.sandbox.box import Order
from generations.sandbox.inputs import Input, read_picture
from generations.sandbox.job import FPS
from generations.sandbox.options import Options
from generations.sandbox.sizes import Size
from generations.sandbox.web import Refused

SIX = ("1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672")
# Model → its ratios, its seconds, credits a second.
MODELS: dict[str, tuple[tuple[str, ...], tuple[int, ...], int]] = {
    "gen4_turbo": (SIX, tuple(range(2, 11)), 5),
    "gen4.5": (SIX, tuple(range(2, 11)), 12),
    "gen3a_turbo": (("1280:768", "768:1280"), (5, 10), 5),
    "veo3.1": (("1280:720", "720:1280", "1080:1920", "1920:1080"), (4, 6, 8), 40),
    "veo3.1_fast": (("1280:720", "720:1280", "1080:1920", "1920:1080"), (4, 6, 8), 15),
}
OTHERS = 10  # credits a second of a model that is not listed
RATIO = re.compile(r"(\d{2,4}):(\d{2,4})")
MAX_DATA_URI = 5_000_000
MAX_WORDS = 1000


def read_order(body: dict[str, Any], dialect: str, kind: str, options: Options) -> Order:
    """`kind` is image_to_video or text_to_video; ChainHub is looser about ratios than Runway itself."""
    body = {name: value for name, value in body.items() if value is not None}
    model = text(body, "model", needed=True)
    prompt = text(body, "promptText", needed=kind == "text_to_video")
    if len(prompt.encode("utf-16-le")) // 2 > (3500 if model.startswith("seedance") else MAX_WORDS):
        raise wrong("promptText", "it is too long: at most 1000 UTF-16 code units")
    pictures = pictures_of(body, model, options.tiny) if kind == "image_to_video" else ()
    seconds = seconds_of(body, model, dialect)
    return Order(
        dialect=dialect,
        task_id=str(uuid4()),
        model=model,
        prompt=prompt,
        size=size_of(body, model, dialect),
        frames=min(seconds, options.max_seconds) * FPS,
        seed=seed_of(body),
        seeds=2**32,
        pictures=pictures,
        settings={"watermark": body.get("watermark") is True},  # ChainHub's own field
        facts={"credits": credits_for(model, seconds)},
    )


def credits_for(model: str, seconds: int) -> int:
    return (MODELS[model][2] if model in MODELS else OTHERS) * seconds


def pictures_of(body: dict[str, Any], model: str, small_allowed: bool) -> tuple[tuple[str, Input], ...]:
    """A string is the first frame; a list names first and last (gen4_turbo knows no last)."""
    given = body.get("promptImage")
    if isinstance(given, str):
        given = [{"uri": given, "position": "first"}]
    if not isinstance(given, list) or not 1 <= len(given) <= 2:
        raise wrong("promptImage", "it is required: a URL, a data URI or a list of one or two images")
    found: dict[str, Input] = {}
    for i, one in enumerate(given):
        position = one.get("position") if isinstance(one, dict) else None
        if position not in ("first", "last") or position in found:
            raise wrong(f"promptImage[{i}].position", "it must be first or last, each once")
        if position == "last" and model.startswith("gen4"):
            raise wrong(f"promptImage[{i}].position", f"{model} takes a first image only")
        found[position] = picture(one.get("uri"), small_allowed)
    if "first" not in found:
        raise wrong("promptImage", "a last image needs a first one")
    return tuple((f"{position}_frame", found[position]) for position in ("first", "last") if position in found)


def picture(uri: object, small_allowed: bool) -> Input:
    if isinstance(uri, str) and uri.startswith("data:") and len(uri) > MAX_DATA_URI:
        raise wrong("promptImage", "a data URI must be smaller than 5 MB")
    return read_picture(uri, "promptImage", small_allowed)


def size_of(body: dict[str, Any], model: str, dialect: str) -> Size:
    ratio = text(body, "ratio", needed=True)
    known = MODELS[model][0] if model in MODELS and dialect == "runway" else ()
    found = RATIO.fullmatch(ratio)
    if not found or (known and ratio not in known):
        raise wrong("ratio", f"it must be one of {', '.join(known)}" if known else "it must be width:height in pixels")
    wide, high = int(found[1]), int(found[2])
    if not 64 <= min(wide, high) <= max(wide, high) <= 4096 or not 0.3 <= wide / high <= 3.4:
        raise wrong("ratio", "no such size")
    return wide // 2 * 2, high // 2 * 2


def seconds_of(body: dict[str, Any], model: str, dialect: str) -> int:
    known = MODELS[model][1] if model in MODELS else tuple(range(1, 31))
    seconds = body.get("duration", 10 if 10 in known else known[-1])
    if seconds == "auto" and model.startswith("seedance"):
        return 5
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds not in known:
        raise wrong("duration", f"it must be one of {', '.join(map(str, known))}")
    return seconds


def seed_of(body: dict[str, Any]) -> int | None:
    seed = body.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= 2**32 - 1):
        raise wrong("seed", "it must be an integer between 0 and 4294967295")
    return seed


def text(body: dict[str, Any], name: str, needed: bool) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or (needed and not value.strip()):
        raise wrong(name, "it is required and must be a text" if needed else "it must be a text")
    return value


def wrong(param: str, reason: str) -> Refused:
    return Refused(400, "InvalidParameter", f"Validation of body failed: `{param}`: {reason}", param)
