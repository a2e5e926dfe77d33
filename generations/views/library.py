"""Inputs: looking, uploading, serving, throwing away."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from studio.access import project_for
from studio.config import config
from studio.http import Request
from studio.middleware import too_large
from studio.models import Project, Role

from .. import links
from ..access import asset_for, editable_projects, guarded, projects_of
from ..forms.assets import Refused, add_file, add_link, kind_of_role
from ..models import Asset, Generation
from .files import IMMUTABLE, send
from .library_many import into_trash

PAGE = 60
FROM_CLIPS = "frames"  # a kind of its own for the filter: frames that were kept of clips


@never_cache
@require_safe
def library(request: Request) -> HttpResponse:
    found = chosen(request)
    rows = list(found[: PAGE + 1])
    mine = projects_of(request.user)
    uploadable = list(editable_projects(request.user).order_by("-id"))
    context: dict[str, Any] = {
        "section": "library",
        "assets": rows[:PAGE],
        "more": next_page(request.GET, rows),
        "projects": mine,
        "uploadable": uploadable,
        "editable": {project.pk for project in uploadable},
        "kinds": [*Asset.Kind.choices, (FROM_CLIPS, _("From clips"))],
        "chosen": {name: request.GET.get(name, "") for name in ("project", "kind", "q")},
        "is_filtered": any(request.GET.get(name) for name in ("project", "kind", "q")),
        "max_mb": config().upload_max_mb,
        "video_max_mb": config().video_max_mb,
    }
    return render(request, "generations/library.html", context)


def chosen(request: Request) -> Any:
    """The assets of the user's projects, narrowed by the page's filters; unknown words narrow nothing."""
    used = Count("uses__generation", filter=Q(uses__generation__trashed_at=None), distinct=True)
    found = Asset.objects.visible_to(request.user).for_list().annotate(used=used)
    project, kind, text, before = (request.GET.get(name, "") for name in ("project", "kind", "q", "before"))
    if project:
        found = found.filter(project__pid=project)
    if kind in Asset.Kind.values:
        found = found.filter(kind=kind)
    elif kind == FROM_CLIPS:
        found = found.filter(origin=Asset.Origin.LAST_FRAME)
    if text.strip():
        found = found.filter(name__icontains=text.strip()[:200])
    if before:
        found = found.filter(pk__lt=Asset.objects.filter(pid=before).values("pk"))
    return found


def next_page(query: QueryDict, rows: list[Asset]) -> str:
    """The query of the page behind this one; "" when there is none."""
    if len(rows) <= PAGE:
        return ""
    further = query.copy()
    further["before"] = rows[PAGE - 1].pid
    return further.urlencode()


@csrf_exempt
@require_POST
def upload(request: Request) -> HttpResponseBase:
    """Refuses what is too large before a byte of it is read; the token is checked by the inner view, which reads."""
    if most := too_large(request, takes_files=True):
        # The fields lie behind the files in the body, so nobody knows yet which page asked.
        why = _("This is more than {most} MB, the most that this studio takes at once.")
        return refusal(request, why.format(most=most), status=413)
    return receive(request)


@csrf_protect
def receive(request: Request) -> HttpResponse:
    """POST: project, then file (one or more) or url; role, when a slot of the composer asks."""
    project, _role = project_for(request.user, request.POST.get("project", ""), Role.EDITOR)
    role = request.POST.get("role", "")
    try:
        assets = take_in(request, project, kind_of_role(role))
    except Refused as refused:
        return refusal(request, str(refused))
    if role:
        return render(request, "generations/_slot_chip.html", {"asset": assets[0], "role": role}, status=201)
    if is_scripted(request):
        return render(
            request, "generations/_asset_tiles.html", {"assets": assets, "editable": {project.pk}}, status=201
        )
    said = ngettext("Added.", "{count} files added.", len(assets))
    messages.success(request, said.format(count=len(assets)))
    return redirect("library")


def take_in(request: Request, project: Project, kind: str) -> list[Asset]:
    """Raises Refused; files before a bad one stay in the library."""
    files = [file for file in request.FILES.getlist("file") if isinstance(file, UploadedFile)]
    url = request.POST.get("url", "").strip()
    if url:
        return [add_link(project, request.user, url, kind or request.POST.get("kind", ""))]
    if not files:
        raise Refused(_("Choose a file, or paste an https link."))
    return [add_file(project, request.user, file, file.name or "", kind=kind) for file in files]


def is_scripted(request: Request) -> bool:
    """Sent by a script of ours, which takes a fragment; a plain form takes a page."""
    return bool(request.htmx) or request.headers.get("X-Requested-With") == "XMLHttpRequest"


def refusal(request: Request, sentence: str, status: int = 422) -> HttpResponse:
    if is_scripted(request):
        return render(request, "generations/_slot_error.html", {"error": sentence}, status=status)
    messages.error(request, sentence)
    return redirect("library")


@never_cache
@require_safe
def asset(request: Request, pid: str) -> HttpResponse:
    found, role = asset_for(request.user, pid)
    uses = list(
        Generation.objects.filter(inputs__asset=found, trashed_at=None)
        .select_related("user", "clip", "project")
        .distinct()
        .order_by("-id")[:PAGE]
    )
    context = {"section": "library", "asset": found, "role": role, "uses": uses}
    return render(request, "generations/asset.html", context)


@require_POST
def asset_trash(request: Request, pid: str) -> HttpResponse:
    found, _role = asset_for(request.user, pid, Role.EDITOR)
    if not into_trash([found], request.user):
        messages.error(request, _("A clip that is still on the way needs this file. Wait for it, then try again."))
        return redirect("asset", found.pid)
    said = _("“{file}” is in the trash. Clips made with it keep it; to undo, upload it again.")
    messages.success(request, said.format(file=found.name))
    return redirect("library")


@require_safe
def asset_file(request: Request, pid: str) -> HttpResponseBase:
    found = kept_asset(request, pid)
    if found.is_link:
        raise Http404
    return send(request, found.file, found.mime, etag=found.sha256, cache=IMMUTABLE)


@require_safe
def asset_thumbnail(request: Request, pid: str) -> HttpResponseBase:
    found = kept_asset(request, pid)
    if not found.thumbnail:
        raise Http404
    return send(request, found.thumbnail, "image/webp", etag=f"{found.sha256}-480", cache=IMMUTABLE)


def kept_asset(request: Request, pid: str) -> Asset:
    """Out of the trash too: the pages of clips that were made with it go on showing it."""
    found, _role = guarded(request.user, Asset.objects.select_related("project").filter(pid=pid).first(), Role.VIEWER)
    return found


@login_not_required
@require_safe
def input_link(request: HttpRequest, signed: str, name: str) -> HttpResponseBase:
    """For a provider that fetches a file by itself, until the signature's life is over."""
    found = Asset.objects.filter(pid=links.pid_of(signed) or "", project__trashed_at=None, url="").first()
    if found is None or found.file.rsplit("/", 1)[-1] != name:
        raise Http404
    return send(request, found.file, found.mime, etag=found.sha256)
