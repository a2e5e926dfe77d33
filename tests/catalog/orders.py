"""From the catalog's own defaults to what goes on the wire, as a form that nobody touched would send it."""

from collections.abc import Mapping, Sequence
from typing import Any

from generations import catalog, providers
from generations.catalog.preflight import InputFacts
from generations.catalog.spec import Mode, ModelSpec, Preset, Slot
from generations.catalog.values import defaults, flag_names, without
from generations.providers.base import Account, Call, Medium, Order

KEY = "sk-test-0123456789abcdef"
FORMATS = {"image": "png", "video": "mp4", "audio": "wav"}


def mode_of(spec: ModelSpec, name: str) -> Mode:
    return next(mode for mode in spec.modes if mode.name == name)


def slot_of(mode: Mode, role: str) -> Slot:
    return next(slot for slot in mode.slots if slot.role == role)


def call_of(
    preset: Preset,
    key: str,
    mode_name: str,
    prompt: str,
    media: Sequence[tuple[str, str]] = (),
    changes: Mapping[str, Any] | None = None,
) -> Call:
    """`media`: (role, url) in order. `changes` on top of the defaults; None unsets."""
    spec = without(catalog.model(key), preset.omits)
    mode = mode_of(spec, mode_name)
    values = defaults(spec, mode) | dict(changes or {})
    order = Order(
        model=catalog.offers(preset)[key],
        prompt=prompt,
        media=[Medium(role, slot_of(mode, role).kind, url, slot_of(mode, role).name_role) for role, url in media],
        parameters={name: value for name, value in values.items() if value is not None},
        flag_names=flag_names(spec),
    )
    account = Account(preset.base_url, KEY, preset.headers, preset.flags, preset.lists)
    return providers.dialect(preset.dialect).create(account, order)


def facts(role: str, kind: str = "image", **changes: Any) -> InputFacts:
    """A file that every maker takes."""
    usual: dict[str, Any] = {"bytes": 400_000, "format": FORMATS[kind]}
    usual |= {"width": 1280, "height": 720} if kind != "audio" else {}
    usual |= {"seconds": 5.0} if kind != "image" else {}
    return InputFacts(role, kind, **{**usual, **changes})


def least_inputs(mode: Mode) -> list[InputFacts]:
    """As few files as the mode takes."""
    found = [facts(slot.role, slot.kind) for slot in mode.slots for _ in range(slot.min)]
    if mode.needs and not any(one.role in mode.needs for one in found):
        slot = slot_of(mode, mode.needs[0])
        found.append(facts(slot.role, slot.kind))
    return found
