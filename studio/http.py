"""The request as our views know it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .config import config
from .models import User


class Request(HttpRequest):
    user: User
    htmx: HtmxDetails


def address(request: HttpRequest, path: str) -> str:
    """Whole, for people elsewhere: by the public address where there is one, whatever host this request names."""
    return config().public_url + path if config().public_url else request.build_absolute_uri(path)
