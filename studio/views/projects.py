"""A project's name and its people."""

import re

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import team
from ..access import project_for, require
from ..forms.projects import MemberForm, ProjectForm, RoleForm
from ..http import Request, address
from ..models import Event, Membership, Project, Role, User


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = begin(request.user, form.cleaned_data["name"])
        return redirect("project", project.pid)
    return render(request, "studio/project_new.html", {"form": form}, status=422 if form.errors else 200)


def begin(user: User, name: str) -> Project:
    """A project of the user's own."""
    with transaction.atomic():
        project = Project.objects.create(name=name)
        Membership.objects.create(project=project, user=user, role=Role.OWNER)
        Event.record("project", project.pid, "made", actor=user, project_id=project.pk)
    return project


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request, pid: str) -> HttpResponse:
    project, role = project_for(request.user, pid, Role.OWNER)
    before = project.name
    form = ProjectForm(request.POST or None, initial={"name": before})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            project.name = form.cleaned_data["name"]
            project.save(update_fields=["name"])
            Event.record("project", project.pid, "renamed", why=before, actor=request.user, project_id=project.pk)
        messages.success(request, _("Saved."))
        return redirect("project-settings", project.pid)
    context = {"project": project, "role": role, "form": form}
    return render(request, "studio/project_settings.html", context, status=422 if form.errors else 200)


@require_POST
def trash(request: Request, pid: str) -> HttpResponse:
    project, _role = project_for(request.user, pid, Role.OWNER)
    set_trashed(request, project, True)
    messages.success(request, _("“{project}” is in the trash. You can bring it back below.").format(project=project))
    return redirect("projects")


@require_POST
def restore(request: Request, pid: str) -> HttpResponse:
    mine = Project.objects.filter(memberships__user=request.user, memberships__role=Role.OWNER)
    project = get_object_or_404(mine.exclude(trashed_at=None), pid=pid)
    set_trashed(request, project, False)
    return redirect("project", project.pid)


def set_trashed(request: Request, project: Project, trashed: bool) -> None:
    with transaction.atomic():
        project.trashed_at = timezone.now() if trashed else None
        project.save(update_fields=["trashed_at"])
        state = "trashed" if trashed else "restored"
        Event.record("project", project.pid, state, actor=request.user, project_id=project.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: Request, pid: str) -> HttpResponse:
    """Everybody sees who is there; owners add people."""
    least = Role.OWNER if request.method == "POST" else Role.VIEWER
    project, role = project_for(request.user, pid, least)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership, made = team.add(
                project, form.cleaned_data["email"], Role(form.cleaned_data["role"]), request.user
            )
        except team.Refused as refused:
            form.add_error("email", str(refused))
        else:
            if made:
                return show_link(request, project, role, membership.user)
            messages.success(request, _("{user} is in.").format(user=membership.user))
            return redirect("people", project.pid)
    return people_page(request, project, role, form)


def people_page(request: Request, project: Project, role: Role, form: MemberForm, **more: object) -> HttpResponse:
    members = list(project.memberships.select_related("user").order_by("joined_at", "id"))
    pending = set()
    if role == Role.OWNER:
        pending = {m.pk for m in members if team.may_welcome(m.user, request.user)}
    context = {
        "project": project,
        "role": role,
        "members": members,
        "pending": pending,
        "roles": Role.choices,
        "form": form,
        **more,
    }
    return render(request, "studio/people.html", context, status=422 if form.errors else 200)


def show_link(request: Request, project: Project, role: Role, user: User) -> HttpResponse:
    """The link is answered, not redirected to: it is kept nowhere, so this is its only showing."""
    link = address(request, team.welcome_path(user))
    return people_page(request, project, role, MemberForm(), link=link, link_for=user)


@require_POST
def member_link(request: Request, pid: str) -> HttpResponse:
    project, role = project_for(request.user, pid, Role.OWNER)
    user = member_of(request, project).user
    if not team.may_welcome(user, request.user):
        why = _("{user} has a password already, or works in projects that are not yours.")
        messages.error(request, why.format(user=user))
        return redirect("people", project.pid)
    return show_link(request, project, role, user)


@require_POST
def member_role(request: Request, pid: str) -> HttpResponse:
    project, _role = project_for(request.user, pid, Role.OWNER)
    membership = member_of(request, project)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose owner, editor or viewer."))
        return redirect("people", project.pid)
    try:
        team.change(membership, Role(form.cleaned_data["role"]), request.user)
    except team.Refused as refused:
        messages.error(request, str(refused))
    else:
        said = _("{user} is now {role}.")
        role = str(membership.get_role_display()).lower()
        messages.success(request, said.format(user=membership.user, role=role))
    return redirect("people", project.pid)


@require_POST
def member_remove(request: Request, pid: str) -> HttpResponse:
    """Owners remove anybody; everybody may leave."""
    project, role = project_for(request.user, pid)
    membership = member_of(request, project)
    leaving = membership.user_id == request.user.pk
    require(role, Role.VIEWER if leaving else Role.OWNER)
    try:
        team.remove(membership, request.user)
    except team.Refused as refused:
        messages.error(request, str(refused))
        return redirect("people", project.pid)
    said = _("You left “{project}”.") if leaving else _("{user} is out.")
    messages.success(request, said.format(project=project, user=membership.user))
    return redirect("projects") if leaving else redirect("people", project.pid)


def member_of(request: Request, project: Project) -> Membership:
    """The member that a small form names in `member`."""
    number = request.POST.get("member", "")
    if not re.fullmatch(r"[0-9]{1,18}", number):
        raise Http404
    return get_object_or_404(project.memberships.select_related("user"), pk=int(number))
