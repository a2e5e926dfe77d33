"""Append-only history: who, from, to, why, when."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from .project import Project


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, kind: str, *pids: str) -> Self:
        return self.filter(kind=kind, subject__in=pids).order_by("id")


class Event(models.Model):
    """One step in the life of something, named by kind and public id. Never updated, never deleted."""

    at = models.DateTimeField(default=timezone.now)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=20)  # generation | attempt | asset | share | provider | project | member
    subject = models.CharField(max_length=40)  # its pid or uuid
    old = models.CharField(max_length=20, blank=True)
    new = models.CharField(max_length=20)
    why = models.TextField(blank=True)
    evidence = models.JSONField(default=dict, blank=True)

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(EventQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "subject", "id"], name="event_subject"),  # a clip page's timeline
            models.Index(fields=["project", "-id"], name="event_project"),  # a project's activity
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.old} → {self.new}"

    @classmethod
    def record(
        cls,
        kind: str,
        subject: str,
        new: str,
        *,
        old: str = "",
        why: str = "",
        actor: Any = None,
        project_id: int | None = None,
        evidence: dict[str, Any] | None = None,
    ) -> "Event":
        return cls.objects.create(
            kind=kind,
            subject=subject,
            old=old,
            new=new,
            why=why[:2000],
            actor=actor,
            project_id=project_id,
            evidence=evidence or {},
        )
