"""A configured account at a provider: dialect, base URL, encrypted key, limits."""

from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.ids import new_pid

from .. import keyring


class ProviderQuerySet(models.QuerySet["Provider"]):
    def usable(self) -> Self:
        """Offered in the composer. A paused one is offered too: its jobs wait."""
        return self.filter(trashed_at=None).order_by("lab", "id")


class Provider(models.Model):
    class Reconcile(models.TextChoices):
        """How a take is found again whose sending broke off."""

        UNKNOWN = "unknown", _("Not known yet")
        TAG = "tag", _("Found by itself, by its tag")
        FINGERPRINT = "fingerprint", _("Found by itself, by time, model and seed")
        MANUAL = "manual", _("By hand: a member decides")

    pid = models.CharField(max_length=11, unique=True, default=new_pid, editable=False)
    name = models.CharField(max_length=60)
    preset = models.CharField(max_length=40, blank=True)
    dialect = models.CharField(max_length=20)
    base_url = models.CharField(max_length=300)  # with its path prefix, without a trailing slash
    headers = models.JSONField(default=dict, blank=True)
    flags = models.BooleanField(default=False)  # parameters travel as in-prompt flags
    adds = models.JSONField(default=list, blank=True)  # of tag, seed, expiry: what a request may carry besides
    omits = models.JSONField(default=list, blank=True)  # wire names that this host does not take
    lists = models.BooleanField(default=True)  # answers the dialect's list call
    offers = models.JSONField(default=dict, blank=True)  # catalog key → id on the wire; absent: not offered
    allow_http = models.BooleanField(default=False)  # an admin ticked that the key may travel unencrypted
    lab = models.BooleanField(default=False)  # loopback and any port: our own sandbox
    key_box = models.TextField(blank=True, editable=False)
    key_tail = models.CharField(max_length=4, blank=True, editable=False)
    account_since = models.DateTimeField(default=timezone.now)  # since when its host and key are what they are
    max_inline = models.PositiveIntegerField(null=True, blank=True)  # bytes of one base64 input
    max_concurrent = models.PositiveIntegerField(default=3)
    rate = models.PositiveIntegerField(default=60)  # POSTs a minute
    reconcile = models.CharField(max_length=11, choices=Reconcile.choices, default=Reconcile.UNKNOWN)
    learned_at = models.DateTimeField(null=True, blank=True)  # when its list last taught `reconcile`
    listed_at = models.DateTimeField(null=True, blank=True)  # when its list was last asked for orphans
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_why = models.CharField(max_length=300, blank=True)
    test_asked_at = models.DateTimeField(null=True, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_ok = models.BooleanField(null=True)
    test_message = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    trashed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(ProviderQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(trashed_at=None), name="provider_name_once"),
            models.CheckConstraint(condition=Q(max_concurrent__gte=1, rate__gte=1), name="provider_limits_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Scheme, host and port: what a key is bound to."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    def set_key(self, key: str) -> None:
        if key != self.readable_key():
            self.begin_account()
        self.key_box = keyring.seal(self.pid, self.host, key) if key else ""
        self.key_tail = key[-4:] if len(key) >= 12 else ""

    def open_key(self) -> str:
        """The key in clear, for the one request that carries it. Raises keyring.KeyRefused."""
        return keyring.unseal(self.pid, self.host, self.key_box) if self.key_box else ""

    def readable_key(self) -> str:
        """The same, and nothing where it cannot be read."""
        try:
            return self.open_key()
        except keyring.KeyRefused:
            return ""

    def set_base_url(self, url: str) -> None:
        """A new host clears the key: it was given for the old one."""
        before = self.host
        self.base_url = url.rstrip("/")
        if self.host != before:
            self.key_box = self.key_tail = ""
            self.begin_account()

    def begin_account(self) -> None:
        """What was sent before is another account's: this one's list proves nothing of it, and is learned anew."""
        self.account_since = timezone.now()
        self.reconcile, self.learned_at = self.Reconcile.UNKNOWN, None

    @property
    def is_plain_http(self) -> bool:
        return self.base_url.startswith("http://")

    def add(self, what: str) -> bool:
        return what in self.adds

    def snapshot(self) -> dict[str, Any]:
        """What an event may say of it: no key."""
        return {"name": self.name, "base_url": self.base_url, "dialect": self.dialect}
