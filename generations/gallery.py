"""What a history page reads: filtered, newest first, a keyset page at a time, grouped by the viewer's days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from studio.models import Project

from .models import Attempt, Generation, Status

PAGE = 24
COUNTED = 1000  # clips; beyond, "1,000+" is said: a count of everything is no question for every page
MOVING = (Status.QUEUED, Status.RENDERING, Status.SAVING)  # changes by itself within seconds

GROUPS = {
    "open": ("In progress", (*MOVING, Status.ATTENTION)),
    "done": ("Done", (Status.DONE,)),
    "failed": ("Failed", (Status.FAILED, Status.BLOCKED, Status.CANCELLED, Status.ATTENTION)),
}
TRASH = "trash"


@dataclass(frozen=True)
class Filters:
    """What the chips and the search box ask for."""

    status: str = ""  # a key of GROUPS, or TRASH
    favourites: bool = False
    model: str = ""  # key in the catalog
    words: str = ""  # in the prompt

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        status = query.get("status", "")
        return cls(
            status=status if status in {*GROUPS, TRASH} else "",
            favourites=query.get("fav") == "1",
            model=query.get("model", "")[:60],
            words=" ".join(query.get("q", "").replace("\0", "").split())[:200],
        )

    def __bool__(self) -> bool:
        return self != Filters()

    def apply(self, rows: QuerySet[Generation]) -> QuerySet[Generation]:
        rows = rows.filter(trashed_at__isnull=self.status != TRASH)
        if self.status in GROUPS:
            rows = rows.filter(status__in=GROUPS[self.status][1])
        if self.favourites:
            rows = rows.filter(favourite=True)
        if self.model:
            rows = rows.filter(model=self.model)
        if self.words:
            rows = rows.filter(prompt__icontains=self.words)
        return rows

    def query(self, **changes: Any) -> str:
        """The query string of these filters with some changed; "" without any."""
        values = {"status": self.status, "fav": "1" if self.favourites else "", "model": self.model, "q": self.words}
        return urlencode({name: value for name, value in (values | changes).items() if value})

    @property
    def query_without_model(self) -> str:
        return self.query(model="")


@dataclass(frozen=True)
class Day:
    """The cards of one day in the viewer's time zone."""

    date: date
    generations: Sequence[Generation]

    @property
    def id(self) -> str:
        return f"day-{self.date.isoformat()}"

    @property
    def label(self) -> str:
        today = timezone.localdate()
        if self.date >= today:
            return "Today"
        if self.date == today - timedelta(days=1):
            return "Yesterday"
        return date_format(self.date, "l, j F" if self.date.year == today.year else "j F Y")


def days(generations: Iterable[Generation]) -> list[Day]:
    return [Day(day, list(rows)) for day, rows in groupby(generations, key=day_of)]


def day_of(generation: Generation) -> date:
    return timezone.localdate(generation.created_at)


def cards(rows: QuerySet[Generation]) -> QuerySet[Generation]:
    """With everything that a card reads, in a fixed number of queries."""
    tries = Attempt.objects.only(
        "generation_id",
        "number",
        "state",
        "remote_id",
        "cancel_asked_at",
        "next_action_at",
        "cost_estimate",
        "currency",
    ).order_by("number")
    return rows.select_related("user", "provider", "clip", "project").prefetch_related(
        "inputs__asset", Prefetch("attempts", queryset=tries)
    )


def page(project: Project, filters: Filters, before: int | None = None) -> tuple[list[Generation], bool]:
    """At most PAGE generations older than the row `before`, and whether there are more."""
    rows = filters.apply(Generation.objects.filter(project=project))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(cards(rows).order_by("-id")[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def waiting(project: Project) -> list[Generation]:
    """The tray: what is on its way, oldest first."""
    rows = Generation.objects.filter(project=project, status__in=MOVING, trashed_at=None)
    return list(rows.prefetch_related("inputs__asset").order_by("id")[:40])


def clips_in(project: Project) -> str:
    """How many, in words that stay cheap to know."""
    count = Generation.objects.filter(project=project, status=Status.DONE, trashed_at=None)[: COUNTED + 1].count()
    if count > COUNTED:
        return f"{COUNTED:,}+ clips"
    return "1 clip" if count == 1 else f"{count:,} clips"
