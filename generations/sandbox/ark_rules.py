"""From an Ark body to an order, checked as Ark checks: docs/protocols.md A.2, A.4, A.9. Unknown fields are ignored."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from generations.sandbox.ark_content import Content, read_content
from generations.sandbox.ark_models import Family, family_of
from generations.sandbox.box import Order
from generations.sandbox.flags import split_flags
from generations.sandbox.job import FPS
from generations.sandbox.sizes import RATIOS, nearest_ratio, pixels
from generations.sandbox.web import Refused

Body = Mapping[str, Any]
MAX_SEED = 2**32 - 1
BOOLEANS = ("camera_fixed", "watermark", "generate_audio", "return_last_frame", "draft")
TASK_TYPES = ("auto", "reference", "edit", "extend")


def invalid(param: str, reason: str, code: str = "InvalidParameter") -> Refused:
    return Refused(400, code, f"the parameter `{param}` specified in the request is not valid: {reason}", param)


def read_order(body: Body, task_id: str, max_seconds: int, small_allowed: bool) -> Order:
    """The order that a body asks for; Refused with the code and the parameter that Ark would name."""
    body = {name: value for name, value in body.items() if value is not None}  # the SDK sends null for what is unset
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Refused(400, "MissingParameter", "the request is missing the `model` parameter", "model")
    family = family_of(model)
    content = read_content(body.get("content"), model, family, small_allowed)
    prompt, flags = split_flags(content.text)
    settings = {**sane(flags, family), **body}
    check_kinds(body, family)
    resolution = resolution_for(settings, family, content)
    ratio = ratio_for(settings, family, content)
    frames = min(frames_for(settings, family, content), max_seconds * FPS + 1)
    seed = whole(body, "seed", -1, MAX_SEED, settings.get("seed", -1))
    return Order(
        dialect="ark",
        task_id=task_id,
        model=model,
        prompt=prompt,
        size=pixels(family.table, resolution, ratio),
        frames=frames,
        seed=None if seed == -1 else seed,
        pictures=content.pictures,
        settings={
            "audio": family.audio and bool(settings.get("generate_audio", True)),
            "camera_fixed": bool(settings.get("camera_fixed", False)),
            "watermark": bool(settings.get("watermark", False)),
            "last_frame": bool(settings.get("return_last_frame", False)),
        },
        facts=facts_of(body, family, resolution, ratio, frames),
        tag=body.get("safety_identifier", ""),
        expires_after=whole(body, "execution_expires_after", 3600, 259_200, 172_800),
        doom=late_refusal(settings, family, content),
    )


def facts_of(body: Body, family: Family, resolution: str, ratio: str, frames: int) -> dict[str, Any]:
    """What the finished task will say of itself beside its numbers."""
    facts: dict[str, Any] = {
        "resolution": resolution,
        "ratio": ratio,
        "framespersecond": FPS,
        "draft": bool(body.get("draft")),
    }
    facts |= {"frames": frames} if family.frames and "frames" in body else {"duration": frames // FPS}
    facts |= {"service_tier": body.get("service_tier", "default")}
    facts |= {"generate_audio": bool(body.get("generate_audio", True))} if family.audio else {}
    facts |= {"priority": body.get("priority", 0)} if family.priority else {}
    facts |= {"safety_identifier": body["safety_identifier"]} if "safety_identifier" in body else {}
    return facts | ({"callback_url": body["callback_url"]} if "callback_url" in body else {})


def check_kinds(body: Body, family: Family) -> None:
    """The plain fields: booleans are booleans, words are known, what the family lacks is refused."""
    for name in BOOLEANS:
        if name in body and not isinstance(body[name], bool):
            raise invalid(name, "it must be true or false")
    one_of(body, "service_tier", ("default", "flex") if family.flex else ("default",))
    one_of(body, "omni_reference_task_type", TASK_TYPES)
    one_of(body, "output_format", ("mp4",))  # this sandbox writes no mov
    whole(body, "priority", 0, 9, 0)
    tag = body.get("safety_identifier", "")
    if not isinstance(tag, str) or len(tag) > 64:
        raise invalid("safety_identifier", "it must be a string of at most 64 characters")
    callback = body.get("callback_url", "https://")
    if not isinstance(callback, str) or not callback.startswith(("http://", "https://")):
        raise invalid("callback_url", "it must be an http or https URL")
    if body.get("draft") and not family.draft:
        raise invalid("draft", "this model makes no drafts", "InvalidParameter.UnsupportedParameter")
    if body.get("draft") and body.get("resolution", "480p") != "480p":
        raise invalid("resolution", "a draft is made in 480p only")
    if "tools" in body and not isinstance(body["tools"], list):
        raise invalid("tools", "it must be a list")


def sane(flags: Body, family: Family) -> dict[str, Any]:
    """Flags of a prompt that could be body fields; wrong ones are ignored, not refused."""
    checks: dict[str, Callable[[Any], bool]] = {
        "resolution": lambda word: word in family.resolutions,
        "ratio": lambda word: word in (*RATIOS, "adaptive"),
        "duration": lambda n: family.seconds[0] <= n <= family.seconds[1],
        "frames": lambda n: family.frames and 29 <= n <= 289 and n % 4 == 1,
        "seed": lambda n: -1 <= n <= MAX_SEED,
    }
    return {name: value for name, value in flags.items() if checks.get(name, lambda _: True)(value)}


def resolution_for(settings: Body, family: Family, content: Content) -> str:
    allowed = family.resolutions
    if content.has_references and not family.adaptive:
        allowed = tuple(word for word in allowed if word != "1080p")  # lite-i2v
    default = "480p" if settings.get("draft") else family.resolution
    one_of(settings, "resolution", allowed)
    return str(settings.get("resolution", default))


def ratio_for(settings: Body, family: Family, content: Content) -> str:
    """One of RATIOS; `adaptive` follows the first picture, and means 16:9 where there is none."""
    framed = bool(content.pictures) and not content.has_references
    adaptive = family.adaptive or framed
    one_of(settings, "ratio", (*RATIOS, "adaptive") if adaptive else RATIOS)
    ratio = str(settings.get("ratio", "adaptive" if adaptive else "16:9"))
    if ratio != "adaptive":
        return ratio
    return nearest_ratio(*content.pictures[0][1].size) if content.pictures else "16:9"


def frames_for(settings: Body, family: Family, content: Content) -> int:
    """24 a second and one more, as published samples have it; `frames` wins over `duration`."""
    if "frames" in settings:
        if not family.frames:
            raise invalid("frames", "the specified parameter frames is not supported")
        frames = whole(settings, "frames", 29, 289, 0)
        if (frames - 25) % 4:
            raise invalid("frames", "it must be 25 + 4n")
        return frames
    low, high = family.seconds
    seconds = settings.get("duration", family.default_seconds)
    if seconds == -1 and family.chooses_seconds:
        seconds = min(high, max(low, 4 + len(content.text) // 80))  # a longer story gets a longer clip
    return whole({"duration": seconds}, "duration", low, high, 5) * FPS + 1


def late_refusal(settings: Body, family: Family, content: Content) -> dict[str, str]:
    """Seedance 2.5 takes frames with a fixed ratio and fails the task afterwards (docs/protocols.md A.4)."""
    framed = bool(content.pictures) and not content.has_references
    if family.table == "2.5" and framed and settings.get("ratio", "adaptive") != "adaptive":
        reason = "first and last frames need the ratio adaptive"
        return {
            "code": "InvalidParameter.TaskTypeConstraint",
            "message": f"The parameter `ratio` is not valid: {reason}.",
        }
    return {}


def whole(body: Body, name: str, low: int, high: int, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value != int(value):
        raise invalid(name, "it must be an integer")
    if name in body and not low <= value <= high:
        raise invalid(name, f"it must lie between {low} and {high}")
    return int(value)


def one_of(body: Body, name: str, words: Sequence[str]) -> None:
    if name in body and body[name] not in words:
        raise invalid(name, f"it must be one of {', '.join(words)}")
