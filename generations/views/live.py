"""What changed since the page last looked: nothing, or just those cards."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from studio.access import project_for
from studio.http import Request
from studio.models import Project, Role

from .. import gallery
from ..models import Generation
from .clips import stage_context
from .watch import changed

MOST = 60  # cards in one answer; the rest comes with the next


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
    filters = gallery.Filters.read(request.GET)
    rows = Generation.objects.filter(project=project)
    moved = list(gallery.cards(rows.filter(rev__gt=seen)).order_by("rev")[: MOST + 1])
    if len(moved) > MOST:
        moved, project.rev = moved[:MOST], moved[MOST - 1].rev
    newest = rows.filter(pid=request.GET.get("newest", "")).values_list("pk", flat=True).first() or 0
    wanted = set(filters.apply(rows.filter(pk__gt=newest)).values_list("pk", flat=True)[:MOST])
    fresh = [row for row in moved if row.pk in wanted]
    return changed(
        request,
        project,
        role,
        [row for row in moved if row.pk not in wanted],
        fresh=fresh,
        filters=filters,
        new_day=request.GET.get("day", ""),
    )


def live_clip(request: Request, project: Project, role: Role, pid: str) -> HttpResponse:
    """The clip page's parts, when its generation or another take of its batch changed."""
    generation = gallery.cards(Generation.objects.filter(project=project, pid=pid)).first()
    if generation is None:
        return HttpResponse(status=204)
    context = stage_context(generation)
    return changed(request, project, role, [], clip=pid, template="generations/_changed_clip.html", **context)


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1
