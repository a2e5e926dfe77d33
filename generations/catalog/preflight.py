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
        return Problem(f"slot:{unknown[0]}", f"{spec.label} takes no {plural(unknown[0])}: take them out.")
    for mode in spec.modes:
        if used <= _roles(mode):
            return _missing(spec, mode, used)
    if any(role.startswith("reference") for role in used) and used & {"first_frame", "last_frame"}:
        words = "First/last frames and references cannot be used together: keep the frames or the references."
        return Problem(f"slot:{min(role for role in used if role.startswith('reference'))}", words)
    return Problem(f"slot:{min(used)}", f"{spec.label} cannot use {listed(used)} together: keep one of them.")


def _missing(spec: ModelSpec, mode: Mode, used: set[str]) -> Problem:
    lacking = [slot for slot in mode.slots if slot.min and slot.role not in used]
    if lacking:
        beside = f" beside the {listed(used)}" if used else ""
        return Problem(f"slot:{lacking[0].role}", f"{spec.label} needs a {word(lacking[0].role)}{beside}: add one.")
    wanted = f"{spec.label} needs a {' or a '.join(map(word, mode.needs))}"
    ending = f" as well: {listed(used)} alone will not do." if used else ": add one."
    return Problem(f"slot:{mode.needs[0]}", wanted + ending)


def _roles(mode: Mode) -> set[str]:
    return {slot.role for slot in mode.slots}


def _needed(mode: Mode) -> set[str]:
    return {slot.role for slot in mode.slots if slot.min}


def _of_prompt(spec: ModelSpec, mode: Mode, prompt: str) -> Iterator[Problem]:
    if mode.needs_prompt and not prompt.strip():
        yield Problem("prompt", "Write a prompt: say what should be seen.")
    length = utf16_length(prompt)
    if spec.max_prompt and length > spec.max_prompt:
        words = f"The prompt has {length} characters and {spec.label} takes {spec.max_prompt}"
        yield Problem("prompt", f"{words}: shorten it by {length - spec.max_prompt}.", limit=True)


def utf16_length(text: str) -> int:
    """Characters as Runway and browsers count them: most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _of_counts(spec: ModelSpec, mode: Mode, inputs: Sequence[InputFacts]) -> Iterator[Problem]:
    counts = Counter(one.role for one in inputs)
    for role in sorted(counts.keys() - _roles(mode)):
        words = f"{spec.label} takes no {plural(role)} in the mode “{mode.label}”: take them out."
        yield Problem(f"slot:{role}", words)
    for slot in mode.slots:
        count = counts[slot.role]
        if count < slot.min:
            yield Problem(f"slot:{slot.role}", f"{slot.label}: add {counted(slot.min - count, slot.kind)}.")
        if count > slot.max:
            words = f"{slot.label}: {count} are too many, {spec.label} takes {slot.max}. Take {count - slot.max} out."
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
            yield Problem(name, f"{labels[name]} cannot be set in the mode “{mode.label}”: leave it open.", limit=True)
        else:
            yield Problem(name, f"{spec.label} has no setting called {name}: leave it out.")
    for name, parameter in taken.items():
        value = values.get(name)
        if value is None:
            if parameter.required:
                yield Problem(name, f"{parameter.label}: choose a value, {spec.label} needs one.")
            continue
        if words := complaint(parameter, value, choices_in(parameter, mode)):
            # A value of the wrong sort is wrong for any model; one out of range may suit a newer one.
            right_sort = type(value) is int if parameter.kind == "int" else bool(parameter.choices)
            yield Problem(name, f"{parameter.label}: {words}", limit=right_sort)
