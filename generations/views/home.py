"""Where you left off, and the projects."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.http import Request
from studio.models import Membership, Project, Role, User

from ..gallery import MOVING
from ..models import Generation, Status

MOSAIC = 4  # posters on a project's tile
RUNNING = 12
RECENT = 8


@dataclass
class Tile:
    """A project as the pages show it."""

    project: Project
    role: Role
    clips: int
    running: int
    posters: list[Generation] = field(default_factory=list)


@never_cache
@require_safe
def home(request: Request) -> HttpResponse:
    tiles = tiles_of(request.user)
    mine = Generation.objects.visible_to(request.user)
    context = {
        "section": "home",
        "tiles": tiles,
        "running": on_the_way(request.user),
        "recent": list(mine.filter(status=Status.DONE).select_related("project").order_by("-id")[:RECENT]),
        "last": last_project(request.user, tiles),
    }
    return render(request, "generations/home.html", context)


def on_the_way(user: User) -> list[Generation]:
    """Of the whole team, what waits for a person included."""
    return list(Generation.objects.visible_to(user).open().select_related("project", "user").order_by("-id")[:RUNNING])


@never_cache
@require_safe
def projects(request: Request) -> HttpResponse:
    mine = Membership.objects.filter(user=request.user, role=Role.OWNER)
    trashed = Project.objects.filter(memberships__in=mine).exclude(trashed_at=None).order_by("-trashed_at")
    context = {"section": "projects", "tiles": tiles_of(request.user), "trashed": list(trashed)}
    return render(request, "generations/home_projects.html", context)


def tiles_of(user: User) -> list[Tile]:
    """Every project that the user sees, those with the latest work first: three queries for all of them."""
    live = Q(project__generations__trashed_at=None)
    memberships = (
        Membership.objects.filter(user=user, project__trashed_at=None)
        .select_related("project")
        .annotate(
            clips=Count("project__generations", filter=live & Q(project__generations__status=Status.DONE)),
            running=Count("project__generations", filter=live & Q(project__generations__status__in=MOVING)),
            latest=Max("project__generations__id", filter=live),
        )
        .order_by(F("latest").desc(nulls_last=True), "-project_id")
    )
    tiles = {m.project_id: Tile(m.project, Role(m.role), m.clips, m.running) for m in memberships}
    for generation in posters_of(list(tiles)):
        tiles[generation.project_id].posters.append(generation)
    return list(tiles.values())


def posters_of(projects: list[int]) -> list[Generation]:
    """The latest finished clips of each project, MOSAIC of each."""
    place = Window(RowNumber(), partition_by=F("project_id"), order_by=F("id").desc())
    done = Generation.objects.filter(project_id__in=projects, status=Status.DONE, trashed_at=None)
    return list(done.annotate(place=place).filter(place__lte=MOSAIC).order_by("project_id", "-id"))


def last_project(user: User, tiles: list[Tile]) -> Tile | None:
    """Where the user generated last; else the project with the latest work."""
    mine = Generation.objects.visible_to(user).filter(user=user).order_by("-id")
    latest = mine.values_list("project_id", flat=True).first()
    return next((tile for tile in tiles if tile.project.pk == latest), tiles[0] if tiles else None)
