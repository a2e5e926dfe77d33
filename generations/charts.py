"""Stacked bars as plain numbers; the template writes them as SVG, which needs no script and no inline style."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import pgettext

WIDTH, HEIGHT, LEFT, BASE, TOP = 820, 190, 34, 168, 14  # of the drawing, in its own units
COLOURS = 5  # classes c1 … c5 of studio.css; what comes after shares the last


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    colour: int
    title: str


@dataclass(frozen=True)
class Chart:
    bars: Sequence[Bar]
    lines: Sequence[tuple[float, int]]  # y and the number that it stands for
    days: Sequence[tuple[float, date]]  # x of the labels below
    keys: Sequence[tuple[str, int]]  # label and colour


def stacked(days: Mapping[date, Mapping[str, int]], labels: Mapping[str, str]) -> Chart:
    """A bar for each day, its parts by key; `labels` gives the keys their names and their order."""
    most = round_up(max((sum(parts.values()) for parts in days.values()), default=0))
    step = (WIDTH - LEFT - 8) / max(len(days), 1)
    colours = {key: min(place, COLOURS) for place, key in enumerate(labels, 1)}
    bars = []
    for place, (day, parts) in enumerate(days.items()):
        y = float(BASE)
        for key in labels:
            if count := parts.get(key, 0):
                height = count / most * (BASE - TOP)
                y -= height
                x = LEFT + place * step + step * 0.16
                title = f"{name_of(day)} {labels[key]}: {count}"
                bars.append(Bar(round(x, 1), round(y, 1), round(step * 0.68, 1), round(height, 1), colours[key], title))
    every = max(len(days) // 6, 1)
    below = [(round(LEFT + (place + 0.5) * step, 1), day) for place, day in enumerate(days) if place % every == 0]
    lines = [(round(BASE - part / 4 * (BASE - TOP), 1), most * part // 4) for part in range(5)]
    return Chart(bars, lines if most >= 4 else lines[::4], below, [(labels[key], colours[key]) for key in labels])


def name_of(day: date) -> str:
    return date_format(day, pgettext("day on a chart", "j.n."))


def round_up(count: int) -> int:
    """The next number that divides well into four lines."""
    size = 10 ** max(len(str(count)) - 2, 0)
    return next(whole for step in (4, 8, 12, 16, 20, 40, 60, 80, 100) if (whole := int(step * size)) >= count)
