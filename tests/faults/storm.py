"""The whole proof: every part on every database it is meant for, its figures as JSON in `.storm/`, and one table.

`make storm` runs all, `make storm PART=f1 DB=sqlite` one. What has its figures is not run again, and a part that was
cut goes on where it can: its studio, its ledger and its progress stay in its folder.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.parts import PARTS, Part
from tests.faults.postgres import Missing
from tests.running import ROOT

GROUND = Path(os.environ.get("STUDIO_STORM_FOLDER", ROOT / ".storm"))
COLUMNS = ("part", "database", "ok", "n", "submissions", "kills", "lost", "double", "uncertain", "bound", "recovery")


def run(part: Part, database: str, ground: Path = GROUND) -> dict[str, Any]:
    """One part on one database; its figures are kept, with the time of its last stretch. Raises Missing."""
    folder = ground / f"{part.name}-{database}"
    kept = folder / "figures.json"
    if kept.exists():
        figures: dict[str, Any] = json.loads(kept.read_text())
        return figures
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    found = part.run(folder, database)
    figures = {"part": part.name, "database": database, "seconds": round(time.monotonic() - began)} | found
    kept.write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def table(rows: list[dict[str, Any]]) -> str:
    """The columns that all know, and behind them what else a part has to say."""
    lines = [COLUMNS, *(tuple(str(row.get(name, "")) for name in COLUMNS) for row in rows)]
    wide = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)) for line in lines]
    return "\n".join([drawn[0], *(f"{line}  {rest_of(row)}" for line, row in zip(drawn[1:], rows, strict=True))])


def rest_of(row: dict[str, Any]) -> str:
    """What has no column, without what is told below the table."""
    names = [name for name in row if name not in (*COLUMNS, "violations")]
    return ", ".join(f"{name} {row[name]}" for name in names if not isinstance(row[name], dict | list))


def main(words: list[str], say: Callable[[str], object] = print) -> int:
    """`[PART] [DATABASE]`, all of both by default; 0 when everything held."""
    rows = []
    for part in [PARTS[words[0]]] if words else PARTS.values():
        for database in part.databases:
            if database not in (words[1:] or part.databases):
                continue
            try:
                rows.append(run(part, database))
                say(table(rows[-1:]))
            except Missing as missing:
                say(f"SKIPPED: {part.name} on {database}: {missing}.")
    say(table(rows))
    bad = [row for row in rows if not row["ok"]]
    for row in bad:
        say(f"{row['part']} on {row['database']}: {json.dumps(row.get('violations'), indent=1)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
