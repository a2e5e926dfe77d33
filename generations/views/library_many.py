"""What is done with several files of the library at once."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from studio.access import project_for
from studio.http import Request
from studio.models import Event, Role, User

from ..access import asset_for
from ..forms.assets import copied
from ..models import Asset, Generation

MOST = 100  # files at once
Files = Sequence[Asset]


@require_POST
def library_many(request: Request, verb: str) -> HttpResponse:
    """Every file is checked by itself: they may be of several projects."""
    if verb not in VERBS:
        raise Http404
    if len(pids := request.POST.getlist("c")) > MOST:
        messages.error(request, _("At most {most} at once: nothing was done. Select fewer.").format(most=MOST))
        return redirect("library")
    files = [asset_for(request.user, pid, Role.EDITOR)[0] for pid in pids]
    if not files:
        messages.error(request, _("Nothing is selected. Tick some files first."))
        return redirect("library")
    return VERBS[verb](request, files)


def use(request: Request, files: Files) -> HttpResponse:
    """Into the composer of the first one's project, as far as its model has places for them."""
    project = files[0].project
    taken = [file.pid for file in files if file.project_id == project.pk]
    if len(taken) < len(files):
        why = _("Files of other projects were left out. Copy them into “{project}” first.")
        messages.info(request, why.format(project=project))
    wanted = urlencode({"file": taken}, doseq=True)
    return redirect(f"{reverse('project', args=[project.pid])}?{wanted}")


def copy(request: Request, files: Files) -> HttpResponse:
    to, _role = project_for(request.user, request.POST.get("to", ""), Role.EDITOR)
    fresh = [file for file in files if file.project_id != to.pk]
    for file in fresh:
        copied(file, to, request.user)
    said = _("They are in “{project}” already.")
    if fresh:
        said = ngettext("1 file is in “{project}” now, too.", "{count} files are in “{project}” now, too.", len(fresh))
    messages.success(request, said.format(count=len(fresh), project=to))
    return redirect(f"{reverse('library')}?{urlencode({'project': to.pid})}")


def into_trash(files: Files, user: User) -> Files:
    """Those that are there now. A file that an open generation still needs stays."""
    with transaction.atomic():
        open_rows = Generation.objects.open().filter(inputs__asset__in=files)
        needed = set(open_rows.values_list("inputs__asset", flat=True))
        gone = [file for file in files if file.pk not in needed]
        Asset.objects.filter(pk__in=[file.pk for file in gone]).update(trashed_at=timezone.now())
        for file in gone:
            Event.record("asset", file.pid, "trashed", actor=user, project_id=file.project_id)
    return gone


def trash(request: Request, files: Files) -> HttpResponse:
    gone = into_trash(files, request.user)
    if gone:
        said = ngettext(
            "1 file is in the trash. Clips made with them keep them; to undo, upload them again.",
            "{count} files are in the trash. Clips made with them keep them; to undo, upload them again.",
            len(gone),
        )
        messages.success(request, said.format(count=len(gone)))
    if kept := len(files) - len(gone):
        why = _("{count} stayed: a clip that is still on the way needs them. Try again later.")
        messages.error(request, why.format(count=kept))
    return redirect("library")


VERBS: dict[str, Callable[[Request, Files], HttpResponse]] = {"use": use, "copy": copy, "trash": trash}
