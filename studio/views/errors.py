"""What a person sees when a page cannot be had. People see the shell; strangers a bare page that sets no cookie."""

import errno
import sys
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "studio/csrf.html", {"layout": layout(request)}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "404.html", {"layout": layout(request)}, status=404)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    context = {"layout": layout(request), "why": str(exception or "")}
    return render(request, "403.html", context, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request's context: what is broken may be the database that the shell reads.

    An outage of the database passes: 503, so that browsers, proxies and scripts know that they may ask again.
    """
    error = sys.exc_info()[1]
    if is_full_disk(error):
        return HttpResponse(bare("507.html"), status=507)
    if isinstance(error, OperationalError | InterfaceError):
        return HttpResponse(bare("503.html"), status=503, headers={"Retry-After": "10"})
    return HttpResponse(bare("500.html"), status=500)


def bare(template: str) -> str:
    return render_to_string(template, {"LANGUAGE_CODE": translation.get_language()})


def is_full_disk(error: BaseException | None) -> bool:
    """SQLite says "database or disk is full", PostgreSQL "No space left on device"."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, DatabaseError) and any(word in str(error) for word in ("disk is full", "No space left")):
            return True
        error = error.__cause__ or error.__context__
    return False


def layout(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return "base.html" if user is not None and user.is_authenticated else "studio/bare.html"


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
