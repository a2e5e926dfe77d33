"""What a team made and what it probably cost: one read of the rows of a window, summed in plain Python."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from .catalog import label_of
from .gallery import start_of
from .models import Attempt, Generation, Status

MOST = 50_000  # generations of one window: beyond, the oldest are left out and the page says so
Spend = dict[str, Decimal]  # by currency


@dataclass
class Sum:
    """Of any group of generations."""

    asked: int = 0
    clips: int = 0
    failed: int = 0
    seconds: list[float] = field(default_factory=list)  # from asking to the stored clip
    spend: Spend = field(default_factory=dict)

    @property
    def success(self) -> float | None:
        """Of those that ended; None while none has."""
        ended = self.clips + self.failed
        return self.clips / ended if ended else None

    @property
    def median(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def slow(self) -> float | None:
        """95 of 100 take no longer."""
        return sorted(self.seconds)[int(0.95 * (len(self.seconds) - 1))] if self.seconds else None


@dataclass(frozen=True)
class Activity:
    whole: Sum
    days: dict[date, dict[str, int]]  # clips of each day by model key; every day of the window is there
    models: list[tuple[str, Sum]]  # by label, the busiest first
    people: list[tuple[str, Sum]]
    is_cut: bool


def rows_of(generations: QuerySet[Generation], since: datetime) -> list[Generation]:
    tries = Attempt.objects.only("generation_id", "number", "accepted_at", "cost_estimate", "currency")
    found = generations.filter(created_at__gte=since).select_related("user").order_by("-id")
    plain = found.only("created_at", "ended_at", "status", "model", "user__name", "user__email", "clip_id")
    return list(plain.prefetch_related(Prefetch("attempts", queryset=tries))[:MOST])


def activity(generations: QuerySet[Generation], days: int) -> Activity:
    """Of the last `days` days in the viewer's time zone, today included."""
    since = start_of(days - 1)
    first, today = timezone.localdate(since), timezone.localdate()
    rows = rows_of(generations, since)
    per_day: dict[date, Counter[str]] = {first + timedelta(days=n): Counter() for n in range(days)}
    for row in rows:
        if row.status == Status.DONE:
            per_day[min(max(timezone.localdate(row.created_at), first), today)][row.model] += 1
    return Activity(
        whole=total(rows),
        days={day: dict(counts) for day, counts in per_day.items()},
        models=grouped(rows, lambda row: row.model, lambda row: label_of(row.model)),
        people=grouped(rows, lambda row: row.user_id, lambda row: str(row.user)),
        is_cut=len(rows) == MOST,
    )


def grouped(
    rows: Sequence[Generation], key: Callable[[Generation], Hashable], name: Callable[[Generation], str]
) -> list[tuple[str, Sum]]:
    """By key, not by name: two people may have the same one."""
    groups: dict[Hashable, list[Generation]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    found = [(name(group[0]), total(group)) for group in groups.values()]
    return sorted(found, key=lambda pair: (-pair[1].asked, pair[0]))


def total(rows: Iterable[Generation]) -> Sum:
    found = Sum()
    for row in rows:
        found.asked += 1
        if row.status == Status.DONE:
            found.clips += 1
            if row.ended_at:
                found.seconds.append((row.ended_at - row.created_at).total_seconds())
        elif row.status in (Status.FAILED, Status.BLOCKED):
            found.failed += 1
        for currency, amount in spend_of(row).items():
            found.spend[currency] = found.spend.get(currency, Decimal()) + amount
    return found


def spend_of(row: Generation) -> Spend:
    """What a provider took may be billed, whatever became of it."""
    spend: Spend = {}
    for attempt in row.attempts.all():
        if attempt.accepted_at and attempt.cost_estimate:
            spend[attempt.currency] = spend.get(attempt.currency, Decimal()) + attempt.cost_estimate
    return spend
