"""The result, stored by us: video, poster, hover preview, last frame, measured facts."""

from django.db import models
from django.utils import timezone

from .attempt import Attempt


class Clip(models.Model):
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="clip")
    created_at = models.DateTimeField(default=timezone.now)
    video = models.CharField(max_length=200)  # as the provider made it, for download
    playable = models.CharField(max_length=200)  # what the page plays: the video itself, or its H.264 copy
    poster = models.CharField(max_length=200)
    preview = models.CharField(max_length=200)
    last_frame = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=40, default="video/mp4")
    bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.FloatField()
    fps = models.FloatField()
    frames = models.PositiveIntegerField()
    video_codec = models.CharField(max_length=20)
    audio_codec = models.CharField(max_length=20, blank=True)
    facts = models.JSONField(default=dict, blank=True)  # what the provider said it made: ratio, seed, usage

    def __str__(self) -> str:
        return self.video

    @property
    def has_audio(self) -> bool:
        return bool(self.audio_codec)

    @property
    def is_copy(self) -> bool:
        """The page plays an H.264 copy, because browsers cannot play the original."""
        return self.playable != self.video
