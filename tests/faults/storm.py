"""SIGKILL whatever runs, again and again, while members go on asking; then let the checker judge what became of it.

`make storm` runs all parts whole, `make storm PART=f1` one; each goes on where it was cut, for its studio, its ledger
and its figures stay in `.storm/`. Times of the engine are divided by twenty; kills come 1-4 s after work flows again.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.house import House, flows, house
from tests.faults.load import Load
from tests.faults.postgres import Missing, postgres
from tests.running import ROOT

MOVING = {"queued", "submitting", "accepted", "running", "succeeded", "fetching"}
GROUND = Path(os.environ.get("STUDIO_STORM", ROOT / ".storm"))
SPEED = 20
COLUMNS = ("part", "database", "submissions", "kills", "lost", "double", "uncertain", "bound", "ok", "recovery longest")
TAGGED: dict[str, Any] = {"flags": {}, "provider": {}}
MANUAL: dict[str, Any] = {
    "flags": {"no_tag": True, "no_list": True},
    "provider": {"adds": ["seed"], "lists": False},
}


@dataclass(frozen=True)
class Part:
    """`count` submissions under `kills` kills; one in four kills the whole group, unless it is to be `single`."""

    name: str
    about: str
    count: int
    kills: int
    provider: dict[str, Any] = field(default_factory=lambda: TAGGED)
    single: bool = False


PARTS = {
    part.name: part
    for part in (
        Part("f1", "kills, at a provider that echoes tags", 10_000, 250),
        Part("f2", "kills, at a provider without tags and list", 10_000, 250, MANUAL),
        Part("f7", "single processes killed or stopped", 1_000, 200, TAGGED, single=True),
    )
}


class Progress:
    """What a part has done so far, on disk."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "progress.json"
        self.kills: list[dict[str, Any]] = json.loads(self.path.read_text()) if self.path.exists() else []

    def add(self, **kill: Any) -> None:
        self.kills.append(kill)
        draft = self.path.with_suffix(".part")
        draft.write_text(json.dumps(self.kills))
        draft.replace(self.path)


def storm(studio: House, part: Part, seed: int = 0) -> Progress:
    """Until both the submissions and the kills are done."""
    progress = Progress(studio.folder)
    chance = random.Random(f"{part.name} {seed} {len(progress.kills)}")
    with Load(studio, part.count) as load:
        while not load.is_done or len(progress.kills) < part.kills:
            flows(studio)
            time.sleep(chance.uniform(1, 4))
            progress.add(**one_kill(studio, part, chance))
            print_state(studio, part, progress, load)
    return progress


def one_kill(studio: House, part: Part, chance: random.Random) -> dict[str, Any]:
    posting = studio.tally()["submitting"]
    stops = part.single and chance.random() < 0.25
    whole = not part.single and chance.random() < 0.25
    began = time.monotonic()
    what = studio.kill_all() if whole else studio.kill_one(chance, 19 if stops else 9)
    time.sleep(0.3)
    studio.revive()
    flows(studio, 120)
    return {"what": what, "stopped": stops, "posting": posting, "recovered": round(time.monotonic() - began, 2)}


def calm(studio: House, seconds: float = 600) -> float:
    """Wait until nothing moves any more, and what is uncertain has been looked for; seconds that it took."""
    began = time.monotonic()
    last, since = studio.tally(), time.monotonic()
    while time.monotonic() - began < seconds:
        time.sleep(1)
        now = studio.tally()
        if now != last:
            last, since = now, time.monotonic()
        settled = not MOVING & set(now)
        if settled and (not now["uncertain"] or time.monotonic() - since > 40):
            break
    return time.monotonic() - began


def judged(studio: House, part: Part, progress: Progress) -> dict[str, Any]:
    """The figures of a part, after the storm has calmed down."""
    took = calm(studio)
    gate = studio.sql("select max_concurrent, rate from generations_provider")[0]
    said = studio.checked("--quiet", "--gate", str(gate[0]), "--rate", str(gate[1]))
    kills = len(progress.kills)
    recoveries = [kill["recovered"] for kill in progress.kills]
    return {
        "part": part.name,
        "ok": said["ok"],
        "submissions": said["figures"]["attempts"],
        "kills": kills,
        **{name: said["figures"][name] for name in ("lost", "double", "uncertain", "stored")},
        "posts in flight at kills": sum(kill["posting"] for kill in progress.kills),
        "bound": f"3/{kills} = {3 / kills:.3f}" if kills else "",
        "recovery median": round(statistics.median(recoveries), 1) if recoveries else None,
        "recovery longest": max(recoveries, default=None),
        "calm after": round(took),
        "states": studio.tally(),
        "violations": {name: one["violations"][:5] for name, one in said["invariants"].items() if one["violations"]},
    }


def print_state(studio: House, part: Part, progress: Progress, load: Load) -> None:
    if len(progress.kills) % 10 == 0:
        kill = progress.kills[-1]
        line = (
            f"{part.name}: {load.asked} asked, {len(progress.kills)} kills, last {kill['what']}, {kill['recovered']} s"
        )
        sys.stderr.write(f"{line}; {dict(studio.tally())}\n")


@contextmanager
def databases(folder: Path, which: str) -> Iterator[dict[str, str]]:
    """The environment that names the database. Raises Missing."""
    if which == "sqlite":
        yield {}
        return
    with postgres(folder / "postgres") as server:
        yield {"DATABASE_URL": server.url}


def run(part: Part, which: str, ground: Path = GROUND) -> dict[str, Any]:
    """One part on one database; its figures are kept as JSON. Raises Missing."""
    folder = ground / f"{part.name}-{which}"
    kept = folder / "figures.json"
    if kept.exists():
        figures: dict[str, Any] = json.loads(kept.read_text())
        return figures
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with (
        databases(folder, which) as environment,
        house(folder / "run", speed=SPEED, flags=part.provider["flags"], **environment) as studio,
    ):
        studio.prepare(**part.provider["provider"])
        studio.start()
        progress = storm(studio, part)
        figures = judged(studio, part, progress)
    figures |= {"database": which, "seconds": round(time.monotonic() - began)}
    kept.write_text(json.dumps(figures, indent=1))
    return figures


def table(rows: list[dict[str, Any]]) -> str:
    names = COLUMNS
    lines = [names, *(tuple(str(row.get(name, "")) for name in names) for row in rows)]
    wide = [max(len(line[column]) for line in lines) for column in range(len(names))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)) for line in lines)


def main(words: list[str], say: Callable[[str], object] = print) -> int:
    """`[PART] [DATABASE]`, all of both by default; 0 when everything held."""
    parts = [PARTS[words[0]]] if words else list(PARTS.values())
    rows = []
    for part in parts:
        for which in words[1:] or ("sqlite", "postgres"):
            try:
                rows.append(run(part, which))
            except Missing as missing:
                say(f"SKIPPED: {part.name} on PostgreSQL: {missing}.")
    say(table(rows))
    bad = [row for row in rows if not row["ok"]]
    for row in bad:
        say(json.dumps(row["violations"], indent=1))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
