"""Rows that several machines share: what a provider may be sent now, and that somebody is at work."""

from django.db import models
from django.utils import timezone

from .provider import Provider


class Gate(models.Model):
    """One provider's token bucket and breaker, changed only under its row lock."""

    provider = models.OneToOneField(Provider, on_delete=models.CASCADE, related_name="gate")
    tokens = models.FloatField(default=1)
    refilled_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)  # definite failures in a row
    opened = models.PositiveSmallIntegerField(default=0)  # times the breaker opened in a row
    closed_until = models.DateTimeField(null=True, blank=True)  # nothing is sent before

    def __str__(self) -> str:
        return f"gate of {self.provider}"


class Pulse(models.Model):
    """The heartbeat of one kind of work: `tick` is written by every tick that came to its end."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
