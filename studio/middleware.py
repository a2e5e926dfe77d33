"""What every answer carries, and what every request of a person changes."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]


def headers(get_response: GetResponse) -> GetResponse:
    """The headers that Django has no setting for; on every answer, errors and files included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

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
