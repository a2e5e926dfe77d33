"""What is done with several clips at once: the boxes on the cards are the fields of one form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from studio.access import project_for
from studio.http import Request
from studio.models import Event, Project, Role
from studio.words import joined

from .. import gallery, zips
from ..cut import slug
from ..forms.assets import Refused, copied
from ..forms.shots import chosen_shot
from ..models import Generation, Input, Share
from .media import file_name
from .watch import changed

MOST = 200  # clips at once
Rows = Sequence[Generation]


@dataclass(frozen=True)
class Done:
    """What became of a wish, in words, and the verb that takes it back."""

    said: str
    undo: str = ""


@require_POST
def many(request: Request, pid: str, verb: str) -> HttpResponseBase:
    if verb not in VERBS:
        raise Http404
    least, act = VERBS[verb]
    project, role = project_for(request.user, pid, least)
    if len(request.POST.getlist("c")) > MOST:
        why = _("At most {most} at once: nothing was done. Select fewer.").format(most=MOST)
        return answer(request, project, role, [], Done(why), status=422)
    rows = list(picked(request, project))
    if not rows:
        return answer(request, project, role, rows, Done(_("Nothing is selected. Tick some clips first.")), status=422)
    try:
        done = act(request, project, rows)
    except Refused as refused:
        return answer(request, project, role, rows, Done(str(refused)), status=409)
    if isinstance(done, HttpResponseBase):
        return done
    return answer(request, project, role, rows, done)


def picked(request: Request, project: Project) -> Any:
    """Those of the project alone, whatever else was posted."""
    return Generation.objects.filter(project=project, pid__in=request.POST.getlist("c")).for_list()


def write(rows: Rows, project: Project, event: str, request: Request, **fields: Any) -> None:
    """The same fields on all rows, seen by every open page of the project."""
    with transaction.atomic():
        rev = Project.bump(project.pk)
        Generation.objects.filter(pk__in=[row.pk for row in rows]).update(rev=rev, **fields)
        for row in rows:
            Event.record("generation", row.pid, event, actor=request.user, project_id=project.pk)


def favour(request: Request, project: Project, rows: Rows) -> Done:
    """All become favourites; when all are, none is any more."""
    on = not all(row.favourite for row in rows)
    write(rows, project, "favourite" if on else "no favourite", request, favourite=on)
    count = len(rows)
    if on:
        said = ngettext("1 clip added to the favourites.", "{count} clips added to the favourites.", count)
    else:
        said = ngettext("1 clip taken from the favourites.", "{count} clips taken from the favourites.", count)
    return Done(said.format(count=count))


def trash(request: Request, project: Project, rows: Rows) -> Done:
    still = [row for row in rows if row.status in gallery.MOVING]
    rest = [row for row in rows if row not in still]
    if not rest:
        raise Refused(_("These takes are still on their way. Cancel them first, or wait for their end."))
    write(rest, project, "trashed", request, trashed_at=timezone.now())
    said = ngettext("1 clip moved to the trash.", "{count} clips moved to the trash.", len(rest))
    left = ngettext("1 clip still on the way stayed.", "{count} clips still on the way stayed.", len(still))
    parts = [said.format(count=len(rest)), *([left.format(count=len(still))] if still else [])]
    return Done(joined(*parts), undo="restore")


def restore(request: Request, project: Project, rows: Rows) -> Done:
    write(rows, project, "restored", request, trashed_at=None)
    return Done(ngettext("1 clip restored.", "{count} clips restored.", len(rows)).format(count=len(rows)))


def shot(request: Request, project: Project, rows: Rows) -> Done:
    where = chosen_shot(request.POST, project)
    write(rows, project, "shot", request, shot=where)
    count = len(rows)
    if where:
        said = ngettext("1 clip put into “{shot}”.", "{count} clips put into “{shot}”.", count)
    else:
        said = ngettext("1 clip taken out of their shots.", "{count} clips taken out of their shots.", count)
    return Done(said.format(count=count, shot=where))


def move(request: Request, project: Project, rows: Rows) -> Done:
    """Into another project of the user's. Links to a clip end: who may see it changes. Raises Refused."""
    to, _role = project_for(request.user, request.POST.get("to", ""), Role.EDITOR)
    if to == project:
        raise Refused(_("They are in this project already."))
    if any(row.is_open for row in rows):
        raise Refused(_("Takes that are still on their way cannot be moved. Wait for their end."))
    with transaction.atomic():
        Project.bump(project.pk)
        rev = Project.bump(to.pk)
        keys = [row.pk for row in rows]
        Share.objects.filter(generations__in=keys, revoked_at=None).update(revoked_at=timezone.now())
        project.shots.filter(pick_id__in=keys).update(pick=None)
        take_along(rows, to, request)
        Generation.objects.filter(pk__in=keys).update(project=to, rev=rev, shot=None)
        for row in rows:
            Event.record("generation", row.pid, "moved", actor=request.user, project_id=to.pk, why=f"from {project}")
    said = ngettext(
        "1 clip moved to “{project}”. Their share links have ended.",
        "{count} clips moved to “{project}”. Their share links have ended.",
        len(rows),
    )
    return Done(said.format(count=len(rows), project=to))


