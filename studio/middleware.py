"""What every answer carries, and what every request of a person changes."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from .config import config

GetResponse = Callable[[HttpRequest], HttpResponse]
ENVELOPE = 64 * 1024  # of a multipart body, besides its files
WITH_FILES = {"generate", "composer"}  # views whose forms carry files; an upload looks at its length itself


def headers(get_response: GetResponse) -> GetResponse:
    """The headers that Django has no setting for; on every answer, errors and files included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    return middleware


def queries(get_response: GetResponse) -> GetResponse:
    """Without the characters that mean nothing and that PostgreSQL takes in no text."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        return get_response(request)

    return middleware


def people(get_response: GetResponse) -> GetResponse:
    """Dates in the member's own time zone, which day groups use too; words in their language, else the browser's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "") or settings.TIME_ZONE
        language = getattr(request.user, "language", "") or translation.get_language_from_request(request)
        with timezone.override(zoneinfo.ZoneInfo(name)), translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not request.user.is_authenticated:
            patch_vary_headers(response, ["Accept-Language"])
        return response

    return middleware


class Bodies:
    """Refuses what is too large before a byte of it is read: the look for a token alone would spool all of it.

    A body without a length, in chunks, needs no limit: Django reads as many bytes as CONTENT_LENGTH says, so none.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else ""
        if name == "upload" or not (most := too_large(request, takes_files=name in WITH_FILES)):
            return None
        why = _("This is more than {most} MB, the most that this studio takes at once.").format(most=most)
        # htmx leaves the page as it is.
        return HttpResponse(why, status=413, content_type="text/plain; charset=utf-8", headers={"HX-Reswap": "none"})


def too_large(request: HttpRequest, *, takes_files: bool) -> int:
    """The most in MB, when the body is longer than that; else 0."""
    most = max(config().upload_max_mb, config().video_max_mb) if takes_files else 4
    length = request.META.get("CONTENT_LENGTH") or "0"
    return most if length.isdecimal() and int(length) > most * 1_000_000 + ENVELOPE else 0
