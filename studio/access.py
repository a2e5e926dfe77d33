"""Roles, and the one loader of a project: not yours → 404, yours but not allowed → 403."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from .models import Membership, Project, Role, User


def role_in(user: User, project: Project) -> Role | None:
    row = Membership.objects.filter(user=user, project=project).values_list("role", flat=True).first()
    return Role(row) if row else None


def require(role: Role | None, least: Role) -> Role:
    """Raises Http404 for a stranger, PermissionDenied for a member whose role is too small."""
    if role is None:
        raise Http404
    if role.rank < least.rank:
        raise PermissionDenied(_("This needs the role of {role} in the project.").format(role=str(least.label).lower()))
    return role


def project_for(user: User, pid: str, least: Role = Role.VIEWER) -> tuple[Project, Role]:
    """The project and the user's role in it."""
    membership = (
        Membership.objects.select_related("project")
        .filter(user=user, project__pid=pid, project__trashed_at=None)
        .first()
    )
    if membership is None:
        raise Http404
    return membership.project, require(Role(membership.role), least)


def require_admin(user: User) -> None:
    """Providers and their keys belong to the studio's admins."""
    if not user.is_staff:
        raise PermissionDenied(_("Only a studio admin may do this."))
