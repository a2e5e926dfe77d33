"""Where a clip comes from, and what came of it: frames that became inputs, and inputs that others share."""

from collections.abc import Sequence
from dataclasses import dataclass

from .models import Asset, Generation

MOST = 12  # of each side


@dataclass(frozen=True)
class Lineage:
    made_from: Sequence[Generation]  # clips of which a frame is an input of this one
    used_in: Sequence[Generation]  # clips that began with a frame of this one


def of(generation: Generation) -> Lineage:
    rows = Generation.objects.filter(project_id=generation.project_id, trashed_at=None).select_related("clip", "user")
    inputs = Asset.objects.filter(uses__generation=generation)
    sources = Asset.objects.filter(frame_of=generation)
    return Lineage(
        made_from=list(rows.filter(frames__in=inputs).distinct().order_by("-id")[:MOST]),
        used_in=list(rows.filter(inputs__asset__in=sources).distinct().order_by("-id")[:MOST]),
    )
