"""The shots of a project: its takes by place in the film, one picked for each, played in order as a rough cut."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from studio.access import project_for
from studio.http import Request
from studio.models import Event, Project, Role

from .. import cut as cutting
from .. import gallery, zips
from ..access import generation_for, shot_for
from ..forms.assets import Refused
from ..forms.shots import move, named, new_shot
from ..forms.shots import pick as make_pick
from ..models import Generation, Shot
from .clips import answer, refuse
from .many import download
from .watch import poller, shell


@require_safe
def shots(request: Request, pid: str) -> HttpResponse:
    project, role = project_for(request.user, pid)
    rows = list(project.shots.in_order())
    takes = list(gallery.cards(Generation.objects.filter(shot__in=rows, trashed_at=None)).order_by("-id"))
    context = (
        shell(project, role)
        | poller(project, gallery.Filters())
        | {
            "groups": [(shot, [take for take in takes if take.shot_id == shot.pk]) for shot in rows],
            "cut": cutting.cut(project),
            "section": "shots",
        }
    )
    return render(request, "generations/shots.html", context)


@require_POST
def shot_new(request: Request, pid: str) -> HttpResponse:
    project, _role = project_for(request.user, pid, Role.EDITOR)
    return done(request, project, lambda: new_shot(project, request.POST.get("name", "")), "added")


@require_POST
def shot_edit(request: Request, pid: str) -> HttpResponse:
    shot, _role = shot_for(request.user, pid, Role.EDITOR)

    def rename() -> Shot:
        shot.name = named(request.POST.get("name", ""))
        shot.save(update_fields=["name"])
        return shot

    return done(request, shot.project, rename, "renamed")


@require_POST
def shot_move(request: Request, pid: str) -> HttpResponse:
    shot, _role = shot_for(request.user, pid, Role.EDITOR)

    def step() -> Shot:
        move(shot, -1 if request.POST.get("way") == "up" else 1)
        return shot

    return done(request, shot.project, step, "moved")


@require_POST
def shot_remove(request: Request, pid: str) -> HttpResponse:
    """Its takes stay in the history, in no shot."""
    shot, _role = shot_for(request.user, pid, Role.EDITOR)

    def remove() -> Shot:
        kept = Shot(pid=shot.pid, name=shot.name)
        shot.delete()
        return kept

    return done(request, shot.project, remove, "removed")


def done(request: Request, project: Project, change: Callable[[], Shot], event: str) -> HttpResponse:
    try:
        with transaction.atomic():
            Project.bump(project.pk)
            shot = change()
            Event.record("shot", shot.pid, event, actor=request.user, project_id=project.pk, why=shot.name)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("shots", project.pid)


@require_POST
def pick(request: Request, pid: str) -> HttpResponse:
    """`on=1` picks it, anything else takes the pick back: the button names what it wants."""
    generation, role = generation_for(request.user, pid, Role.EDITOR)
    on = request.POST.get("on") == "1"
    try:
        shot = make_pick(generation, on=on)
    except Refused as refused:
        return refuse(request, generation, role, str(refused))
    if on:
        where = generation.project_id
        Event.record("shot", shot.pid, "picked", actor=request.user, project_id=where, why=generation.pid)
    if request.POST.get("back") == "shots":
        return redirect("shots", generation.project.pid)
    return answer(request, generation, role)


@require_safe
def cut(request: Request, pid: str) -> HttpResponse:
    """The picks, one after the other, as a rough cut."""
    project, role = project_for(request.user, pid)
    context = shell(project, role) | {"cut": cutting.cut(project), "section": "shots"}
    return render(request, "generations/cut.html", context)


LISTS: dict[str, Callable[[cutting.Cut], str]] = {
    "cut.json": lambda cut: json.dumps(cut.as_rows(), indent=1, ensure_ascii=False) + "\n",
    "cut.csv": lambda cut: as_csv(cut.as_rows()),
    "cut.edl": lambda cut: cut.as_edl(),
}


@require_safe
def export(request: Request, pid: str) -> HttpResponseBase:
    """The picks as a ZIP with a list for people, for programs and for editing suites."""
    project, _role = project_for(request.user, pid)
    made = cutting.cut(project)
    if not made.entries:
        raise Http404
    files = [(entry.file, Path(default_storage.path(entry.clip.video))) for entry in made.entries]
    texts = [(name, write(made)) for name, write in LISTS.items()]
    return download(zips.stream(files, texts), f"{cutting.slug(project.name, 'studio').lower()}-cut.zip")


def as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({name: cutting.inert(value) for name, value in row.items()} for row in rows)
    return text.getvalue()
