"""The chips above a history: links that ask for part of it, menus of such links, and the ways to lay it out."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from studio.models import Project, User
from studio.words import Words

from .. import gallery
from ..catalog import label_of
from ..models import Generation

Chip = dict[str, Any]


def chips(filters: gallery.Filters) -> list[Chip]:
    """One press each; a second press takes it back."""
    groups = [(key, pair[0]) for key, pair in gallery.GROUPS.items()] + [(gallery.TRASH, _("Trash"))]
    return [
        {"label": _("All"), "query": filters.query(status="", fav=""), "on": not filters.status and not filters.fav},
        {
            "label": _("Favourites"),
            "icon": "heart",
            "query": filters.query(fav="" if filters.fav else "1"),
            "on": bool(filters.fav),
        },
        *(item(filters, "status", key, label) for key, label in groups),
    ]


def item(filters: gallery.Filters, name: str, key: str, label: Words) -> Chip:
    on = getattr(filters, name) == key
    return {"label": label, "query": filters.query(**{name: "" if on else key}), "on": on}


def menus(project: Project, filters: gallery.Filters) -> list[Chip]:
    """A menu is there when it offers a choice, or when something of it was chosen."""
    found = (
        menu(filters, "model", _("Model"), _("Any model"), models(project)),
        menu(filters, "by", _("Made by"), _("Anybody"), people(project)),
        menu(filters, "shape", _("Shape"), _("Any shape"), [(key, pair[0]) for key, pair in gallery.SHAPES.items()]),
        menu(filters, "since", _("Any date"), _("Any date"), [(key, pair[0]) for key, pair in gallery.SINCE.items()]),
        menu(filters, "rating", _("Rating"), _("Any rating"), gallery.RATINGS.items()),
        menu(filters, "shot", _("Shot"), _("Any shot"), shots(project)),
    )
    return [one for one in found if len(one["items"]) > 1 or one["on"]]


def menu(filters: gallery.Filters, name: str, label: str, anything: str, choices: Iterable[tuple[str, Words]]) -> Chip:
    items = [item(filters, name, key, shown) for key, shown in choices]
    chosen = next((one["label"] for one in items if one["on"]), "")
    value = getattr(filters, name)
    return {
        "name": name,
        "label": chosen or value or label,
        "on": bool(value),
        "anything": anything,
        "query": filters.query(**{name: ""}),
        "items": items,
    }


def models(project: Project) -> list[tuple[str, str]]:
    """Those that made something here."""
    keys = Generation.objects.filter(project=project).order_by("model").values_list("model", flat=True).distinct()
    return [(key, label_of(key)) for key in keys]


def people(project: Project) -> list[tuple[str, str]]:
    """Those who made something here, members or not any more."""
    made = User.objects.filter(generations__project=project).distinct().order_by("name", "email")
    return [(user.pid, str(user)) for user in made]


def shots(project: Project) -> list[tuple[str, str]]:
    return [(shot.pid, shot.name) for shot in project.shots.in_order()]


def views(filters: gallery.Filters) -> list[Chip]:
    return [
        {"label": label, "icon": icon, "query": filters.query(view=key), "on": filters.view == key}
        for key, (label, icon) in gallery.VIEWS.items()
    ]
