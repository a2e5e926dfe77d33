"""Looking at an order before it costs anything: what will surely be refused, and what may disappoint.

A problem stops the order. A warning does not: it speaks of what cannot be checked from here, or of a model whose id
somebody typed in, about which the catalog may be wrong.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from .hints import hints
from .inputs import InputFacts, Problem, counted, listed, of_body, of_slot, plural, word
from .spec import Mode, ModelSpec
from .tongue import gettext as _
from .values import choices_in, complaint, parameters_in

__all__ = ["InputFacts", "Problem", "check", "pick_mode", "utf16_length"]


def check(
    spec: ModelSpec,
    mode: Mode,
    prompt: str,
    inputs: Sequence[InputFacts],
    values: Mapping[str, Any],
    *,
    strict: bool = True,
    max_inline: int | None = None,
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Problems and warnings of an order. `values`: wire name → value, None or absent where a parameter stays unset.

    `strict` False: the id on the wire is not the catalog's, so the maker's limits only warn.
    `max_inline`: bytes of one data URI that the host takes.
    """
    found = [
        *_of_prompt(spec, mode, prompt),
        *_of_counts(spec, mode, inputs),
        *chain.from_iterable(of_slot(spec, slot, inputs, max_inline) for slot in mode.slots),
        *of_body(spec, mode, prompt, inputs),
        *_of_values(spec, mode, values),
    ]
    problems = tuple(one for one in found if strict or not one.limit)
    warnings = tuple(one for one in found if not strict and one.limit)
    return problems, (*warnings, *hints(spec, mode, prompt, inputs, values))


def pick_mode(spec: ModelSpec, roles: Collection[str]) -> Mode | Problem:
    """The mode for the roles in use, or why there is none."""
    used = set(roles)
    for mode in spec.modes:
        if _needed(mode) <= used <= _roles(mode) and (not mode.needs or used & set(mode.needs)):
            return mode
    slots = {slot.role: slot for mode in spec.modes for slot in mode.slots}
    if unknown := sorted(used - slots.keys()):
        words = _("{model} takes no {files}: take them out.")
        return Problem(f"slot:{unknown[0]}", words.format(model=spec.label, files=plural(unknown[0])))
    for mode in spec.modes:
        if used <= _roles(mode):
            return _missing(spec, mode, used)
    if any(role.startswith("reference") for role in used) and used & {"first_frame", "last_frame"}:
        words = _("First/last frames and references cannot be used together: keep the frames or the references.")
        return Problem(f"slot:{min(role for role in used if role.startswith('reference'))}", words)
    words = _("{model} cannot use {files} together: keep one of them.")
    return Problem(f"slot:{min(used)}", words.format(model=spec.label, files=listed(used)))


def _missing(spec: ModelSpec, mode: Mode, used: set[str]) -> Problem:
    alone = _("{model} needs a {file}: add one.")
    lacking = [slot for slot in mode.slots if slot.min and slot.role not in used]
    if lacking:
        words = _("{model} needs a {file} beside the {others}: add one.") if used else alone
        field, wanted = lacking[0].role, word(lacking[0].role)
    else:
        words = _("{model} needs a {file} as well: {others} alone will not do.") if used else alone
        field, wanted = mode.needs[0], _(" or a ").join(map(word, mode.needs))
    return Problem(f"slot:{field}", words.format(model=spec.label, file=wanted, others=listed(used)))


def _roles(mode: Mode) -> set[str]:
    return {slot.role for slot in mode.slots}


def _needed(mode: Mode) -> set[str]:
    return {slot.role for slot in mode.slots if slot.min}


def _of_prompt(spec: ModelSpec, mode: Mode, prompt: str) -> Iterator[Problem]:
    if mode.needs_prompt and not prompt.strip():
        yield Problem("prompt", _("Write a prompt: say what should be seen."))
    length = utf16_length(prompt)
    if spec.max_prompt and length > spec.max_prompt:
        words = _("The prompt has {length} characters and {model} takes {most}: shorten it by {excess}.").format(
            length=length, model=spec.label, most=spec.max_prompt, excess=length - spec.max_prompt
        )
        yield Problem("prompt", words, limit=True)


def utf16_length(text: str) -> int:
    """Characters as Runway and browsers count them: most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _of_counts(spec: ModelSpec, mode: Mode, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    counts = Counter(one.role for one in inputs)
    for role in sorted(counts.keys() - _roles(mode)):
        words = _("{model} takes no {files} in the mode “{mode}”: take them out.")
        yield Problem(f"slot:{role}", words.format(model=spec.label, files=plural(role), mode=mode.label))
    for slot in mode.slots:
        count = counts[slot.role]
        if count < slot.min:
            words = _("{slot}: add {files}.").format(slot=slot.label, files=counted(slot.min - count, slot.kind))
            yield Problem(f"slot:{slot.role}", words)
        if count > slot.max:
            words = _("{slot}: {count} are too many, {model} takes {most}. Take {excess} out.").format(
                slot=slot.label, count=count, model=spec.label, most=slot.max, excess=count - slot.max
            )
            yield Problem(f"slot:{slot.role}", words, limit=slot.max > 1)
    if mode.needs and counts and not counts.keys() & set(mode.needs):
        yield _missing(spec, mode, set(counts))


def _of_values(spec: ModelSpec, mode: Mode, values: Mapping[str, Any]) -> Iterator[Problem]:
    taken = {one.name: one for one in parameters_in(spec, mode)}
    labels = {one.name: one.label for one in spec.parameters}
    for name, value in values.items():
        if value is None or name in taken:
            continue
        if name in labels:
            words = _("{setting} cannot be set in the mode “{mode}”: leave it open.")
            yield Problem(name, words.format(setting=labels[name], mode=mode.label), limit=True)
        else:
            words = _("{model} has no setting called {setting}: leave it out.")
            yield Problem(name, words.format(model=spec.label, setting=name))
    for name, parameter in taken.items():
        value = values.get(name)
        if value is None:
            if parameter.required:
                words = _("{setting}: choose a value, {model} needs one.")
                yield Problem(name, words.format(setting=parameter.label, model=spec.label))
            continue
        if words := complaint(parameter, value, choices_in(parameter, mode)):
            # A value of the wrong sort is wrong for any model; one out of range may suit a newer one.
            right_sort = type(value) is int if parameter.kind == "int" else bool(parameter.choices)
            words = _("{setting}: {problem}").format(setting=parameter.label, problem=words)
            yield Problem(name, words, limit=right_sort)
