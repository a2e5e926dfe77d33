"""The composer as a fragment, and Generate."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from studio.access import project_for
from studio.http import Request
from studio.models import Project, Role

from .. import crash
from ..catalog.values import complaint
from ..forms.assets import Refused, add_file, kind_of_role
from ..forms.composer import ComposerForm, new_token
from ..forms.offers import Offer
from ..forms.parameters import PREFIX, read
from ..forms.slots import FILES, LINKS, assets_by_pid, carried
from ..gallery import Filters, cards
from ..jobs import doorbell
from ..models import Generation
from .filled import composer_for
from .history import page, recent_assets
from .watch import changed


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def composer(request: Request, pid: str) -> HttpResponse:
    """GET: empty, or what `?from=` made. POST: what is in it now, with another model (`to`), or just its estimate.

    The present values come by POST because a long prompt does not fit into a URL; nothing is changed by it.
    """
    project, role = project_for(request.user, pid, Role.EDITOR)
    if request.method == "GET":
        form = composer_for(request, project, role)
    elif request.POST.get("part") == "estimate":
        return estimate(request, ComposerForm(request.POST, project=project, user=request.user))
    else:
        form = switched(request, project, request.POST.get("to") or request.POST.get("model", ""))
    if request.htmx:
        return fragment(request, project, form)
    return page(request, project, role, form)


@require_POST
def generate(request: Request, pid: str) -> HttpResponse:
    project, role = project_for(request.user, pid, Role.EDITOR)
    data, refusals = with_files(request, project)
    form = ComposerForm(data, project=project, user=request.user)
    for name, why in refusals.items():
        form.add_error(name if name in form.fields else None, why)
    if not form.is_valid():
        if request.htmx:
            return fragment(request, project, form, status=422)
        return page(request, project, role, form, status=422)
    generations, created = form.save()
    crash.here("web.after_commit")
    if created:
        doorbell.ring_asked(generations)
    if not request.htmx:
        return redirect("project", project.pid)
    again = ComposerForm(asked_data(data, generations[0]), project=project, user=request.user)
    again.is_valid()
    return changed(
        request,
        project,
        role,
        fresh=list(cards(Generation.objects.filter(pk__in=[row.pk for row in generations]))),
        template="generations/_asked.html",
        status=201 if created else 200,
        form=again,
        filters=layout(request),
        recent=recent_assets(project),
        count=len(generations),
    )


def with_files(request: Request, project: Project) -> tuple[QueryDict, dict[str, str]]:
    """The posted data with the pids of files that came along, and refusals by field: a page without scripts posts
    files with the form, where scripts upload them as they are dropped.
    """
    data, refusals = request.POST.copy(), {}
    for name in request.FILES:
        role = name.removeprefix("file:")
        for file in request.FILES.getlist(name):
            try:
                asset = add_file(project, request.user, file, file.name or "", kind=kind_of_role(role))
            except Refused as refused:
                refusals[FILES + role] = str(refused)
            else:
                data.appendlist(FILES + role, asset.pid)
    return data, refusals


def fragment(request: Request, project: Project, form: ComposerForm | None, status: int = 200) -> HttpResponse:
    context = {"project": project, "form": form, "recent": recent_assets(project), "filters": layout(request)}
    return render(request, "generations/_composer.html", context, status=status)


def layout(request: Request) -> Filters:
    """How the page around the composer lays out its cards: the fresh ones must look like the others."""
    return Filters.read({"view": request.POST.get("view", "") or request.GET.get("view", "")})


def estimate(request: Request, form: ComposerForm) -> HttpResponse:
    """Cost and gentle warnings of what is typed so far; refusals wait for the button."""
    form.is_valid()
    return render(request, "generations/_estimated.html", {"form": form, "project": form.project})


def asked_data(posted: QueryDict, generation: Generation) -> QueryDict:
    """What was asked for, ready to be asked again: people iterate. Pasted links have become assets."""
    data = posted.copy()
    data["client_token"] = new_token()
    for name in list(data):
        if name.startswith((FILES, LINKS)):
            data.setlist(name, [])
    for entry in generation.inputs.select_related("asset"):
        data.appendlist(FILES + entry.role, entry.asset.pid)
    return data


def switched(request: Request, project: Project, value: str) -> ComposerForm:
    """An unbound composer of another model with what fits it: prompt, takes, files by role, legal settings."""
    posted = request.POST
    form = ComposerForm(project=project, user=request.user, offer=value)
    if form.offer is None:
        return form
    initial = {name: posted[name] for name in ("prompt", "takes", "client_token") if posted.get(name)}
    made = ComposerForm(
        project=project,
        user=request.user,
        offer=form.offer.value,
        initial=initial | kept_files(posted, project, form.offer) | kept_settings(posted, form.offer),
    )
    made.warnings = form.warnings
    return made


def kept_files(posted: QueryDict, project: Project, offer: Offer) -> dict[str, Any]:
    dropped = posted.get("drop")
    old = {
        name.removeprefix(FILES): [pid for pid in posted.getlist(name) if pid != dropped]
        for name in posted
        if name.startswith(FILES)
    }
    assets = assets_by_pid(project, [pid for pids in old.values() for pid in pids])
    laid = carried(old, offer.spec, {pid: asset.kind for pid, asset in assets.items()})
    return {FILES + role: pids for role, pids in laid.items()}


def kept_settings(posted: QueryDict, offer: Offer) -> dict[str, Any]:
    """An empty one takes the new model's default."""
    kept = {}
    for parameter in offer.spec.parameters:
        text = posted.get(PREFIX + parameter.name, "")
        try:
            value = read(parameter, text)
        except ValidationError:
            continue
        if value is not None and not complaint(parameter, value, parameter.choices):
            kept[PREFIX + parameter.name] = text
    return kept
