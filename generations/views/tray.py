"""The tray of pages that belong to no project: what is on its way in all projects of the member."""

from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio.http import Request

from ..gallery import waiting
from ..models import Generation
from .home import on_the_way
from .watch import IDLE, QUICK


@require_GET
def tray(request: Request) -> HttpResponse:
    """204 while nothing changed since `seen`; else the tray, and the poller that asks for the next change."""
    rows = waiting(Generation.objects.visible_to(request.user))
    seen = mark(rows)
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context: dict[str, Any] = {
        "waiting": rows,
        "running": on_the_way(request.user),
        "paces": {},
        "seen": urlencode({"seen": seen}),
        "every": QUICK if rows else IDLE,
    }
    return render(request, "generations/_tray_changed.html", context)


def mark(rows: list[Generation]) -> str:
    """Another one as soon as a row comes, goes or says something else."""
    said = [(row.pk, row.status, row.message, row.progress) for row in rows]
    return str(crc32(repr(said).encode()))
