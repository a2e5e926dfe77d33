"""The parts of the storm, numbered as the figures they prove; each is a function of its folder and its database."""

from .clocks import CLOCKS
from .crash_points import CRASH_POINTS
from .inside import F4, F5, F6, F13, F15
from .kills import F1, F2, F7
from .outages import OUTAGES
from .part import Part

ALL = (
    F1,
    F2,
    CRASH_POINTS,
    F4,
    F5,
    F6,
    F7,
    OUTAGES,
    CLOCKS,
    F13,
    F15,
)
PARTS: dict[str, Part] = {part.name: part for part in ALL}

__all__ = ["PARTS", "Part"]
