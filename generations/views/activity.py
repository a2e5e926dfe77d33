"""Who made what, what it probably cost, how well and how fast it went."""

import csv
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.http import Request
from studio.models import Event

from .. import charts, cut, figures
from ..access import projects_of
from ..catalog import label_of
from ..gallery import start_of
from ..models import Generation

WINDOWS = {"7": _("7 days"), "30": _("30 days"), "90": _("90 days")}
FEED = 40


@never_cache
@require_safe
def activity(request: Request) -> HttpResponse:
    days, project = window(request), request.GET.get("project", "")
    found = figures.activity(chosen(request), int(days))
    labels = {key: label_of(key) for key in models_of(found)}
    context: dict[str, Any] = {
        "section": "activity",
        "figures": found,
        "chart": charts.stacked(found.days, labels),
        "tables": [(gettext("Model"), found.models), (gettext("Member"), found.people)],
        "windows": WINDOWS,
        "days": days,
        "projects": projects_of(request.user),
        "chosen": project,
        "feed": feed(request, project),
    }
    return render(request, "generations/activity.html", context)


def window(request: Request) -> str:
    return days if (days := request.GET.get("days", "")) in WINDOWS else "30"


def chosen(request: Request) -> QuerySet[Generation]:
    """Trashed ones too: what was paid stays paid."""
    rows = Generation.objects.filter(project__memberships__user=request.user, project__trashed_at=None)
    project = request.GET.get("project", "")
    return rows.filter(project__pid=project) if project else rows


def models_of(found: figures.Activity) -> list[str]:
    """The busiest first, so that a model keeps its colour while others come and go."""
    counts: dict[str, int] = {}
    for parts in found.days.values():
        for key, count in parts.items():
            counts[key] = counts.get(key, 0) + count
    return sorted(counts, key=lambda key: (-counts[key], key))


def feed(request: Request, project: str) -> list[Event]:
    rows = Event.objects.filter(project__memberships__user=request.user, project__trashed_at=None, actor__isnull=False)
    rows = rows.filter(project__pid=project) if project else rows
    return list(rows.select_related("actor", "project").order_by("-id")[:FEED])


COLUMNS = ("asked", "ended", "project", "member", "model", "status", "seconds", "cost", "currency", "prompt")


@require_safe
def export(request: Request) -> StreamingHttpResponse:
    """One row for each generation of the window."""
    rows = chosen(request).filter(created_at__gte=start_of(int(window(request)) - 1))
    zone = timezone.get_current_timezone()  # the lines are made after the middleware has gone
    name = f"studio-activity-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(lines(rows, zone), content_type="text/csv; charset=utf-8", headers=headers)


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(rows: QuerySet[Generation], zone: tzinfo) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff"  # without it a spreadsheet takes the file for an old encoding
    yield writer.writerow(COLUMNS)
    related = rows.select_related("project", "user", "clip").prefetch_related("attempts").order_by("id")
    for row in related.iterator(chunk_size=500):
        spend = figures.spend_of(row)
        cells = (
            timezone.localtime(row.created_at, zone).isoformat(timespec="seconds"),
            timezone.localtime(row.ended_at, zone).isoformat(timespec="seconds") if row.ended_at else "",
            row.project.name,
            str(row.user),
            row.model,
            row.status,
            round(row.clip.seconds, 3) if row.clip else "",
            " + ".join(str(amount) for amount in spend.values()),
            " + ".join(spend),
            row.prompt,
        )
        yield writer.writerow([cut.inert(cell) for cell in cells])
