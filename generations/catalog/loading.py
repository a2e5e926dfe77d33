"""From data files to frozen specs. A wrong file never loads: a complaint names the file, the entry and the key.

A family's file names limits, slots, modes, parameters and sizes once and refers to them by name; `like` starts an entry
from another of its section.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from .soundness import complaints_of_model, complaints_of_preset
from .spec import Limits, Mode, ModelSpec, Parameter, Preset, Price, Slot
from .tongue import Text

SECTIONS = {"family", "dialect", "limits", "slots", "modes", "parameters", "sizes", "models"}
PRESETS_FILE = "presets.toml"
# What is said in the reader's language; names of products are names.
TEXTS: dict[type[Any], tuple[str, ...]] = {
    Slot: ("label",),
    Mode: ("label",),
    Parameter: ("label", "help"),
    ModelSpec: ("notes",),
    Preset: ("help",),
}

T = TypeVar("T")


class CatalogError(Exception):
    """A data file that says something impossible, and what."""


def load(folder: Path) -> tuple[Mapping[str, ModelSpec], Mapping[str, Preset]]:
    """All models and presets of a folder, read-only. Raises CatalogError."""
    models: dict[str, ModelSpec] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == PRESETS_FILE:
            continue
        found = read_family(path)
        if twice := models.keys() & found.keys():
            raise CatalogError(f"{path.name}: the model {min(twice)} is in another file already")
        models |= found
    presets = read_presets(folder / PRESETS_FILE, models)
    return MappingProxyType(models), MappingProxyType(presets)


def read_family(path: Path) -> dict[str, ModelSpec]:
    data = read(path)
    where = path.name
    if unknown := data.keys() - SECTIONS:
        raise CatalogError(f"{where}: unknown section {min(unknown)}")
    limits = build_all(Limits, data, "limits", where)
    slots = build_all(Slot, data, "slots", where, limits=limits)
    modes = build_all(Mode, data, "modes", where, slots=slots)
    parameters = build_all(Parameter, data, "parameters", where, named=True)
    sizes = inherited(data.get("sizes", {}), f"{where} sizes")
    shared: dict[str, Mapping[str, Any]] = {"modes": modes, "parameters": parameters, "sizes": sizes}
    models = {}
    for key, table in inherited(data.get("models", {}), f"{where} models").items():
        place = f"{where} models.{key}"
        prices = tuple(build(Price, price, f"{place} price") for price in table.get("prices", ()))
        whole = {"key": key, "family": data.get("family"), "dialect": data.get("dialect")} | table | {"prices": prices}
        models[key] = build(ModelSpec, whole, place, **shared)
        if complaints := list(complaints_of_model(models[key], {one.name for one in parameters.values()})):
            raise CatalogError(f"{place}: {'; '.join(complaints)}")
    return models


def read_presets(path: Path, models: Mapping[str, ModelSpec]) -> dict[str, Preset]:
    presets = {}
    for name, table in inherited(read(path), path.name).items():
        place = f"{path.name} {name}"
        presets[name] = build(Preset, {"name": name} | table, place)
        if complaints := list(complaints_of_preset(presets[name], models)):
            raise CatalogError(f"{place}: {'; '.join(complaints)}")
    return presets


def read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # a doubled key is a TOMLDecodeError, a ValueError
        raise CatalogError(f"{path.name}: {error}") from error


def inherited(tables: Mapping[str, Any], where: str) -> dict[str, dict[str, Any]]:
    """The entries of one section with every `like` filled in."""

    def full(name: str, seen: tuple[str, ...]) -> dict[str, Any]:
        table = tables.get(name)
        if not isinstance(table, dict):
            raise CatalogError(f"{where}: there is no entry {name}, which {seen[-1] if seen else 'the file'} needs")
        if name in seen:
            raise CatalogError(f"{where}: {name} is like itself")
        base = full(table["like"], (*seen, name)) if "like" in table else {}
        return base | {key: value for key, value in table.items() if key != "like"}

    return {name: full(name, ()) for name in tables}


def build_all(
    cls: type[T], data: Mapping[str, Any], section: str, where: str, *, named: bool = False, **shared: Mapping[str, Any]
) -> dict[str, T]:
    """One section's entries as `cls`. `named`: an entry without a name has its table's, up to the first dash."""
    tables = inherited(data.get(section, {}), f"{where} {section}")
    defaults = {name: {"name": name.split("-")[0]} if named else {} for name in tables}
    return {
        name: build(cls, defaults[name] | table, f"{where} {section}.{name}", **shared)
        for name, table in tables.items()
    }


def build(cls: type[T], table: Mapping[str, Any], where: str, **shared: Mapping[str, Any]) -> T:
    """A frozen `cls` from a table; fields in `shared` hold names of entries there. Raises CatalogError."""
    hints = get_type_hints(cls)
    if unknown := table.keys() - hints.keys():
        raise CatalogError(f"{where}: unknown key {min(unknown)}")
    values = {name: resolve(tupled(value), shared.get(name), f"{where}.{name}") for name, value in table.items()}
    for field in fields(cls):  # type: ignore[arg-type]  # every T here is a dataclass
        if field.name not in values:
            if field.default is MISSING and field.default_factory is MISSING:
                raise CatalogError(f"{where}: {field.name} is missing")
            continue
        if get_origin(hints[field.name]) is frozenset:
            values[field.name] = frozenset(values[field.name])
        if not fits(values[field.name], hints[field.name]):
            raise CatalogError(f"{where}: {field.name} cannot be {table[field.name]!r}")
        if field.name in TEXTS.get(cls, ()) and values[field.name]:
            values[field.name] = Text(values[field.name])
    return cls(**values)


def resolve(value: Any, shared: Mapping[str, Any] | None, where: str) -> Any:
    """The entries that a name, or a tuple of names, stands for."""
    if shared is None:
        return value
    names = value if isinstance(value, tuple) else (value,)
    for name in names:
        if name not in shared:
            raise CatalogError(f"{where}: there is no {name}")
    return tuple(shared[name] for name in names) if isinstance(value, tuple) else shared[value]


def tupled(value: Any) -> Any:
    """Lists as tuples, all the way down."""
    if isinstance(value, list | tuple):
        return tuple(map(tupled, value))
    return {key: tupled(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def fits(value: Any, hint: Any) -> bool:
    """Whether a value has the type that a field declares. A bool is no number; a whole number is a float too."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in {Union, UnionType}:
        return any(fits(value, one) for one in inner)
    if origin in {tuple, frozenset}:
        return isinstance(value, origin) and all(fits(one, inner[0]) for one in value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            fits(key, inner[0]) and fits(one, inner[1]) for key, one in value.items()
        )
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, int | float if hint is float else hint)
