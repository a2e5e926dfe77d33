"""The parts of the storm, numbered as the figures they prove; each is a function of its folder and its database."""

from .busy import BUSIES, Busy
from .cut_downloads import CUTS, Cuts
from .full_disks import DISKS, Disks
from .gates import GATES, Gates
from .kills import KILLS, Kills
from .part import Part

PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        *map(Kills.part, KILLS),
        *map(Disks.part, DISKS),
        *map(Gates.part, GATES),
        *map(Cuts.part, CUTS),
        *map(Busy.part, BUSIES),
    )
}

__all__ = ["PARTS", "Part"]
