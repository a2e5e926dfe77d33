"""F3: every crash point at every behaviour of the provider, each lived through by one take on the same studio."""

import sys
from pathlib import Path
from typing import Any

from tests.faults.crashes import BEHAVIOURS, POINTS, Cell
from tests.faults.house import House

from .part import Part, books, bound, calm, running
from .progress import Progress

CELLS = [(point, behaviour) for point in POINTS for behaviour in BEHAVIOURS]


def run(folder: Path, database: str) -> dict[str, Any]:
    choice = folder / "run" / "crash"  # names the point; left over from a cut, it would kill at the wrong time
    choice.unlink(missing_ok=True)
    with running(folder, database, CRASH_AT=f"@{choice}") as (studio, _):
        studio.lab.clear()
        progress = Progress(studio.folder)
        told = {(cell["point"], cell["behaviour"]) for cell in progress.done}
        for point, behaviour in CELLS:
            if (point, behaviour) not in told:
                progress.add(**one_cell(studio, choice, point, behaviour))
                sys.stderr.write(f"f3: {len(progress.done)} of {len(CELLS)}, {progress.done[-1]}\n")
        return judged(studio, progress)


def one_cell(studio: House, choice: Path, point: str, behaviour: str) -> dict[str, Any]:
    """What became of it; `wrong` says what should not have, and the next cell is tried all the same."""
    try:
        return Cell(studio, choice, point, behaviour).run()
    except AssertionError as error:
        return {"point": point, "behaviour": behaviour, "died": False, "wrong": str(error)}


def judged(studio: House, progress: Progress) -> dict[str, Any]:
    """A point that lies behind an acceptance is not reached by an order that is refused, but each by some order."""
    took = calm(studio)
    figures = books(studio)
    cells = progress.done
    wrong = [f"{cell['point']}, {cell['behaviour']}: {cell['wrong']}" for cell in cells if "wrong" in cell]
    reached = [cell for cell in cells if cell["died"]]
    wrong += [f"nobody came to {point}" for point in POINTS if point not in {cell["point"] for cell in reached}]
    if wrong:
        figures["ok"] = False
        figures["violations"]["F3"] = wrong
    counts = {"reached": len(reached), "not reached": len(cells) - len(reached)}
    lone = ", ".join(f"{cell['point']} ({cell['behaviour']})" for cell in cells if not cell["died"])
    more = {"n": len(cells), "kills": len(reached), "bound": bound(len(reached)), **counts}
    return figures | more | {"calm after": round(took), "points not reached": [lone]}


F3 = Part("f3", "every crash point, at a provider that takes, refuses or hangs", run)
