"""What the palette finds: pages, projects, clips and files of the user's own projects."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.http import Request
from studio.models import Project, User

from ..gallery import plain
from ..models import Asset, Generation

EACH = 6  # of one kind


@dataclass(frozen=True)
class Hit:
    label: str
    url: str
    icon: str
    about: str = ""


@never_cache
@require_safe
def search(request: Request) -> HttpResponse:
    words = plain(request.GET.get("q", ""))[:100]
    groups = [(_("Go to"), pages(request.user, words)), (_("Projects"), projects(request.user, words))]
    if words:
        groups += [(_("Clips"), clips(request.user, words)), (_("Files"), files(request.user, words))]
    found = [(name, hits) for name, hits in groups if hits]
    template = "generations/_found.html" if request.htmx else "generations/search.html"
    return render(request, template, {"groups": found, "words": words})


def pages(user: User, words: str) -> list[Hit]:
    every = [
        Hit(_("Home"), reverse("home"), "house"),
        Hit(_("Projects"), reverse("projects"), "clapperboard"),
        Hit(_("Library"), reverse("library"), "images"),
        Hit(_("Activity"), reverse("activity"), "activity"),
        Hit(_("New project"), reverse("project-new"), "folder-plus"),
        Hit(_("You: name, look, keys, language"), reverse("profile"), "user"),
        *([Hit(_("Providers"), reverse("providers"), "plug")] if user.is_staff else []),
    ]
    return [hit for hit in every if words.casefold() in hit.label.casefold()]


def projects(user: User, words: str) -> list[Hit]:
    rows = Project.objects.visible_to(user).filter(name__icontains=words).order_by("-id")[:EACH]
    return [Hit(row.name, reverse("project", args=[row.pid]), "folder") for row in rows]


def clips(user: User, words: str) -> list[Hit]:
    rows = Generation.objects.visible_to(user).filter(prompt__icontains=words).select_related("project")
    return [
        Hit(row.title, reverse("generation", args=[row.pid]), "film", f"{row.project} · {row.get_status_display()}")
        for row in rows.order_by("-id")[:EACH]
    ]


def files(user: User, words: str) -> list[Hit]:
    rows = Asset.objects.visible_to(user).filter(name__icontains=words).select_related("project").order_by("-id")[:EACH]
    return [Hit(row.name, reverse("asset", args=[row.pid]), "image", str(row.project)) for row in rows]
