"""Who works in a project: every change keeps at least one owner and leaves an event."""

from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import Event, Membership, Project, Role, User

SALT = "studio.team"


class Refused(Exception):
    """The change would break a rule; the message is for the member."""


def add(project: Project, email: str, role: Role, actor: User) -> tuple[Membership, bool]:
    """The new membership, and whether an account was made for it. Raises Refused."""
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first()
        made = user is None
        if user is None:
            user = User.objects.create_user(email)
        if not user.is_active:
            raise Refused(_("The account of {email} is closed. A studio admin can open it again.").format(email=email))
        if Membership.objects.filter(project=project, user=user).exists():
            raise Refused(_("{user} is already in this project.").format(user=user))
        membership = Membership.objects.create(project=project, user=user, role=role)
        note(membership, old="", new=role, actor=actor)
    return membership, made


def change(membership: Membership, role: Role, actor: User) -> None:
    """Raises Refused for the last owner."""
    with transaction.atomic():
        keep_an_owner(membership, role)
        old = membership.role
        membership.role = role
        membership.save(update_fields=["role"])
        note(membership, old=old, new=role, actor=actor)


def remove(membership: Membership, actor: User) -> None:
    """Raises Refused for the last owner."""
    with transaction.atomic():
        keep_an_owner(membership, None)
        note(membership, old=membership.role, new="removed", actor=actor)
        membership.delete()


def keep_an_owner(membership: Membership, role: Role | None) -> None:
    # Locked together, so that two owners cannot demote each other in the same moment.
    owners = Membership.objects.select_for_update().filter(project_id=membership.project_id, role=Role.OWNER)
    if role != Role.OWNER and {owner.pk for owner in owners} == {membership.pk}:
        why = _("{user} is the only owner. Make someone else an owner first.")
        raise Refused(why.format(user=membership.user))


def note(membership: Membership, *, old: str, new: str, actor: User) -> None:
    Event.record(
        "member",
        membership.project.pid,
        new,
        old=old,
        actor=actor,
        project_id=membership.project_id,
        evidence={"user": membership.user_id},
    )


def may_welcome(user: User, owner: User) -> bool:
    """Whether `owner` may make a password link for `user`: only for one who has no password yet, and whose projects
    are all the owner's own; else a link would open other people's projects."""
    if user.has_usable_password() or user.is_staff or not user.is_active:
        return False
    own = Membership.objects.filter(user=owner, role=Role.OWNER).values("project")
    return not Membership.objects.filter(user=user).exclude(project__in=own).exists()


def welcome_path(user: User) -> str:
    """A one-time path to choose the first password, good for three days; links made before stop working."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return reverse("welcome", args=[signing.dumps(user.pk, salt=SALT), default_token_generator.make_token(user)])


def welcomed(person: str, token: str) -> User | None:
    """The new member that a welcome link belongs to; None when it is wrong, old or used."""
    try:
        user = User.objects.filter(pk=signing.loads(person, salt=SALT), is_active=True).first()
    except signing.BadSignature:
        return None
    if user is None or user.has_usable_password() or not default_token_generator.check_token(user, token):
        return None
    return user
