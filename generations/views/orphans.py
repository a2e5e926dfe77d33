"""Tasks at a provider that the studio does not know: admins bring them home, or put them out of sight."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from studio.access import project_for
from studio.http import Request
from studio.models import Role, User

from ..access import editable_projects
from ..jobs import adopt, learning
from ..jobs.wishes import Refused
from ..models import Attempt, Generation, Orphan, Provider, State
from .providers import provider_for

MOST = 50  # on one page


@dataclass(frozen=True)
class Row:
    """What the page says of one orphan."""

    orphan: Orphan
    model: str
    obstacle: str  # why it cannot be adopted
    origin: str  # what the studio knows of it all the same
    take: Generation | None  # that this speaks of, where the reader may see it

    @property
    def is_live(self) -> bool:
        return self.orphan.phase in adopt.WORTH


@never_cache
@require_safe
def orphans(request: Request, pid: str) -> HttpResponse:
    provider = provider_for(request, pid)
    with_dismissed = request.GET.get("dismissed") == "1"
    unbound = Orphan.objects.unbound().filter(provider=provider)
    shown = (unbound if with_dismissed else unbound.filter(dismissed_at=None)).for_list()
    context = {
        "section": "providers",
        "provider": provider,
        "has_list": learning.has_list(provider),
        "rows": rows_of(list(shown[:MOST]), provider, request.user),
        "more": max(shown.count() - MOST, 0),
        "dismissed": unbound.exclude(dismissed_at=None).count(),
        "with_dismissed": with_dismissed,
        "projects": editable_projects(request.user).order_by("name"),
    }
    return render(request, "generations/orphans.html", context)


def rows_of(found: Sequence[Orphan], provider: Provider, user: User) -> list[Row]:
    tags = [orphan.tag for orphan in found if orphan.tag]
    related = Attempt.objects.filter(Q(tag__in=tags) | Q(provider=provider, state=State.UNCERTAIN))
    attempts = list(related.select_related("generation"))
    by_tag = {attempt.tag: attempt for attempt in attempts if attempt.tag}
    by_candidate = {one["id"]: attempt for attempt in attempts for one in attempt.sightings.get("candidates", [])}
    visible = set(Generation.objects.visible_to(user).filter(attempts__in=attempts).values_list("pk", flat=True))
    return [row_of(orphan, by_tag.get(orphan.tag), by_candidate.get(orphan.remote_id), visible) for orphan in found]


def row_of(orphan: Orphan, sent: Attempt | None, rival: Attempt | None, visible: set[int]) -> Row:
    origin, attempt = "", sent or rival
    if sent:
        origin = _("It carries this studio's tag: it was sent from here, for a take that is not bound to it.")
    elif rival:
        origin = _("It may be a take whose sending is uncertain. Decide there first.")
    spec = adopt.spec_of(orphan)
    return Row(
        orphan=orphan,
        model=spec.label if spec else orphan.model,
        obstacle=adopt.obstacle(orphan),
        origin=origin,
        take=attempt.generation if attempt and attempt.generation_id in visible else None,
    )


@require_POST
def orphan_adopt(request: Request, pid: str) -> HttpResponse:
    """Makes it a take of the chosen project; the usual looks then bring it home."""
    provider = provider_for(request, pid)
    project, _role = project_for(request.user, request.POST.get("project", ""), Role.EDITOR)
    orphan = get_object_or_404(
        Orphan.objects.select_related("provider"), provider=provider, remote_id=request.POST.get("task", "")
    )
    try:
        generation = adopt.adopt(orphan, project, request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("orphans", provider.pid)
    said = _("{task} is now a take of {project}. The studio brings its video home.")
    messages.success(request, said.format(task=orphan, project=project))
    return redirect("generation", generation.pid)


@require_POST
def orphan_dismiss(request: Request, pid: str) -> HttpResponse:
    """Out of sight with `on=1`, back with `on=0`."""
    provider = provider_for(request, pid)
    on, task = request.POST.get("on") == "1", request.POST.get("task", "")
    if not adopt.dismiss(provider, task, request.user, on=on):
        messages.error(request, _("Nothing to change: this task was adopted, found or dismissed in the meantime."))
    return redirect(reverse("orphans", args=[provider.pid]) + ("" if on else "?dismissed=1"))
