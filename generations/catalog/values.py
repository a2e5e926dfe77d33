"""The values of parameters: which are legal, which are sent by default, how large the video comes out."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from .spec import Mode, ModelSpec, Parameter
from .tongue import gettext as _


def choices_in(parameter: Parameter, mode: Mode) -> tuple[Any, ...]:
    """The choices that a mode leaves."""
    dropped = mode.drop_choices.get(parameter.name, ())
    return tuple(choice for choice in parameter.choices if choice not in dropped)


def parameters_in(spec: ModelSpec, mode: Mode) -> tuple[Parameter, ...]:
    """The parameters that a mode takes."""
    return tuple(parameter for parameter in spec.parameters if parameter.name not in mode.omit)


def without(spec: ModelSpec, omits: Collection[str]) -> ModelSpec:
    """The model as a host offers it that does not take these parameters."""
    return replace(spec, parameters=tuple(one for one in spec.parameters if one.name not in omits))


def defaults(spec: ModelSpec, mode: Mode) -> dict[str, Any]:
    """What is on the wire when a member changes nothing: wire name → value, in the catalog's order."""
    return {
        parameter.name: parameter.default
        for parameter in parameters_in(spec, mode)
        if parameter.default is not None and not complaint(parameter, parameter.default, choices_in(parameter, mode))
    }


def flag_names(spec: ModelSpec) -> dict[str, str]:
    """Wire name → in-prompt flag word, for accounts that send flags."""
    return {parameter.name: parameter.flag for parameter in spec.parameters if parameter.flag}


def seed_to_add(spec: ModelSpec, adds: Collection[str]) -> Parameter | None:
    """The seed that the studio may draw itself when a member chose none, so that a lost answer can be found again."""
    if "seed" not in adds:
        return None
    return next((one for one in spec.parameters if one.name == "seed" and not one.by_member), None)


def drawn_seed() -> int:
    return secrets.randbelow(2**31 - 1) + 1


def complaint(parameter: Parameter, value: Any, choices: Collection[Any]) -> str:
    """Why a value is not legal, in words that say what is; an empty string when it is."""
    if parameter.kind == "bool":
        return "" if isinstance(value, bool) else _("Choose on or off.")
    if parameter.kind == "json":
        return "" if isinstance(value, dict) else _('Write a JSON object, such as {"url": "https://…"}.')
    if parameter.kind == "int":
        return _of_int(parameter, value)
    # 5 == 5.0 and 1 == True in Python, and not on the wire.
    if any(value == choice and type(value) is type(choice) for choice in choices):
        return ""
    return _("Choose one of {choices}.").format(choices=_(", ").join(map(named, choices)))


def named(choice: Any) -> str:
    """A choice that is a word, such as "adaptive", comes in the reader's language."""
    text = str(choice)
    return _(text) if text.isalpha() else text


def _of_int(parameter: Parameter, value: Any) -> str:
    low, high = parameter.min, parameter.max
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and (low is None or value >= low) and (high is None or value <= high):
        return ""
    if low is None and high is None:
        return _("Give a whole number.")
    if high is None:
        return _("Give a whole number of at least {low}.").format(low=low)
    if low is None:
        return _("Give a whole number of at most {high}.").format(high=high)
    if parameter.unit:
        return _("Give a whole number from {low} to {high} {unit}.").format(low=low, high=high, unit=parameter.unit)
    return _("Give a whole number from {low} to {high}.").format(low=low, high=high)


def effective(spec: ModelSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """What will hold at the provider: the values, the default of a missing one, what the provider implies for None."""
    chosen = {one.name: values.get(one.name, one.default) for one in spec.parameters}
    return {one.name: one.implied if chosen[one.name] is None else chosen[one.name] for one in spec.parameters}


def frame(spec: ModelSpec, values: Mapping[str, Any]) -> tuple[int, int] | None:
    """Width and height of the video in pixels, None while they hang on the image or on the provider."""
    held = effective(spec, values)
    row = spec.sizes.get(str(held.get("resolution")), {})
    if size := row.get(str(held.get("ratio"))):
        return pair(size, "x")
    sized = next((held[one.name] for one in spec.parameters if one.kind == "size"), None)
    return pair(str(sized), ":") if sized else None


def shape(spec: ModelSpec, values: Mapping[str, Any]) -> tuple[int, int] | None:
    """The frame, or at least its ratio as two numbers; None while that hangs on the image or on the provider."""
    if found := frame(spec, values):
        return found
    ratio = str(effective(spec, values).get("ratio"))
    return pair(ratio, ":") if ":" in ratio else None


def pair(text: str, between: str) -> tuple[int, int]:
    width, height = text.split(between)
    return int(width), int(height)
