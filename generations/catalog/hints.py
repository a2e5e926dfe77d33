"""What may disappoint: gentle words that stop nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .inputs import InputFacts, Problem, a_kind, counted, megabytes
from .spec import Limits, Mode, ModelSpec, Slot
from .tongue import gettext as _
from .tongue import ngettext
from .values import pair


def hints(
    spec: ModelSpec, mode: Mode, prompt: str, inputs: Sequence[InputFacts], values: Mapping[str, Any]
) -> Iterator[Problem]:
    yield from _prompt_hints(spec, prompt)
    for slot in mode.slots:
        yield from _tag_hints(slot, prompt, sum(one.role == slot.role for one in inputs))
        yield from _link_hints(slot, inputs)
    ratio = str(values.get("ratio"))
    first = next((one for one in inputs if one.role == "first_frame" and one.width and one.height), None)
    if first and first.width and first.height and re.fullmatch(r"\d+:\d+", ratio):
        width, height = pair(ratio, ":")
        if abs(first.width * height / (first.height * width) - 1) > 0.02:
            words = _("The first frame is {size}: the provider will crop it to {ratio}.")
            yield Problem("slot:first_frame", words.format(size=f"{first.width} × {first.height}", ratio=ratio))


def _prompt_hints(spec: ModelSpec, prompt: str) -> Iterator[Problem]:
    weight = prompt_weight(prompt)
    if spec.advise_prompt and weight > spec.advise_prompt:
        words = _(
            "A long prompt: beyond about {words} English words or {characters} Chinese characters the model tends to"
            " miss details."
        )
        yield Problem("prompt", words.format(words=spec.advise_prompt * 2, characters=spec.advise_prompt))
    if flag := re.search(r"(?<!\S)--[a-z_]+[\s=]+\S+", prompt, re.IGNORECASE):
        words = _(
            "The prompt says “{flag}”. Some models read that as a setting, whatever is chosen below: better use the"
            " settings."
        )
        yield Problem("prompt", words.format(flag=" ".join(flag[0].split())))


def prompt_weight(prompt: str) -> int:
    """Chinese characters, two words in letters counting as one."""
    characters = len(re.findall(r"[\u3400-\u9fff]", prompt))
    return characters + len(re.findall(r"[^\W\u3400-\u9fff]+", prompt)) // 2


def _tag_hints(slot: Slot, prompt: str, count: int) -> Iterator[Problem]:
    if not slot.tag or not count:
        return
    spellings = (slot.tag, *slot.tag_aliases)
    named = {n for n in range(1, 100) if any(_says(prompt, spelling.format(n=n)) for spelling in spellings)}
    if beyond := sorted(named - set(range(1, count + 1))):
        words = ngettext(
            "The prompt speaks of {tag}, and there is {files}.",
            "The prompt speaks of {tag}, and there are {files}.",
            count,
        )
        yield Problem("prompt", words.format(tag=slot.tag.format(n=beyond[0]), files=counted(count, slot.kind)))
    if slot.tag_expected and (left := [n for n in range(1, count + 1) if n not in named]):
        words = _("The prompt does not name {tag}: {file} left unnamed may be ignored.")
        yield Problem("prompt", words.format(tag=slot.tag.format(n=left[0]), file=a_kind(slot.kind)))


def _says(prompt: str, tag: str) -> bool:
    """Whether the tag stands in the prompt, not as the start of a longer word: “image 1” is not in “image 12”."""
    start = r"(?<!\w)" if tag[0].isascii() and tag[0].isalpha() else ""
    return re.search(start + re.escape(tag) + r"(?![0-9A-Za-z])", prompt, re.IGNORECASE) is not None


def _link_hints(slot: Slot, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    """One gentle word for links that nobody has measured."""
    blind = [one for one in inputs if one.role == slot.role and one.is_link and (one.bytes is None or not one.format)]
    if blind and slot.limits != Limits():
        words = _("{slot}: a link cannot be checked from here. It needs {limits}.")
        yield Problem(f"slot:{slot.role}", words.format(slot=slot.label, limits=_wants(slot.limits)))


def _wants(limits: Limits) -> str:
    """A slot's limits in one line."""
    wants = []
    if limits.formats:
        wants.append("/".join(limits.formats))
    if limits.max_bytes:
        wants.append(_("less than {size}").format(size=megabytes(limits.max_bytes)))
    if limits.min_side and limits.max_side:
        words = _("sides of {least} to {most} pixels")
        wants.append(words.format(least=limits.min_side, most=limits.max_side))
    if limits.min_ratio and limits.max_ratio:
        wants.append(_("a ratio of {least} to {most}").format(least=limits.min_ratio, most=limits.max_ratio))
    if limits.min_seconds and limits.max_seconds:
        wants.append(_("{least} to {most} s").format(least=limits.min_seconds, most=limits.max_seconds))
    return _(", ").join(wants)
