"""What members say to each other about one generation."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .generation import Generation


class Note(models.Model):
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="notes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=2000)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]
