"""A project's page: its history, newest first, with the composer docked below."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from studio import access
from studio.http import Request
from studio.models import Project, Role

from .. import gallery
from ..access import generation_for
from ..forms.composer import ComposerForm, initial_of
from ..forms.offers import offers
from ..models import Asset, Generation
from .watch import newest_in, poller, shell

EXAMPLES = (
    "A lighthouse on a cliff at blue hour, waves breaking below, the beam sweeps slowly through drifting fog",
    "A paper boat sails down a rain-soaked city gutter, low angle, reflections of neon signs, shallow depth of field",
    "Time-lapse of a desert from dusk to night, dunes in warm light, then a sky full of stars turning slowly",
)


@require_GET
@vary_on_headers("HX-Request")
def project(request: Request, pid: str) -> HttpResponse:
    project, role = access.project_for(request.user, pid)
    if request.htmx and "before" in request.GET:
        return older(request, project, role)
    return page(request, project, role, composer_for(request, project, role))


def composer_for(request: Request, project: Project, role: Role) -> ComposerForm | None:
    """The empty composer, or one filled with what `?from=` made; None for viewers."""
    if role.rank < Role.EDITOR.rank:
        return None
    if pid := request.GET.get("from"):
        model, _ = generation_for(request.user, pid)
        if model.project_id != project.pk:
            raise Http404
        value = f"{model.provider.pid}:{model.model}"
        return ComposerForm(project=project, user=request.user, offer=value, initial=initial_of(model))
    return ComposerForm(project=project, user=request.user)


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
        | {
            "filters": filters,
            "chips": chips(filters),
            "models": models(composer, filters),
            "days": gallery.days(generations),
            "today": timezone.localdate().isoformat(),
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


def chips(filters: gallery.Filters) -> list[dict[str, Any]]:
    """The row of links above the gallery."""
    one = [
        {
            "label": "All",
            "query": filters.query(status="", fav=""),
            "on": not filters.status and not filters.favourites,
        },
        {
            "label": "Favourites",
            "icon": "heart",
            "query": filters.query(fav="" if filters.favourites else "1"),
            "on": filters.favourites,
        },
    ]
    groups = [(key, label) for key, (label, _) in gallery.GROUPS.items()] + [(gallery.TRASH, "Trash")]
    return one + [
        {
            "label": label,
            "query": filters.query(status="" if filters.status == key else key),
            "on": filters.status == key,
        }
        for key, label in groups
    ]


def models(composer: ComposerForm | None, filters: gallery.Filters) -> list[dict[str, Any]]:
    """For the model menu: what is offered now, and what is chosen."""
    labels = {offer.spec.key: offer.spec.label for offer in (composer.choices if composer else offers())}
    if filters.model:
        labels.setdefault(filters.model, filters.model)
    return [
        {"label": label, "query": filters.query(model=key), "on": filters.model == key} for key, label in labels.items()
    ]


def recent_assets(project: Project) -> list[Asset]:
    """What lies nearest at hand when a slot is opened."""
    return list(Asset.objects.filter(project=project, trashed_at=None).order_by("-id")[:30])
