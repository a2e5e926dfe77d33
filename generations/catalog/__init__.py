"""What every model can do, read once from the data files beside this one.

Adding a model is adding an entry to its family's file; a wrong entry stops the start, saying which and why.
"""

from collections.abc import Mapping
from pathlib import Path

from .loading import load
from .spec import ModelSpec, Preset

MODELS: Mapping[str, ModelSpec]
PRESETS: Mapping[str, Preset]
MODELS, PRESETS = load(Path(__file__).parent)


def model(key: str) -> ModelSpec:
    """The model of that key. Raises KeyError."""
    if key not in MODELS:
        raise KeyError(f"There is no model “{key}” in the catalog.")
    return MODELS[key]


def label_of(key: str) -> str:
    """What the model is called; the key itself for one that the catalog no longer has."""
    return MODELS[key].label if key in MODELS else key


def preset(name: str) -> Preset:
    """The preset of that name. Raises KeyError."""
    if name not in PRESETS:
        raise KeyError(f"There is no preset “{name}” in the catalog.")
    return PRESETS[name]


def models_of(dialect: str) -> list[ModelSpec]:
    """Every model that this dialect can ask for, in the order of the files."""
    return [spec for spec in MODELS.values() if spec.dialect == dialect]


def offers(preset: Preset) -> dict[str, str]:
    """What an account made from this preset offers: key of the model → id on the wire."""
    return {key: preset.ids.get(key, MODELS[key].id) for key in preset.models}
