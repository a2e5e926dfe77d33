"""How long a take usually takes: measured on this project's own clips, before that the catalog's guess."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.models import Project

from . import catalog
from .models import Generation, Status

LOOKED_AT = 80  # of the project's last clips
ENOUGH = 5  # of one model at one provider, to speak of seconds left


@dataclass(frozen=True)
class Pace:
    seconds: float  # within which four of five takes end
    measured: bool


Paces = Mapping[tuple[int, str], Pace]


def paces(project: Project) -> Paces:
    """By (provider's key, model)."""
    took: dict[tuple[int, str], list[float]] = {}
    rows = Generation.objects.filter(project=project, status=Status.DONE).order_by("-id")[:LOOKED_AT]
    for provider, model, started, ended in rows.values_list("provider_id", "model", "started_at", "ended_at"):
        if started and ended:
            took.setdefault((provider, model), []).append((ended - started).total_seconds())
    return {key: Pace(fourth_of_five(times), True) for key, times in took.items() if len(times) >= ENOUGH}


def fourth_of_five(times: list[float]) -> float:
    return max(sorted(times)[int(len(times) * 0.8) - 1], 1.0)


def pace_of(generation: Generation, known: Paces | None) -> Pace:
    found = (known or {}).get((generation.provider_id, generation.model))
    if found:
        return found
    spec = catalog.MODELS.get(generation.model)
    return Pace(spec.expected if spec else 90.0, False)
