"""The parts of the storm, numbered as the figures they prove; each is a function of its folder and its database."""

from .kills import KILLS, Kills
from .part import Part

PARTS: dict[str, Part] = {part.name: part for part in (*map(Kills.part, KILLS),)}

__all__ = ["PARTS", "Part"]
