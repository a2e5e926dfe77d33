"""What the side of every page reads, asked only by templates that show it."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from . import gallery


def tray(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"team_waiting": partial(gallery.waiting_for, user), "just_ended": partial(gallery.just_ended, user)}
