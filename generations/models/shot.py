"""A place in the film: the takes that were made for it, and the one that was picked."""

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from studio.ids import new_pid
from studio.models import Project


class ShotQuerySet(models.QuerySet["Shot"]):
    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class Shot(models.Model):
    pid = models.CharField(max_length=11, unique=True, default=new_pid, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="shots")
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)  # in the cut; gaps and ties are fine
    created_at = models.DateTimeField(default=timezone.now)
    pick = models.OneToOneField(
        "Generation", on_delete=models.SET_NULL, null=True, blank=True, related_name="picked_for"
    )

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(ShotQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["project", "position", "id"], name="shot_order")]

    def __str__(self) -> str:
        return self.name
