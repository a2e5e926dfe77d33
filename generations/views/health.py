"""Whether this process lives, and whether the whole studio can work. No session, no person, no secret."""

from pathlib import Path
from tempfile import TemporaryFile

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import alarms
from ..models import Pulse


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """{"ok": bool, "database": "ok" or what is wrong, …, "warnings": {name: what is wrong}}; 503 unless all are ok.

    Red: the database, the storage, the cluster's heartbeat, the sweep over what is uncertain, the disk's reserve, and
    a provider that the studio paused itself because its key or balance was refused. A pause by a person is a wish.
    Warnings keep 200, for the studio goes on: single rows past their own deadline, which `manage.py doctor` names.
    Anybody may ask, so nothing here names or counts.
    """
    parts = {"database": database(), "storage": storage()}
    parts |= {name: ask(check) or "ok" for name, check in alarms.RED.items()}
    ok = all(word == "ok" for word in parts.values())
    warnings = {name: word for name, check in alarms.WARNINGS.items() if (word := ask(check))}
    return JsonResponse({"ok": ok, **parts, "warnings": warnings}, status=200 if ok else 503)


def ask(check: alarms.Check) -> str:
    """What is wrong; empty when nothing is."""
    try:
        alarm = check()
    except (DatabaseError, InterfaceError, OSError):
        return "unknown"
    return alarm.public if alarm else ""


def database() -> str:
    try:
        Pulse.objects.exists()
    except (DatabaseError, InterfaceError):
        return "does not answer"
    return "ok"


def storage() -> str:
    """The probe has no name, so that a full disk leaves no empty file behind each question."""
    folder = Path(default_storage.path("health"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as probe:
            probe.write(b"ok")
    except OSError:
        return "cannot be written"
    return "ok"