def take_along(rows: Rows, to: Project, request: Request) -> None:
    """The inputs become files of the other project too: its members must see what a clip was made from."""
    for entry in Input.objects.filter(generation__in=[row.pk for row in rows]).select_related("asset"):
        Input.objects.filter(pk=entry.pk).update(asset=copied(entry.asset, to, request.user))


def as_zip(request: Request, project: Project, rows: Rows) -> HttpResponseBase:
    """The files as the providers made them. Raises Refused."""
    found = [(row, row.clip) for row in rows if row.clip]
    if not found:
        raise Refused(_("None of these has a video yet."))
    names = zips.distinct(file_name(row) for row, _clip in found)
    files = [(name, Path(default_storage.path(clip.video))) for name, (_row, clip) in zip(names, found, strict=True)]
    return download(zips.stream(files), f"{slug(project.name, 'studio').lower()}-{len(files)}-clips.zip")


def download(parts: Any, name: str) -> StreamingHttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "",
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(parts, content_type="application/zip", headers=headers)


def compare(request: Request, project: Project, rows: Rows) -> HttpResponseBase:
    """To an address that says no more than which clips."""
    return redirect(f"{reverse('compare')}?c={','.join(row.pid for row in rows)}")


Act = Callable[[Request, Project, Rows], Done | HttpResponseBase]
VERBS: dict[str, tuple[Role, Act]] = {
    "favourite": (Role.EDITOR, favour),
    "trash": (Role.EDITOR, trash),
    "restore": (Role.EDITOR, restore),
    "shot": (Role.EDITOR, shot),
    "move": (Role.EDITOR, move),
    "zip": (Role.VIEWER, as_zip),
    "compare": (Role.VIEWER, compare),
}


def answer(request: Request, project: Project, role: Role, rows: Rows, done: Done, status: int = 200) -> HttpResponse:
    """The cards as they are now, and what was done as a toast; to a browser without scripts the page again."""
    if not request.htmx:
        (messages.error if status >= 400 else messages.success)(request, done.said)
        back = gallery.Filters.read(dict_of(request.POST.get("back", ""))).query()
        return redirect(reverse("project", args=[project.pid]) + (f"?{back}" if back else ""))
    fresh = gallery.cards(Generation.objects.filter(pk__in=[row.pk for row in rows], project=project))
    filters = gallery.Filters.read(dict_of(request.POST.get("back", "")))
    response = changed(request, project, role, list(fresh), status=status, filters=filters)
    here = {row.pk for row in fresh}
    gone = [row for row in rows if row.pk not in here]
    toast = {"text": done.said, "undo": done.undo, "project": project, "rows": rows, "gone": gone}
    response.content += render(request, "generations/_toast.html", toast).content
    return response


def dict_of(query: str) -> dict[str, str]:
    return dict(parse_qsl(query))
