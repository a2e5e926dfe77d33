"""Whether this process lives, and whether the whole studio can work. No session, no person, no secret."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..models import Pulse
from ..times import TIMES


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """{"ok": bool, "database": "ok" or what is wrong, "storage": …, "cluster": …}; 503 when one is wrong."""
    parts = {name: check() for name, check in CHECKS.items()}
    ok = all(word == "ok" for word in parts.values())
    return JsonResponse({"ok": ok, **parts}, status=200 if ok else 503)


def database() -> str:
    try:
        Pulse.objects.exists()
    except DatabaseError:
        return "does not answer"
    return "ok"


def storage() -> str:
    try:
        name = default_storage.save(f"health/{uuid.uuid4()}", ContentFile(b"ok"))
        default_storage.delete(name)
    except OSError:
        return "cannot be written"
    return "ok"


def cluster() -> str:
    try:
        pulse = Pulse.objects.filter(name="tick").first()
    except DatabaseError:
        return "unknown"
    if pulse is None:
        return "has not started"
    if timezone.now() - pulse.at > timedelta(seconds=TIMES.heartbeat_old):
        return f"no heartbeat since {pulse.at:%Y-%m-%d %H:%M:%S} UTC"
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {"database": database, "storage": storage, "cluster": cluster}
