"""The parts of the storm, numbered as the figures they prove; each is a function of its folder and its database."""

from .busy import F14
from .clocks import F9
from .crash_points import F3
from .cut_downloads import F12
from .full_disks import F10
from .gates import F11
from .inside import F4, F5, F6, F13, F15
from .kills import F1, F2, F7
from .outages import F8
from .part import Part

ALL = (F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15)
PARTS: dict[str, Part] = {part.name: part for part in ALL}

__all__ = ["PARTS", "Part"]
