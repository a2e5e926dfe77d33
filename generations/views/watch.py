"""The one poller of a page, and the fragments with which it and every action answer."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from studio.http import Request
from studio.models import Project, Role

from ..gallery import MOVING, Filters, clips_in, days, waiting
from ..models import Generation
from ..pace import paces

QUICK, IDLE = "2s", "15s"


def newest_in(project: Project) -> str:
    """The pid of the youngest row: what a page that is built now has seen."""
    return Generation.objects.filter(project=project).order_by("-id").values_list("pid", flat=True).first() or ""


def poller(project: Project, filters: Filters, newest: str = "", clip: str = "") -> dict[str, Any]:
    """Context of `_poller.html`: what the page has seen, and how often it asks.

    `newest` stays what it was when the page was built: of younger rows the page knows itself which ones it has.
    """
    moving = Generation.objects.filter(project=project, status__in=MOVING, trashed_at=None).exists()
    seen = {"rev": project.rev, "newest": newest, "day": timezone.localdate().isoformat(), "clip": clip}
    query = urlencode({name: value for name, value in seen.items() if value != ""})
    wanted = filters.query()
    return {
        "live_url": f"{reverse('live', args=[project.pid])}?{query}{'&' + wanted if wanted else ''}",
        "every": QUICK if moving else IDLE,
    }


def shell(project: Project, role: Role) -> dict[str, Any]:
    """What every page of a project and every answer to one carries."""
    return {
        "project": project,
        "role": role,
        "may_edit": role.rank >= Role.EDITOR.rank,
        "waiting": waiting(Generation.objects.filter(project=project)),
        "paces": paces(project),
        "clips": clips_in(project),
    }


def today() -> dict[str, Any]:
    """The day whose section takes the fresh cards."""
    day = timezone.localdate().isoformat()
    return {"today": day, "today_id": f"day-{day}", "nothing": ()}


def changed(
    request: Request,
    project: Project,
    role: Role,
    generations: Sequence[Generation] = (),
    *,
    fresh: Sequence[Generation] = (),
    status: int = 200,
    template: str = "generations/_changed.html",
    **context: Any,
) -> HttpResponse:
    """Partials: the cards that changed, the fresh ones for the top, tray, and the poller where the context has one.

    A partial whose target is not on the page does nothing; a fresh card that is there already is morphed by the page.
    Only an answer to the poller moves the poller on: the page has not heard what others did before another answer.
    """
    newest_first = sorted(fresh, key=lambda row: row.pk, reverse=True)
    context = {
        "changed": generations,
        "fresh": days(newest_first),
        "filters": Filters(),
        **today(),
        **shell(project, role),
        **context,
    }
    return render(request, template, context, status=status)
