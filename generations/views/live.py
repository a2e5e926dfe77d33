"""What changed since the page last looked: nothing, or just those cards."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from studio.access import project_for
from studio.http import Request
from studio.models import Project, Role

from .. import gallery
from ..models import Generation
from .clips import stage_context
from .watch import changed, poller

MOST = 60  # cards in one answer; the rest comes with the next
LONGEST = timedelta(days=90)  # that a page may have stood open


@require_GET
def live(request: Request, pid: str) -> HttpResponse:
    """204 before any row is read when the project stands at the page's rev. Nothing is written here.

    The rev is read before the rows: a change in between is sent now and once more, never lost.
    """
    project, role = project_for(request.user, pid)
    seen = number(request.GET.get("rev", ""))
    if project.rev == seen:
        return HttpResponse(status=204)
    if clip := request.GET.get("clip", ""):
        return live_clip(request, project, role, clip)
    rows = Generation.objects.filter(project=project, rev__gt=seen).order_by("rev")
    if last := rows.values_list("rev", flat=True)[MOST - 1 : MOST].first():
        # A long absence comes in portions, and rows of one rev together: nobody would ask for the rest of them.
        project.rev, rows = min(last, project.rev), rows.filter(rev__lte=last)
    return changed_cards(request, project, role, rows)


def changed_cards(request: Request, project: Project, role: Role, rows: QuerySet[Generation]) -> HttpResponse:
    filters = gallery.Filters.read(request.GET)
    newest = request.GET.get("newest", "")
    known = Generation.objects.filter(project=project, pid=newest).values_list("pk", flat=True).first() or 0
    fresh = set(filters.apply(rows.filter(pk__gt=known)).values_list("pk", flat=True))
    moved = list(gallery.cards(rows))
    seen, new = day_seen(request), [row for row in moved if row.pk in fresh]
    return changed(
        request,
        project,
        role,
        [row for row in moved if row.pk not in fresh],
        fresh=[row for row in new if gallery.day_of(row) <= seen],
        new_days=new_days(seen, new),
        past_days=[gallery.Day(seen - timedelta(days=ago), ()) for ago in (0, 1)],
        filters=filters,
        **poller(project, filters, newest),
    )


def day_seen(request: Request) -> date:
    """The last day that has a place on the page."""
    today = timezone.localdate()
    try:
        return min(max(date.fromisoformat(request.GET.get("day", "")), today - LONGEST), today)
    except ValueError:
        return today


def new_days(seen: date, fresh: Sequence[Generation]) -> list[gallery.Day]:
    """Those that have begun since, newest first, with their cards; an empty one waits unseen for those to come."""
    today = timezone.localdate()
    dates = [today - timedelta(days=ago) for ago in range((today - seen).days)]
    rows = sorted(fresh, key=lambda row: row.pk, reverse=True)
    return [gallery.Day(day, [row for row in rows if gallery.day_of(row) == day]) for day in dates]


def live_clip(request: Request, project: Project, role: Role, pid: str) -> HttpResponse:
    """The parts of the clip's page."""
    generation = gallery.cards(Generation.objects.filter(project=project, pid=pid)).first()
    if generation is None:
        return HttpResponse(status=204)
    context = stage_context(generation) | poller(project, gallery.Filters(), clip=pid)
    return changed(request, project, role, template="generations/_changed_clip.html", **context)


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1
