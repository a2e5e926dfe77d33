"""Signed, expiring links to inputs, for providers that fetch a file by themselves."""

from django.core import signing
from django.urls import reverse

from studio.config import config

from .models import Asset

SALT = "generations.links"


class NoPublicUrl(Exception):
    """The studio has no address that a provider could reach."""


def signed_url(asset: Asset, seconds: int) -> str:
    """An absolute link to the asset's file that lives for `seconds`. Raises NoPublicUrl."""
    base = config().public_url
    if not base.startswith("https://"):
        raise NoPublicUrl(
            "This provider fetches the file by itself, and the studio has no public https address. Set"
            " STUDIO_PUBLIC_URL, or paste an https link to the file instead."
        )
    # The life span travels inside the signature: changing it breaks it.
    token = signing.dumps([asset.pid, seconds], salt=SALT)
    name = asset.file.rsplit("/", 1)[-1]
    return base + reverse("input-link", args=[token, name])


def pid_of(token: str) -> str | None:
    """The asset's pid, or None when the link is wrong or has expired."""
    try:
        _, seconds = signing.loads(token, salt=SALT)
        pid, _ = signing.loads(token, salt=SALT, max_age=seconds)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(pid)
