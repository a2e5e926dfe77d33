"""What is known of an order's inputs, and what of it breaks a maker's limits."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .spec import Limits, Mode, ModelSpec, Slot
from .tongue import gettext, ngettext
from .tongue import gettext_lazy as _

ENVELOPE = 2_000  # bytes of a request besides prompt and media, rounded up
ONE: dict[str, str] = {
    "first_frame": _("first frame"),
    "last_frame": _("last frame"),
    "reference_image": _("reference image"),
    "reference_video": _("reference video"),
    "reference_audio": _("reference audio"),
}
SEVERAL: dict[str, str] = {
    "first_frame": _("first frames"),
    "last_frame": _("last frames"),
    "reference_image": _("reference images"),
    "reference_video": _("reference videos"),
    "reference_audio": _("reference audio"),
}
A: dict[str, str] = {"image": _("an image"), "video": _("a video"), "audio": _("an audio")}


@dataclass(frozen=True)
class InputFacts:
    """What we know of one input. None: not known, as with a link that we did not open."""

    role: str
    kind: str
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    format: str | None = None  # lower case: png jpeg mp4 …
    is_link: bool = False  # somebody gave its address; a file for a slot that is not inline gets one from the studio


@dataclass(frozen=True)
class Problem:
    """What is wrong and what to do. `field`: "prompt", "slot:<role>" or a parameter's wire name."""

    field: str
    message: str
    limit: bool = False  # a limit of the maker's, on which the catalog may be out of date


def of_slot(spec: ModelSpec, slot: Slot, inputs: Sequence[InputFacts], max_inline: int | None) -> Iterator[Problem]:
    ours = [one for one in inputs if one.role == slot.role]
    field = f"slot:{slot.role}"
    for number, one in enumerate(ours, 1):
        name = word(slot.role).capitalize() + (f" {number}" if slot.max > 1 else "")
        if one.kind != slot.kind:
            words = gettext("{file} must be {wanted}, and this is {kind}.")
            words = words.format(file=name, wanted=a_kind(slot.kind), kind=a_kind(one.kind))
            yield Problem(field, words)
            continue
        for words in _of_file(slot.limits, one):
            yield Problem(field, gettext("{file}: {problem}").format(file=name, problem=words), limit=True)
        for most in (slot.limits.max_inline, max_inline) if slot.inline and not one.is_link else ():
            if most and inline_bytes(one) > most:
                words = gettext(
                    "{file} is {size} when packed into the request, and {most} is the most: use a smaller file or a"
                    " link."
                ).format(file=name, size=megabytes(inline_bytes(one)), most=megabytes(most))
                yield Problem(field, words, limit=True)
                break
    total = sum(one.seconds or 0 for one in ours)
    most_seconds = slot.limits.total_seconds
    if most_seconds and total > most_seconds:
        words = gettext("{slot} last {total} s together, and {model} takes {most} s: shorten them.").format(
            slot=slot.label, total=f"{total:g}", model=spec.label, most=f"{most_seconds:g}"
        )
        yield Problem(field, words, limit=True)


def _of_file(limits: Limits, one: InputFacts) -> Iterator[str]:
    """What a file breaks, of the limits that can be checked."""
    if limits.formats and one.format and one.format not in limits.formats:
        formats = gettext(" or ").join(limits.formats[:2])
        yield gettext("{format} is not taken; save it as {formats}.").format(format=one.format, formats=formats)
    if limits.max_bytes and one.bytes is not None and one.bytes >= limits.max_bytes:
        words = gettext("it has {size} and must have less than {most}: make it smaller.")
        yield words.format(size=megabytes(one.bytes), most=megabytes(limits.max_bytes))
    if one.width and one.height:
        yield from _of_pixels(limits, one.width, one.height)
    if one.seconds is not None:
        if limits.min_seconds is not None and one.seconds < limits.min_seconds:
            words = gettext("it lasts {seconds} s and must last at least {least} s.")
            yield words.format(seconds=f"{one.seconds:g}", least=f"{limits.min_seconds:g}")
        if limits.max_seconds is not None and one.seconds > limits.max_seconds:
            words = gettext("it lasts {seconds} s and may last {most} s at most: cut it.")
            yield words.format(seconds=f"{one.seconds:g}", most=f"{limits.max_seconds:g}")


def _of_pixels(limits: Limits, width: int, height: int) -> Iterator[str]:
    size = f"{width} × {height}"
    if limits.min_side is not None and min(width, height) <= limits.min_side:
        words = gettext("it is {size} pixels, and each side must be more than {least}: use a larger one.")
        yield words.format(size=size, least=limits.min_side)
    if limits.max_side is not None and max(width, height) >= limits.max_side:
        words = gettext("it is {size} pixels, and each side must be less than {most}: make it smaller.")
        yield words.format(size=size, most=limits.max_side)
    ratio = width / height
    low, high = limits.min_ratio, limits.max_ratio
    if (low is not None and ratio <= low) or (high is not None and ratio >= high):
        words = gettext("it is {size} pixels, a ratio of {ratio}, which must lie between {low} and {high}: crop it.")
        yield words.format(size=size, ratio=f"{ratio:.2f}", low=f"{low or 0:g}", high=f"{high or 0:g}")
    if limits.min_pixels is not None and width * height <= limits.min_pixels:
        words = gettext("it is {size} pixels, and must have more than {least} in all: use a larger one.")
        yield words.format(size=size, least=f"{limits.min_pixels:,}")
    if limits.max_pixels is not None and width * height >= limits.max_pixels:
        words = gettext("it is {size} pixels, and must have less than {most} in all: make it smaller.")
        yield words.format(size=size, most=f"{limits.max_pixels:,}")


def inline_bytes(one: InputFacts) -> int:
    """Bytes of a file as a data URI: four for every three, and the words before them."""
    return 0 if one.bytes is None else -(-one.bytes // 3) * 4 + len(f"data:{one.kind}/{one.format or 'jpeg'};base64,")


def of_body(spec: ModelSpec, mode: Mode, prompt: str, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    inline = {slot.role for slot in mode.slots if slot.inline}
    carried = [one for one in inputs if one.role in inline and not one.is_link]
    total = sum(map(inline_bytes, carried)) + len(prompt.encode("utf-8", "replace")) + ENVELOPE
    if spec.max_body and carried and total > spec.max_body:
        largest = max(carried, key=inline_bytes)
        words = gettext(
            "All files together make a request of {size}, and {most} is the most: use smaller files or links."
        ).format(size=megabytes(total), most=megabytes(spec.max_body))
        yield Problem(f"slot:{largest.role}", words, limit=True)


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0") + " MB"


def word(role: str) -> str:
    return str(ONE.get(role, role.replace("_", " ")))


def plural(role: str) -> str:
    return str(SEVERAL[role]) if role in SEVERAL else word(role) + "s"


def listed(roles: Collection[str]) -> str:
    return gettext(" and ").join(word(role) for role in sorted(roles))


def a_kind(kind: str) -> str:
    return str(A[kind])


def counted(number: int, kind: str) -> str:
    words = {
        "image": ngettext("{count} image", "{count} images", number),
        "video": ngettext("{count} video", "{count} videos", number),
        "audio": ngettext("{count} audio", "{count} audio", number),
    }
    return words[kind].format(count=number)
