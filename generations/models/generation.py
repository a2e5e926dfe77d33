"""One take that a member asked for. The row is the job."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.ids import new_pid
from studio.models import Project

from .asset import Asset
from .provider import Provider
from .shot import Shot


class Status(models.TextChoices):
    """What a member reads; the states of the attempt map onto it (State.status)."""

    QUEUED = "queued", _("Queued")
    RENDERING = "rendering", _("Rendering")
    SAVING = "saving", _("Saving")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    BLOCKED = "blocked", _("Blocked")
    ATTENTION = "attention", _("Needs attention")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (Status.QUEUED, Status.RENDERING, Status.SAVING, Status.ATTENTION)


class GenerationQuerySet(models.QuerySet["Generation"]):
    def visible_to(self, user: object) -> Self:
        return self.filter(project__memberships__user=user, project__trashed_at=None, trashed_at=None)

    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def for_list(self) -> Self:
        """With what a card reads, newest first."""
        return (
            self.select_related("user", "provider", "clip", "project").prefetch_related("inputs__asset").order_by("-id")
        )


class Generation(models.Model):
    pid = models.CharField(max_length=11, unique=True, default=new_pid, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="generations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="generations")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="generations")
    batch = models.CharField(max_length=11, default=new_pid)  # the ×N takes of one press of the button
    client_token = models.CharField(max_length=64)  # of the form that asked: a double click is one job
    take = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    rev = models.PositiveBigIntegerField(default=0)  # Project.rev when it last changed
    model = models.CharField(max_length=60)  # key in the catalog
    model_id = models.CharField(max_length=120)  # as sent
    mode = models.CharField(max_length=20)
    prompt = models.TextField(blank=True)
    parameters = models.JSONField(default=dict, blank=True)  # wire name → value, as asked
    width = models.PositiveIntegerField(default=16)  # expected, then measured: the card keeps its box
    height = models.PositiveIntegerField(default=9)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    message = models.TextField(blank=True)  # for the member: what happened, were you charged, what to do
    progress = models.FloatField(null=True, blank=True)  # 0..1, only if the provider tells
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    clip = models.OneToOneField("Clip", on_delete=models.SET_NULL, null=True, blank=True, related_name="shown_by")
    favourite = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(default=0)  # 1 to 5 stars; 0 is not rated
    shot = models.ForeignKey(Shot, on_delete=models.SET_NULL, null=True, blank=True, related_name="takes")
    trashed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(GenerationQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "client_token", "take"], name="generation_asked_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="generation_status_known"),
            models.CheckConstraint(condition=Q(rating__lte=5), name="generation_rating_known"),
        ]
        indexes = [
            # the history page, newest first
            models.Index(fields=["project", "-id"], name="generation_history", condition=Q(trashed_at=None)),
            models.Index(fields=["project", "rev"], name="generation_live"),  # an open page's question
            models.Index(fields=["project", "status", "-id"], name="generation_status"),  # the status filter
            models.Index(fields=["batch"], name="generation_batch"),  # the other takes of a clip page
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The prompt's first words, for headings and labels."""
        line = " ".join(self.prompt.split())
        return line if len(line) <= 60 else line[:59].rstrip() + "…"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class Input(models.Model):
    """An asset in the role that it played for one generation."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="inputs")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="uses")
    role = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["generation", "position"], name="input_position_once")]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"
