"""Shots: named, ordered, and chosen for takes."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from studio.models import Project

from ..models import Generation, Shot
from .assets import Refused

LONGEST = 80
MOST = 500  # shots of one project


def named(text: str) -> str:
    """Raises Refused."""
    name = " ".join(text.replace("\0", "").split())
    if not name:
        raise Refused(_("Give the shot a name, such as “3 – She opens the door”."))
    if len(name) > LONGEST:
        why = _("A shot's name has {most} characters at most; this one has {count}.")
        raise Refused(why.format(most=LONGEST, count=len(name)))
    return name


def new_shot(project: Project, text: str) -> Shot:
    """At the end of the cut. Raises Refused."""
    name = named(text)
    if project.shots.count() >= MOST:
        why = _("A project has {most} shots at most. Remove one, or begin another project.")
        raise Refused(why.format(most=MOST))
    last = project.shots.aggregate(last=Max("position"))["last"]
    return Shot.objects.create(project=project, name=name, position=0 if last is None else last + 1)


def chosen_shot(data: Mapping[str, str], project: Project) -> Shot | None:
    """The shot that a form names: one of the project's, a new one, or none. Raises Refused."""
    pid = data.get("shot", "")
    if pid == "new":
        return new_shot(project, data.get("new_shot", ""))
    if not pid:
        return None
    found = project.shots.filter(pid=pid).first()
    if found is None:
        raise Refused(_("This shot is gone. Load the page again."))
    return found


def pick(generation: Generation, *, on: bool) -> Shot:
    """Make it the one that plays for its shot, or not any more. Raises Refused."""
    shot = generation.shot
    if shot is None:
        raise Refused(_("Put the clip into a shot first; then pick it."))
    if generation.clip_id is None:
        raise Refused(_("There is no video to pick yet."))
    with transaction.atomic():
        Project.bump(generation.project_id)
        same = Shot.objects.filter(pk=shot.pk)
        # Off takes back this take alone: somebody may have picked another one meanwhile.
        same.update(pick=generation) if on else same.filter(pick=generation).update(pick=None)
    return shot


def move(shot: Shot, step: int) -> None:
    """One place earlier (-1) or later (1); at either end it stays."""
    with transaction.atomic():
        order = list(shot.project.shots.select_for_update().in_order())
        place = next(place for place, row in enumerate(order) if row.pk == shot.pk)
        order.insert(max(place + step, 0), order.pop(place))
        for position, row in enumerate(order):
            if row.position != position:
                Shot.objects.filter(pk=row.pk).update(position=position)
