"""Where a team's work lives, and who may do what there."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..ids import new_pid


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")  # may everything, people included
    EDITOR = "editor", _("Editor")  # generates, uploads, shares
    VIEWER = "viewer", _("Viewer")  # looks and downloads

    @property
    def rank(self) -> int:
        return {"viewer": 1, "editor": 2, "owner": 3}[self.value]


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: object) -> Self:
        return self.filter(memberships__user=user, trashed_at=None)


class Project(models.Model):
    pid = models.CharField(max_length=11, unique=True, default=new_pid, editable=False)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    trashed_at = models.DateTimeField(null=True, blank=True)
    rev = models.PositiveBigIntegerField(default=0, help_text="Counts the changes that open pages must see.")
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="projects")

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(ProjectQuerySet)()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def bump(cls, pk: int) -> int:
        """Raise `rev` inside the caller's transaction and return it.

        The row lock orders the writers, so a page that has seen rev n has seen every change up to n. A time stamp,
        taken before the lock, can be overtaken and lose a change.
        """
        cls.objects.filter(pk=pk).update(rev=F("rev") + 1)
        return cls.objects.values_list("rev", flat=True).get(pk=pk)


class Membership(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role.choices, default=Role.EDITOR)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project} as {self.role}"
