"""What is known of an order's inputs, and what of it breaks a maker's limits."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .spec import Limits, Mode, ModelSpec, Slot

ENVELOPE = 2_000  # bytes of a request besides prompt and media, rounded up


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
            yield Problem(field, f"{name} must be {a_kind(slot.kind)}, and this is {a_kind(one.kind)}.")
            continue
        yield from (Problem(field, f"{name}: {words}", limit=True) for words in _of_file(slot.limits, one))
        for most in (slot.limits.max_inline, max_inline) if slot.inline and not one.is_link else ():
            if most and inline_bytes(one) > most:
                size = f"{megabytes(inline_bytes(one))} when packed into the request"
                words = f"{name} is {size}, and {megabytes(most)} is the most: use a smaller file or a link."
                yield Problem(field, words, limit=True)
                break
    total = sum(one.seconds or 0 for one in ours)
    most_seconds = slot.limits.total_seconds
    if most_seconds and total > most_seconds:
        words = f"{slot.label} last {total:g} s together, and {spec.label} takes {most_seconds:g} s: shorten them."
        yield Problem(field, words, limit=True)


def _of_file(limits: Limits, one: InputFacts) -> Iterator[str]:
    """What a file breaks, of the limits that can be checked."""
    if limits.formats and one.format and one.format not in limits.formats:
        yield f"{one.format} is not taken; save it as {' or '.join(limits.formats[:2])}."
    if limits.max_bytes and one.bytes is not None and one.bytes >= limits.max_bytes:
        yield f"it has {megabytes(one.bytes)} and must have less than {megabytes(limits.max_bytes)}: make it smaller."
    if one.width and one.height:
        yield from _of_pixels(limits, one.width, one.height)
    if one.seconds is not None:
        if limits.min_seconds is not None and one.seconds < limits.min_seconds:
            yield f"it lasts {one.seconds:g} s and must last at least {limits.min_seconds:g} s."
        if limits.max_seconds is not None and one.seconds > limits.max_seconds:
            yield f"it lasts {one.seconds:g} s and may last {limits.max_seconds:g} s at most: cut it."


def _of_pixels(limits: Limits, width: int, height: int) -> Iterator[str]:
    size = f"it is {width} × {height} pixels"
    if limits.min_side is not None and min(width, height) <= limits.min_side:
        yield f"{size}, and each side must be more than {limits.min_side}: use a larger one."
    if limits.max_side is not None and max(width, height) >= limits.max_side:
        yield f"{size}, and each side must be less than {limits.max_side}: make it smaller."
    ratio = width / height
    low, high = limits.min_ratio, limits.max_ratio
    if (low is not None and ratio <= low) or (high is not None and ratio >= high):
        yield f"{size}, a ratio of {ratio:.2f}, which must lie between {low or 0:g} and {high or 0:g}: crop it."
    if limits.min_pixels is not None and width * height <= limits.min_pixels:
        yield f"{size}, and must have more than {limits.min_pixels:,} in all: use a larger one."
    if limits.max_pixels is not None and width * height >= limits.max_pixels:
        yield f"{size}, and must have less than {limits.max_pixels:,} in all: make it smaller."


def inline_bytes(one: InputFacts) -> int:
    """Bytes of a file as a data URI: four for every three, and the words before them."""
    return 0 if one.bytes is None else -(-one.bytes // 3) * 4 + len(f"data:{one.kind}/{one.format or 'jpeg'};base64,")


def of_body(spec: ModelSpec, mode: Mode, prompt: str, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    inline = {slot.role for slot in mode.slots if slot.inline}
    carried = [one for one in inputs if one.role in inline and not one.is_link]
    total = sum(map(inline_bytes, carried)) + len(prompt.encode("utf-8", "replace")) + ENVELOPE
    if spec.max_body and carried and total > spec.max_body:
        largest = max(carried, key=inline_bytes)
        words = f"All files together make a request of {megabytes(total)}, and {megabytes(spec.max_body)} is the most"
        yield Problem(f"slot:{largest.role}", f"{words}: use smaller files or links.", limit=True)


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0") + " MB"


def word(role: str) -> str:
    return role.replace("_", " ")


def plural(role: str) -> str:
    return word(role) if role.endswith("audio") else word(role) + "s"


def listed(roles: Collection[str]) -> str:
    return " and ".join(word(role) for role in sorted(roles))


def a_kind(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def counted(number: int, kind: str, *, verb: bool = False) -> str:
    words = f"{number} {kind}" + ("" if number == 1 or kind == "audio" else "s")
    return f"{'is' if number == 1 else 'are'} {words}" if verb else words
