"""A public link to clips."""

import hashlib
import secrets
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.ids import new_pid
from studio.models import Project

from .generation import Generation


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ShareQuerySet(models.QuerySet["Share"]):
    def live(self, now: Any = None) -> Self:
        """Neither revoked nor expired, of a creator who still belongs to the project."""
        return self.filter(
            Q(expires_at__gt=now or timezone.now()),
            revoked_at=None,
            project__trashed_at=None,
            created_by__is_active=True,
            created_by__memberships__project=models.F("project"),
        )


class Share(models.Model):
    pid = models.CharField(max_length=11, unique=True, default=new_pid, editable=False)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)  # the token itself is shown once
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="shares")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shares")
    generations = models.ManyToManyField(Generation, related_name="shares")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    title = models.CharField(max_length=120, blank=True)
    show_prompt = models.BooleanField(default=False)
    allow_download = models.BooleanField(default=False)
    views = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(ShareQuerySet)()

    def __str__(self) -> str:
        return self.title or self.pid

    @staticmethod
    def new_token() -> str:
        """256 random bits: the whole secret of a link."""
        return secrets.token_urlsafe(32)
