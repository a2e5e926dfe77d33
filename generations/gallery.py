"""What a history page reads: filtered, newest first, a keyset page at a time, grouped by the viewer's days."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from studio.models import Project, User
from studio.words import Words

from .models import Attempt, Generation, Status

PAGE = 24
COUNTED = 1000  # clips; beyond, "1,000+" is said: a count of everything is no question for every page
JUST = timedelta(minutes=2)
MOVING = (Status.QUEUED, Status.RENDERING, Status.SAVING)  # changes by itself within seconds

GROUPS: dict[str, tuple[Words, tuple[Status, ...]]] = {
    "open": (_("In progress"), (*MOVING, Status.ATTENTION)),
    "done": (_("Done"), (Status.DONE,)),
    "failed": (_("Failed"), (Status.FAILED, Status.BLOCKED, Status.CANCELLED, Status.ATTENTION)),
}
TRASH = "trash"
SHAPES: dict[str, tuple[Words, Q]] = {
    "wide": (_("Wide"), Q(width__gt=F("height"))),
    "tall": (_("Tall"), Q(width__lt=F("height"))),
    "square": (_("Square"), Q(width=F("height"))),
}
SINCE: dict[str, tuple[Words, int]] = {  # days before today
    "today": (_("Today"), 0),
    "week": (_("Last 7 days"), 6),
    "month": (_("Last 30 days"), 29),
}
VIEWS: dict[str, tuple[Words, str]] = {
    "": (_("Grid"), "layout-grid"),
    "takes": (pgettext_lazy("layout", "Takes"), "layers"),
    "table": (_("Table"), "list"),
}
RATINGS: dict[str, Words] = {
    "5": _("5 stars"),
    "4": _("4 stars or more"),
    "3": _("3 stars or more"),
    "2": _("2 stars or more"),
    "1": _("1 star or more"),
}


CONDITIONS: dict[str, Callable[[str], Q]] = {
    "status": lambda key: Q(status__in=GROUPS[key][1]) if key in GROUPS else Q(),
    "fav": lambda _: Q(favourite=True),
    "model": lambda key: Q(model=key),
    "by": lambda pid: Q(user__pid=pid),
    "shape": lambda key: SHAPES[key][1],
    "since": lambda key: Q(created_at__gte=start_of(SINCE[key][1])),
    "rating": lambda stars: Q(rating__gte=int(stars)),
    "shot": lambda pid: Q(shot__pid=pid),
    "q": lambda words: Q(prompt__icontains=words),
}


@dataclass(frozen=True)
class Filters:
    """What the chips and the search box ask for; each field is a parameter of the address, "" when nothing is asked."""

    status: str = ""  # a key of GROUPS, or TRASH
    fav: str = ""  # "1": favourites alone
    model: str = ""  # key in the catalog
    by: str = ""  # a person's pid
    shape: str = ""  # a key of SHAPES
    since: str = ""  # a key of SINCE
    rating: str = ""  # a key of RATINGS
    shot: str = ""  # a shot's pid
    q: str = ""  # words in the prompt
    view: str = ""  # a key of VIEWS: how it is laid out, which filters nothing

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """Unknown values count as not asked."""

        def known(name: str, words: Collection[str]) -> str:
            return word if (word := query.get(name, "")) in words else ""

        return cls(
            status=known("status", {*GROUPS, TRASH}),
            fav=known("fav", {"1"}),
            model=plain(query.get("model", ""))[:60],
            by=plain(query.get("by", ""))[:11],
            shape=known("shape", SHAPES),
            since=known("since", SINCE),
            rating=known("rating", RATINGS),
            shot=plain(query.get("shot", ""))[:11],
            q=plain(query.get("q", ""))[:200],
            view=known("view", VIEWS),
        )

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in CONDITIONS)

    def apply(self, rows: QuerySet[Generation]) -> QuerySet[Generation]:
        rows = rows.filter(trashed_at__isnull=self.status != TRASH)
        for name, condition in CONDITIONS.items():
            if value := getattr(self, name):
                rows = rows.filter(condition(value))
        return rows

    def query(self, **changes: str) -> str:
        """The query string of these filters with some changed; "" without any."""
        return urlencode({name: value for name, value in (asdict(self) | changes).items() if value})


def plain(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def start_of(days_ago: int) -> datetime:
    """Midnight, in the viewer's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)


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
            return gettext("Today")
        if self.date == today - timedelta(days=1):
            return gettext("Yesterday")
        this_year = self.date.year == today.year
        # Translators: a day above its clips, in the letters of Django's `date` filter; "n月j日 l" in Chinese.
        return date_format(self.date, pgettext("day", "l, j F") if this_year else pgettext("day", "j F Y"))


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


def waiting(rows: QuerySet[Generation]) -> list[Generation]:
    """The tray: what is on its way, oldest first."""
    moving = rows.filter(status__in=MOVING, trashed_at=None)
    return list(moving.select_related("project", "user").prefetch_related("inputs__asset").order_by("id")[:40])


def just_ended(user: User) -> list[Generation]:
    """The member's own that ended a moment ago: what their browser may tell them of."""
    since = timezone.now() - JUST
    latest = Generation.objects.visible_to(user).filter(user=user).order_by("-id")[:40]
    return [row for row in latest if row.ended_at and row.ended_at > since]


def clips_in(project: Project) -> str:
    """How many, in words that stay cheap to know."""
    count = Generation.objects.filter(project=project, status=Status.DONE, trashed_at=None)[: COUNTED + 1].count()
    if count > COUNTED:
        return gettext("{count}+ clips").format(count=f"{COUNTED:,}")
    return ngettext("1 clip", "{count} clips", count).format(count=f"{count:,}")


def in_order(rows: Sequence[Generation]) -> list[Generation]:
    """The same ones with all that a card reads, in the order they came in."""
    found = {row.pk: row for row in cards(Generation.objects.filter(pk__in=[row.pk for row in rows]))}
    return [found[row.pk] for row in rows if row.pk in found]
