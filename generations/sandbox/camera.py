"""Where the camera looks at a moment of the clip; shared by painted scenes and by pictures that were sent."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from generations.sandbox.fields import ease


@dataclass(frozen=True)
class View:
    """Sideways and upward shift in -1..1, closeness in 0..1."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 0.0


Camera = Callable[[float], View]

# From where to where; the words are looked for in the prompt, first hit wins.
MOVES: dict[str, tuple[View, View]] = {
    "in": (View(-0.25, 0.1, 0.0), View(0.25, -0.1, 1.0)),
    "out": (View(0.25, -0.1, 1.0), View(-0.25, 0.1, 0.0)),
    "left": (View(0.9, 0.0, 0.3), View(-0.9, 0.0, 0.45)),
    "right": (View(-0.9, 0.0, 0.3), View(0.9, 0.0, 0.45)),
    "up": (View(-0.15, 0.9, 0.4), View(0.15, -0.9, 0.2)),
    "down": (View(0.15, -0.9, 0.2), View(-0.15, 0.9, 0.4)),
}
WORDS: tuple[tuple[str, str], ...] = (
    (r"pulls? (back|out|away)|zoom(s|ing)? out|dolly out|wide(n|ns|ning) out|拉远|后退", "out"),
    (r"zoom(s|ing)? in|push(es|ing)? in|dolly in|closer|close-?up|moves? in|fixates|推近|拉近|特写", "in"),
    (r"(pan|pans|panning|truck|track)\w* (to the )?left|向左", "left"),
    (r"(pan|pans|panning|truck|track)\w* (to the )?right|orbit|向右|环绕", "right"),
    (r"tilt(s|ing)? up|ris(e|es|ing)|ascend|crane up|drone|升", "up"),
    (r"tilt(s|ing)? down|descend|下降", "down"),
)


def move_for(prompt: str, rng: Random) -> str:
    asked = next((move for words, move in WORDS if re.search(words, prompt.lower())), "")
    chosen = rng.choice(("in", "out", "left", "right"))  # drawn always, so that the word changes nothing else
    return asked or chosen


def camera(move: str, fixed: bool, loop: bool) -> Camera:
    """The view at t in 0..1: at rest when fixed, there and back when looping."""
    start, end = MOVES[move]
    if fixed:
        return lambda t: View()
    return lambda t: between(start, end, travel(t, loop))


def travel(t: float, loop: bool) -> float:
    return (1 - math.cos(math.tau * t)) / 2 if loop else ease(t)


def between(a: View, b: View, t: float) -> View:
    return View(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.zoom + (b.zoom - a.zoom) * t)
