"""A model's parameters as form fields, and as what the composer shows for them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from .. import strict_json
from ..catalog.spec import Parameter
from ..catalog.values import named
from ..told import told

PREFIX = "set:"
WORDS = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}
WIDEST_GRID = 16  # an integer with at most so many values is chosen by one click


def read(parameter: Parameter, text: str) -> Any:
    """The value for the wire, or None for an empty text. Raises ValidationError; ranges are the pre-flight's."""
    text = text.strip()
    if not text:
        return None
    if parameter.kind == "bool":
        return read_switch(parameter, text)
    if parameter.kind == "json":
        return read_json(parameter, text)
    if parameter.choices:
        return read_choice(parameter, text)
    if parameter.kind == "int":
        return read_number(parameter, text)
    return text


def read_switch(parameter: Parameter, text: str) -> bool:
    if text.lower() not in WORDS:
        why = _("{setting}: “{text}” is neither on nor off.")
        raise forms.ValidationError(why.format(setting=parameter.label, text=text))
    return WORDS[text.lower()]


def read_json(parameter: Parameter, text: str) -> Any:
    try:
        return strict_json.read_json(text.encode())
    except strict_json.Garbled as garbled:
        why = _("{setting}: the text {problem}.")
        raise forms.ValidationError(why.format(setting=parameter.label, problem=told(str(garbled)))) from None


def read_choice(parameter: Parameter, text: str) -> Any:
    for choice in parameter.choices:
        if str(choice).lower() == text.lower():
            return choice
    listed = _(", ").join(map(named, parameter.choices))
    why = _("{setting}: “{text}” is not offered. Choose one of {choices}.")
    raise forms.ValidationError(why.format(setting=parameter.label, text=text, choices=listed))


def read_number(parameter: Parameter, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        why = _("{setting}: “{text}” is not a whole number.")
        raise forms.ValidationError(why.format(setting=parameter.label, text=text)) from None


def written(value: Any) -> str:
    """The opposite of `read`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


class LastWidget(forms.Widget):
    """The last value of a name: a switch posts "false" from a hidden field and, when it is on, "true" after it."""

    def __init__(self, default: str) -> None:
        super().__init__()
        self.default = default

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        # What a form leaves out altogether stands at its default; what it empties is left to the provider.
        return str(data.get(name, self.default))


class SettingField(forms.Field):
    def __init__(self, parameter: Parameter) -> None:
        text = written(parameter.default)
        super().__init__(
            required=False,
            initial=text,
            label=str(parameter.label),
            widget=LastWidget(text),
            help_text=str(parameter.help),
        )
        self.parameter = parameter

    def to_python(self, value: Any) -> Any:
        return read(self.parameter, str(value or ""))


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    ratio: float | None = None  # width / height, for a small drawing


@dataclass(frozen=True)
class Setting:
    """One parameter with its present value, ready for a template."""

    parameter: Parameter
    name: str  # of the form field
    value: str
    options: tuple[Option, ...]
    control: str  # switch | options | number | text

    @property
    def shown(self) -> str:
        """The chip's text."""
        chosen = next((option.label for option in self.options if option.value == self.value), self.value)
        if not self.value:
            return str(self.parameter.label)
        if self.control != "number":
            return chosen
        return f"{chosen} {self.parameter.unit}" if self.parameter.unit else f"{self.parameter.label} {chosen}"

    @property
    def range(self) -> str:
        """What a number may be, for the field that takes it."""
        low, high, unit = self.parameter.min, self.parameter.max, self.parameter.unit
        if low is None or high is None:
            return ""
        return _("{low} to {high} {unit}").format(low=f"{low:,}", high=f"{high:,}", unit=unit).strip()

    @property
    def ratio(self) -> float | None:
        return ratio_of(self.value)

    @property
    def default(self) -> str:
        return written(self.parameter.default)


def setting(parameter: Parameter, value: str) -> Setting:
    control = control_of(parameter)
    options = options_of(parameter) if control == "options" else ()
    return Setting(parameter, PREFIX + parameter.name, value, options, control)


def control_of(parameter: Parameter) -> str:
    if parameter.kind == "bool":
        return "options" if parameter.default is None else "switch"
    if parameter.choices or grid_of(parameter):
        return "options"
    return "number" if parameter.kind == "int" else "text"


def grid_of(parameter: Parameter) -> tuple[int, ...]:
    """All values of a short integer range."""
    if parameter.kind != "int" or parameter.min is None or parameter.max is None:
        return ()
    values = range(parameter.min, parameter.max + 1)
    return tuple(values) if len(values) <= WIDEST_GRID else ()


def options_of(parameter: Parameter) -> tuple[Option, ...]:
    options: tuple[Option, ...]
    if parameter.kind == "bool":
        options = (Option("true", _("On")), Option("false", _("Off")))
    else:
        options = tuple(
            Option(str(value), labelled(value, parameter), ratio_of(str(value)))
            for value in parameter.choices or grid_of(parameter)
        )
    return options if parameter.required else (Option("", unset_label(parameter)), *options)


def labelled(value: Any, parameter: Parameter) -> str:
    text = _("Adaptive") if value == "adaptive" else str(value)
    if parameter.kind == "size":
        return text.replace(":", " × ")
    if parameter.unit and text.lstrip("-").isdigit():
        return f"{text} {parameter.unit}"
    return text if value == "adaptive" else named(text)


def unset_label(parameter: Parameter) -> str:
    if parameter.implied is None:
        return _("Provider’s choice")
    if isinstance(parameter.implied, bool):
        return _("Provider’s choice (on)") if parameter.implied else _("Provider’s choice (off)")
    return _("Provider’s choice ({value})").format(value=named(parameter.implied))


def ratio_of(text: str) -> float | None:
    """Of "16:9" or "1280:720"; None for words."""
    wide, _colon, high = text.replace("x", ":").partition(":")
    if not (len(text) < 24 and wide.isdecimal() and high.isdecimal() and int(high)):
        return None
    return int(wide) / int(high)
