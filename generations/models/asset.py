"""Uploaded images, videos and sounds, checked and cleaned; or a pasted link of which only the address is known."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.ids import new_pid
from studio.models import Project


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: object) -> Self:
        return self.filter(project__memberships__user=user, project__trashed_at=None, trashed_at=None)

    def for_list(self) -> Self:
        return self.select_related("uploaded_by", "project").order_by("-id")


class Asset(models.Model):
    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("Upload")
        LINK = "link", _("Link")
        LAST_FRAME = "last_frame", _("Frame of a clip")
        COPY = "copy", _("Copied from another project")
        SAMPLE = "sample", _("Sample")

    pid = models.CharField(max_length=11, unique=True, default=new_pid, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="assets")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    trashed_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.UPLOAD)
    frame_of = models.ForeignKey(
        "Generation", on_delete=models.SET_NULL, null=True, blank=True, related_name="frames"
    )  # the clip that it is a frame of
    name = models.CharField(max_length=200)
    url = models.URLField(max_length=2048, blank=True)  # of a link; then there is no file
    file = models.CharField(max_length=200, blank=True)  # assets/ab/<sha256>.ext in the default storage
    thumbnail = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    mime = models.CharField(max_length=60, blank=True)
    bytes = models.PositiveBigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(AssetQuerySet)()

    class Meta:
        constraints = [
            # The same file dropped twice is the same asset.
            models.UniqueConstraint(fields=["project", "sha256"], condition=~Q(sha256=""), name="asset_file_once"),
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")), name="asset_file_or_link"
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="asset_library", condition=Q(trashed_at=None))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_link(self) -> bool:
        return bool(self.url)
