"""The loaders that decide who sees an asset, a generation, a clip, a share."""

from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from studio.access import require, role_in
from studio.models import Project, Role, User

from .models import Asset, Generation, Share, Shot
from .models.share import digest


def generation_for(user: User, pid: str, least: Role = Role.VIEWER) -> tuple[Generation, Role]:
    """The generation and the user's role in its project."""
    generation = Generation.objects.filter(pid=pid).for_list().first()
    return guarded(user, generation, least)


def clip_for(user: User, pid: str) -> Generation:
    """With its clip and nothing else: the files of a page are asked for by the dozen."""
    generation = Generation.objects.select_related("project", "clip").filter(pid=pid).first()
    return guarded(user, generation, Role.VIEWER)[0]


def asset_for(user: User, pid: str, least: Role = Role.VIEWER) -> tuple[Asset, Role]:
    asset = Asset.objects.select_related("project", "uploaded_by").filter(pid=pid, trashed_at=None).first()
    return guarded(user, asset, least)


def share_for(user: User, pid: str) -> tuple[Share, Role]:
    """A share, for who may change it: its maker, or an owner of the project."""
    share = Share.objects.select_related("project", "created_by").filter(pid=pid).first()
    least = Role.EDITOR if share and share.created_by_id == user.pk else Role.OWNER
    return guarded(user, share, least)


def shot_for(user: User, pid: str, least: Role = Role.VIEWER) -> tuple[Shot, Role]:
    return guarded(user, Shot.objects.select_related("project").filter(pid=pid).first(), least)


Row = TypeVar("Row", Asset, Generation, Share, Shot)


def guarded(user: User, row: Row | None, least: Role) -> tuple[Row, Role]:
    if row is None or row.project.trashed_at:
        raise Http404
    return row, require(role_in(user, row.project), least)


def share_by_token(token: str) -> Share:
    """Unknown, expired and revoked answer alike: 404."""
    share = (
        Share.objects.live(timezone.now())
        .select_related("project", "created_by")
        .filter(token_sha256=digest(token))
        .first()
    )
    if share is None:
        raise Http404
    return share


def editable_projects(user: User) -> QuerySet[Project]:
    """Those in which the user may make, move and upload."""
    roles = [Role.OWNER, Role.EDITOR]
    return Project.objects.filter(memberships__user=user, memberships__role__in=roles, trashed_at=None)


def projects_of(user: User) -> list[Project]:
    """For menus: the projects that the user sees, newest work first."""
    return list(Project.objects.visible_to(user).order_by("-id"))
