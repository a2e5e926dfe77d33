"""What the side of every page reads, asked only by templates that show it."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from . import gallery
from .models import Generation


def tray(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    rows = Generation.objects.visible_to(user)
    return {"team_waiting": partial(gallery.waiting, rows), "just_ended": partial(gallery.just_ended, user)}
