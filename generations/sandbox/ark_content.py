"""The `content` of an Ark request: texts and media in roles, and which may stand together (docs/protocols.md A.4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from generations.sandbox.ark_models import Family
from generations.sandbox.inputs import PLACEHOLDER, Input, read_picture
from generations.sandbox.web import Refused

KINDS = ("image_url", "video_url", "audio_url")
ROLES = {
    "image_url": ("first_frame", "last_frame", "reference_image"),
    "video_url": ("reference_video",),
    "audio_url": ("reference_audio",),
}


@dataclass(frozen=True)
class Content:
    """The prompt and the pictures in drawing order, roles `first_frame`, `last_frame` or `reference`."""

    text: str
    pictures: tuple[tuple[str, Input], ...]
    has_references: bool


def read_content(content: Any, model: str, family: Family, small_allowed: bool) -> Content:
    if not isinstance(content, list) or not content:
        raise Refused(400, "MissingParameter", "the request is missing the `content` parameter", "content")
    texts, roles, pictures = [], [], []
    for i, item in enumerate(content):
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "text":
            texts.append(text_of(item, i))
        elif kind in KINDS:
            role = role_of(item, kind, i)
            roles.append(role)
            pictures.append((role, input_of(item, kind, i, small_allowed)))
        else:
            raise wrong(f"content[{i}].type", f"it must be text, {', '.join(KINDS)} or draft_task")
    check_together(roles, bool("".join(texts).strip()), model, family)
    drawn = [("reference" if role.startswith("reference") else role, one) for role, one in pictures if one]
    drawn.sort(key=lambda pair: pair[0] == "last_frame")
    return Content("\n".join(texts), tuple(drawn), any(role.startswith("reference") for role in roles))


def text_of(item: dict[str, Any], i: int) -> str:
    text = item.get("text")
    if not isinstance(text, str):
        raise wrong(f"content[{i}].text", "it must be a string")
    return text


def role_of(item: dict[str, Any], kind: str, i: int) -> str:
    role = item.get("role") or ROLES[kind][0]  # an image without a role is a first frame
    if role not in ROLES[kind]:
        raise wrong(f"content[{i}].role", f"for {kind} it must be {' or '.join(ROLES[kind])}")
    return str(role)


def input_of(item: dict[str, Any], kind: str, i: int, small_allowed: bool) -> Input | None:
    """The picture to draw; a video is drawn after its name, a sound not at all."""
    holder = item.get(kind)
    url = holder.get("url") if isinstance(holder, dict) else None
    param = f"content[{i}].{kind}.url"
    if kind == "image_url":
        return read_picture(url, param, small_allowed)
    allowed = ("http://", "https://", "asset://") + (("data:audio/",) if kind == "audio_url" else ())
    if not isinstance(url, str) or not url.startswith(allowed):
        raise wrong(param, f"it must begin with {' or '.join(allowed)}")
    return Input(None, url.split("?", 1)[0], PLACEHOLDER) if kind == "video_url" else None


def check_together(roles: list[str], has_text: bool, model: str, family: Family) -> None:
    """Three scenes that exclude each other: a first frame, a first and a last, or references alone."""
    frames = [role for role in roles if role.endswith("_frame")]
    references = [role for role in roles if role.startswith("reference")]
    rules: Sequence[tuple[Callable[[], bool], str]] = (
        (lambda: not roles and not has_text, "give a text or an image"),
        (lambda: not roles and not family.text, f"the model {model} needs an image"),
        (lambda: bool(roles) and not family.images, f"the model {model} makes videos from text only"),
        (lambda: bool(frames and references), "first and last frames cannot be mixed with reference media"),
        (lambda: frames.count("first_frame") > 1, "there can be one first frame only; give every image its role"),
        (lambda: frames.count("last_frame") > 1, "there can be one last frame only"),
        (lambda: frames == ["last_frame"], "a last frame needs a first frame"),
        (lambda: "last_frame" in frames and not family.last, f"the model {model} takes no last frame"),
    )
    for broken, reason in rules:
        if broken():
            raise wrong("content", reason)
    for i, name in enumerate(("reference_image", "reference_video", "reference_audio")):
        if references.count(name) > family.refs[i]:
            raise wrong("content", f"the model {model} takes at most {family.refs[i]} of {name}")
    if references and set(references) == {"reference_audio"} and family.table != "2.5":
        raise wrong("content", "a reference audio needs a reference image or video beside it")


def wrong(param: str, reason: str) -> Refused:
    message = f"the parameter `{param}` specified in the request is not valid: {reason}"
    return Refused(400, "InvalidParameter", message, param)
