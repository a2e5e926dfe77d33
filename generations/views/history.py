"""A project's page: its history, newest first, with the composer docked below."""

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from studio import access
from studio.http import Request
from studio.models import Project, Role, User

from .. import gallery
from ..access import editable_projects
from ..forms.composer import ComposerForm
from ..models import Asset, Generation
from . import chips
from .filled import composer_for
from .watch import newest_in, poller, shell, today

EXAMPLES = (
    _("A lighthouse on a cliff at blue hour, waves breaking below, the beam sweeps slowly through drifting fog"),
    _(
        "A paper boat sails down a rain-soaked city gutter, low angle, reflections of neon signs,"
        " shallow depth of field"
    ),
    _("Time-lapse of a desert from dusk to night, dunes in warm light, then a sky full of stars turning slowly"),
)


@require_GET
@vary_on_headers("HX-Request")
def project(request: Request, pid: str) -> HttpResponse:
    project, role = access.project_for(request.user, pid)
    if request.htmx and "before" in request.GET:
        return older(request, project, role)
    return page(request, project, role, composer_for(request, project, role))


def page(
    request: Request, project: Project, role: Role, composer: ComposerForm | None, status: int = 200
) -> HttpResponse:
    """The whole page; also what a browser without scripts gets for every change of the composer."""
    filters = gallery.Filters.read(request.GET)
    newest = newest_in(project)
    generations, more = gallery.page(project, filters, cursor(request, project))
    context = (
        shell(project, role)
        | poller(project, filters, newest)
        | today()
        | {
            "filters": filters,
            "chips": chips.chips(filters),
            "menus": chips.menus(project, filters),
            "views": chips.views(filters),
            "shots": list(project.shots.in_order()),
            "elsewhere": elsewhere(request.user, project),
            "days": gallery.days(generations),
            "asked": {name: value for name, value in asdict(filters).items() if value and name != "q"},
            "more": generations[-1].pid if more else "",
            "people": project.memberships.count(),
            "form": composer,
            "recent": recent_assets(project) if composer else [],
            "examples": EXAMPLES,
        }
    )
    return render(request, "generations/history.html", context, status=status)


def older(request: Request, project: Project, role: Role) -> HttpResponse:
    """The next page for a page that is open: its first day may continue the last one there."""
    filters = gallery.Filters.read(request.GET)
    before = Generation.objects.filter(project=project, pid=request.GET["before"]).first()
    if before is None:
        raise Http404
    generations, more = gallery.page(project, filters, before.pk)
    found = gallery.days(generations)
    continued = found[0] if found and found[0].date == gallery.day_of(before) else None
    context: dict[str, Any] = {
        "project": project,
        "role": role,
        "may_edit": role.rank >= Role.EDITOR.rank,
        **today(),
        "filters": filters,
        "continued": continued,
        "days": found[1:] if continued else found,
        "more": generations[-1].pid if more else "",
    }
    return render(request, "generations/_older.html", context)


def cursor(request: Request, project: Project) -> int | None:
    """Without scripts "Load more" is a link to the same page, further down."""
    if "before" not in request.GET:
        return None
    found = Generation.objects.filter(project=project, pid=request.GET["before"]).values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return found


def elsewhere(user: User, project: Project) -> list[Project]:
    """The other projects into which the user may move a clip."""
    return list(editable_projects(user).exclude(pk=project.pk).order_by("name"))


def recent_assets(project: Project) -> list[Asset]:
    """What lies nearest at hand when a slot is opened."""
    return list(Asset.objects.filter(project=project, trashed_at=None).order_by("-id")[:30])
