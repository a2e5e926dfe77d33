"""What must hold in a data file beyond its types. Each check yields what is wrong."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from urllib.parse import urlsplit

from .spec import Mode, ModelSpec, Parameter, Preset
from .values import choices_in, complaint

MODES = {"text", "first_frame", "frames", "references"}
KINDS = {"choice", "int", "bool", "ratio", "size", "json"}
ROLES = {
    "first_frame": "image",
    "last_frame": "image",
    "reference_image": "image",
    "reference_video": "video",
    "reference_audio": "audio",
}
UNITS = {"call", "second", "million_tokens"}
ADDS = {"tag", "seed", "expiry"}


def complaints_of_model(spec: ModelSpec, known: Collection[str]) -> Iterator[str]:
    """`known`: every parameter name of the family, for modes are shared by models with different settings."""
    names = [parameter.name for parameter in spec.parameters]
    yield from (f"two parameters are called {name}" for name in sorted(set(names)) if names.count(name) > 1)
    mode_names = [mode.name for mode in spec.modes]
    yield from (f"two modes are called {name}" for name in sorted(set(mode_names)) if mode_names.count(name) > 1)
    if not spec.modes:
        yield "it has no mode"
    yield from chain.from_iterable(_of_mode(mode, known) for mode in spec.modes)
    yield from chain.from_iterable(_of_parameter(parameter, spec.modes) for parameter in spec.parameters)
    for price in spec.prices:
        if price.unit not in UNITS:
            yield f"a price cannot be per {price.unit}"
        yield from (f"a price depends on {name}" for name in price.when if name not in {*names, "video_input"})
    pixels = (size for row in spec.sizes.values() for size in row.values())
    yield from (f"{size} is no size in pixels" for size in pixels if not re.fullmatch(r"\d+x\d+", size))


def _of_mode(mode: Mode, known: Collection[str]) -> Iterator[str]:
    if mode.name not in MODES:
        yield f"there is no mode {mode.name}"
    roles = [slot.role for slot in mode.slots]
    yield from (f"{mode.name} has two slots for {role}" for role in sorted(set(roles)) if roles.count(role) > 1)
    for slot in mode.slots:
        if ROLES.get(slot.role) != slot.kind:
            yield f"a {slot.kind} cannot be a {slot.role}"
        if not 0 <= slot.min <= slot.max or slot.max < 1:
            yield f"{slot.role} cannot take {slot.min} to {slot.max} files"
    yield from (f"{mode.name} needs {role}, for which it has no slot" for role in mode.needs if role not in roles)
    for name in chain(mode.omit, mode.drop_choices):
        if name not in known:
            yield f"{mode.name} leaves out {name}, which is no parameter"


def _of_parameter(parameter: Parameter, modes: Collection[Mode]) -> Iterator[str]:
    if parameter.kind not in KINDS:
        yield f"{parameter.name} cannot be of kind {parameter.kind}"
    if (parameter.kind in {"choice", "ratio", "size"}) != bool(parameter.choices):
        yield f"{parameter.name}: choices belong to the kinds choice, ratio and size, and only to them"
    for value in (parameter.default, parameter.implied):
        if value is not None and (why := complaint(parameter, value, parameter.choices)):
            yield f"{parameter.name} cannot start as {value!r}: {why}"
    if parameter.required and parameter.default is None:
        yield f"{parameter.name} must be sent, so it needs a default"
    open_modes = [mode for mode in modes if parameter.name not in mode.omit]
    if parameter.choices and any(not choices_in(parameter, mode) for mode in open_modes):
        yield f"{parameter.name} has a mode with no choice left"


def complaints_of_preset(preset: Preset, models: Mapping[str, ModelSpec]) -> Iterator[str]:
    for key in preset.models:
        if key not in models:
            yield f"there is no model {key}"
        elif models[key].dialect != preset.dialect:
            yield f"{key} speaks {models[key].dialect}, the preset {preset.dialect}"
    yield from (f"an id for {key}, which it does not offer" for key in preset.ids if key not in preset.models)
    yield from (f"it adds {what}, and only {', '.join(sorted(ADDS))} are known" for what in preset.adds - ADDS)
    known = {parameter.name for key in preset.models if key in models for parameter in models[key].parameters}
    yield from (f"it omits {name}, which none of its models has" for name in preset.omits if name not in known)
    parts = urlsplit(preset.base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or preset.base_url.endswith("/"):
        yield f"{preset.base_url} is no base URL: http or https, a host, no slash at its end"
    if preset.concurrency < 1 or preset.rate < 1:
        yield "concurrency and rate start at 1"
