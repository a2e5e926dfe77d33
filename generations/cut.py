"""A rough cut: the picked takes of a project's shots, in order, with their places on one timeline.

The edit decision list is CMX 3600, as editing suites read it: one event a line, times as hh:mm:ss:ff at one rate.
"""

from dataclasses import dataclass
from typing import Any

from studio.models import Project

from . import zips
from .catalog import label_of
from .models import Clip, Generation, Shot

RATE = 24  # frames a second of the list, whatever the clips have
FORMULA = "=+-@\t\r"  # a cell that begins so is a formula to a spreadsheet


@dataclass(frozen=True)
class Entry:
    """One shot of the cut; `start` in seconds from the beginning."""

    shot: Shot
    take: Generation
    clip: Clip
    start: float
    file: str  # its name in the archive


@dataclass(frozen=True)
class Cut:
    project: Project
    entries: tuple[Entry, ...]
    open_shots: tuple[Shot, ...]  # nothing is picked for these yet

    @property
    def seconds(self) -> float:
        return sum(entry.clip.seconds for entry in self.entries)

    def as_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "number": number,
                "shot": entry.shot.name,
                "file": entry.file,
                "start": round(entry.start, 3),
                "seconds": round(entry.clip.seconds, 3),
                "width": entry.clip.width,
                "height": entry.clip.height,
                "fps": round(entry.clip.fps, 3),
                "model": label_of(entry.take.model),
                "prompt": entry.take.prompt,
                "sha256": entry.clip.sha256,
            }
            for number, entry in enumerate(self.entries, 1)
        ]

    def as_edl(self) -> str:
        lines = [f"TITLE: {printable(self.project.name)}", "FCM: NON-DROP FRAME", ""]
        frame = 0
        for number, entry in enumerate(self.entries, 1):
            length = max(round(entry.clip.seconds * RATE), 1)
            times = " ".join(map(timecode, (0, length, frame, frame + length)))
            lines += [f"{number:03}  AX       V     C        {times}", f"* FROM CLIP NAME: {entry.file}"]
            lines += [f"* COMMENT: {printable(entry.shot.name)}", ""]
            frame += length
        return "\n".join(lines)


def cut(project: Project) -> Cut:
    shots = list(project.shots.in_order().select_related("pick__clip"))
    picked = [(shot, shot.pick, shot.pick.clip) for shot in shots if shot.pick and shot.pick.clip and shown(shot.pick)]
    names = zips.distinct(f"{number:02}-{slug(shot.name)}.mp4" for number, (shot, _, _) in enumerate(picked, 1))
    entries, start = [], 0.0
    for name, (shot, take, clip) in zip(names, picked, strict=True):
        entries.append(Entry(shot, take, clip, start, name))
        start += clip.seconds
    chosen = {shot.pk for shot, _, _ in picked}
    return Cut(project, tuple(entries), tuple(shot for shot in shots if shot.pk not in chosen))


def shown(take: Generation) -> bool:
    return take.trashed_at is None


def timecode(frame: int) -> str:
    seconds, frames = divmod(frame, RATE)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def slug(name: str, otherwise: str = "shot") -> str:
    """Letters of any script, digits and dashes: what every file system takes."""
    return "-".join("".join(c if c.isalnum() else " " for c in name).split())[:60] or otherwise


def printable(text: str) -> str:
    """One line: a line break would begin an event of its own."""
    return " ".join(text.split())


def inert(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple(FORMULA)) else value
