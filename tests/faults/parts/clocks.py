"""F9: the clock of the studio's machine is set forward and back while work flows; nothing waits, nothing ends."""

import random
import sys
import time
from pathlib import Path
from typing import Any

from tests.faults.house import House, flows
from tests.faults.load import Load

from .part import MOVING, Part, books, bound, calm, running, spread
from .progress import Progress

HOUR = 3600
JUMPS = (HOUR, -HOUR, 25 * HOUR, -25 * HOUR)  # after these four the clock is right again, as the checker wants it
ROUNDS = 5
STALL = 60  # seconds in which all that was on its way must have moved on
PATIENCE = 180  # of the harness, until it gives up on what does not move
SPEED = "5"  # divides the engine's times less than elsewhere: its ticks must not be late for another reason
PACE = 1  # second between two wishes, so that what moves late has not just waited in a line
SLOW: dict[str, Any] = {"flags": {"seconds": 8}, "provider": {}}  # some tasks are always on their way
BUSY = {
    "status": 429,
    "headers": {"Retry-After": "3"},
    "body": {"error": {"code": "RateLimit", "message": "the lab is busy"}},
}


def run(folder: Path, database: str) -> dict[str, Any]:
    file = folder / "run" / "clock"
    settings = "tests.faults.planted.settings"
    wrong = {"DJANGO_SETTINGS_MODULE": settings, "PLANTED_CLOCK": str(file)}
    with running(folder, database, SLOW, STUDIO_SPEED=SPEED, **wrong) as (studio, _):
        studio.lab.script("create", BUSY, chance=0.1)  # so that a provider rests, and orders wait for it
        progress = Progress(studio.folder)
        chance = random.Random(f"f9 {len(progress.done)}")
        with Load(studio, sys.maxsize, takes=1, pace=PACE):
            while len(progress.done) < ROUNDS * len(JUMPS):
                flow(studio)
                time.sleep(chance.uniform(1, 4))
                progress.add(**one_jump(studio, file, JUMPS[len(progress.done) % len(JUMPS)], progress))
                sys.stderr.write(f"f9: {len(progress.done)} of {ROUNDS * len(JUMPS)}, {progress.done[-1]}\n")
        studio.lab.clear()
        return judged(studio, progress)


def one_jump(studio: House, file: Path, jump: int, progress: Progress) -> dict[str, Any]:
    """`stall` is until everything that was on its way has moved on, `left` what never did."""
    open_ones = on_the_way(studio)
    began = time.monotonic()
    set_clock(file, sum(JUMPS[: len(progress.done) % len(JUMPS)]) + jump)
    flowed = flow(studio)
    while (left := open_ones & on_the_way(studio)) and time.monotonic() - began < PATIENCE:
        time.sleep(0.2)
    stall = round(max(flowed, time.monotonic() - began), 2)
    return {"jump": jump, "open": len(open_ones), "stall": stall, "left": [f"{pk} {state}" for pk, state in left]}


def flow(studio: House) -> float:
    """Seconds until the provider takes another order; PATIENCE when it takes none."""
    try:
        return flows(studio, PATIENCE)
    except AssertionError:
        return PATIENCE


def set_clock(file: Path, seconds: float) -> None:
    draft = file.with_suffix(".part")
    draft.write_text(str(seconds))
    draft.replace(file)


def on_the_way(studio: House) -> set[tuple[int, str]]:
    """What should move by itself, with the state in which it stands."""
    rows = studio.sql("select id, state from generations_attempt")
    return {(int(pk), str(state)) for pk, state in rows if state in MOVING}


def judged(studio: House, progress: Progress) -> dict[str, Any]:
    took = calm(studio)
    figures = books(studio)
    slow = [one for one in progress.done if one["stall"] > STALL]
    ended = studio.sql("select count(*) from generations_attempt where state in ('expired', 'not_accepted')")[0][0]
    if slow or ended:
        figures["ok"] = False
        figures["violations"]["F9"] = {"stalled": slow[:5], "given up for the clock": ended}
    longest = {jump: max(one["stall"] for one in progress.done if one["jump"] == jump) for jump in JUMPS}
    told = {f"stall at {jump // HOUR:+} h": f"{seconds} s at most" for jump, seconds in longest.items()}
    more = {"n": len(progress.done), "bound": bound(len(progress.done))}
    more["recovery"] = spread([one["stall"] for one in progress.done])
    return figures | more | told | {"calm after": round(took)}


F9 = Part("f9", "the clock set by +1 h, -1 h and +25 h", run)
