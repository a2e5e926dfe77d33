"""The whole proof: every part on every database it is meant for, its figures as JSON in `.storm/`, and one table.

`make storm` runs all; PART=f1 is one part, DB=sqlite one database. What has its figures is not run again, and a part
that was cut goes on where it can: its studio, its ledger and its progress stay in its folder. The verdict counts only
if the harness has caught every planted bug (F5).
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.parts import PARTS, Part
from tests.faults.parts.part import DATABASES
from tests.faults.postgres import Missing
from tests.running import ROOT

GROUND = Path(os.environ.get("STUDIO_STORM_FOLDER", ROOT / ".storm"))
PLANTED = "f5"
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


def main(words: list[str], say: Callable[[str], object] = print, ground: Path = GROUND) -> int:
    """`[PART] [DATABASE]`, all of both by default; 0 when everything held, and the harness itself is to be trusted."""
    if unknown := [word for word in words if word not in (*PARTS, *DATABASES)]:
        say(f"There is no part {unknown[0]}: {', '.join(PARTS)}; nor such a database: {', '.join(DATABASES)}.")
        return 2
    # First the planted bugs: what does not catch them need not go on.
    every = sorted(PARTS.values(), key=lambda part: part.name != PLANTED)
    chosen = [PARTS[word] for word in words if word in PARTS] or every
    wanted = [word for word in words if word in DATABASES] or DATABASES
    rows = []
    for part in chosen:
        for database in (one for one in part.databases if one in wanted):
            try:
                rows.append(run(part, database, ground))
                say(table(rows[-1:]))
            except Missing as missing:
                say(f"SKIPPED: {part.name} on {database}: {missing}.")
        if chosen is every and why_void(ground).startswith("VOID"):
            break
    say(table(rows))
    if not rows:
        say("Nothing ran, so nothing is proved.")
        return 1
    doubt = why_void(ground)
    bad = [row for row in rows if not row["ok"]]
    for row in bad:
        say(f"{row['part']} on {row['database']}: {json.dumps(row.get('violations'), indent=1)}")
    if doubt:
        say(doubt)
    return 1 if bad or doubt.startswith("VOID") else 0


def why_void(ground: Path) -> str:
    """Why these figures prove nothing, or nothing yet; empty once the harness has caught every planted bug."""
    kept = ground / f"{PLANTED}-sqlite" / "figures.json"
    if not kept.exists():
        return f"This counts once every planted bug is caught, which was not tried here yet: PART={PLANTED}."
    figures = json.loads(kept.read_text())
    if figures["ok"]:
        return ""
    return f"VOID: of {figures['n']} planted bugs not all were caught, so whatever held here proves nothing."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
