"""A task at a provider that no attempt of ours is bound to: money that nobody here may know of."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .attempt import Attempt
from .provider import Provider


class OrphanQuerySet(models.QuerySet["Orphan"]):
    def unbound(self) -> Self:
        """Without those that have been bound since, also by another row for the same account's address."""
        binding = Attempt.objects.filter(
            provider__base_url=OuterRef("provider__base_url"), remote_id=OuterRef("remote_id")
        )
        return self.filter(~Exists(binding), adopted=None)

    def open(self) -> Self:
        """What waits for an admin's word."""
        return self.unbound().filter(dismissed_at=None)

    def for_list(self) -> Self:
        return self.select_related("provider").order_by(models.F("created_at").desc(nulls_last=True), "-id")


class Orphan(models.Model):
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="orphans")
    remote_id = models.CharField(max_length=200)
    word = models.CharField(max_length=60, blank=True)  # the provider's own status word
    phase = models.CharField(max_length=10)  # providers.base.Phase
    model = models.CharField(max_length=120, blank=True)  # on the wire
    seed = models.BigIntegerField(null=True, blank=True)
    tag = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)  # by the provider's clock
    first_seen_at = models.DateTimeField(default=timezone.now)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    adopted = models.OneToOneField(Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="orphan")

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(OrphanQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "remote_id"], name="orphan_once")]

    def __str__(self) -> str:
        return self.remote_id

    @classmethod
    def forget_old(cls, provider: Provider, listed: Any, age: timedelta) -> None:
        """Rows of long ago that the list no longer shows."""
        old = cls.objects.filter(provider=provider, first_seen_at__lt=timezone.now() - age)
        old.exclude(remote_id__in=listed).delete()
