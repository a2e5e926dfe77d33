"""What the shell around every page reads."""

from typing import Any

from django.http import HttpRequest

from .models import Project


def shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"my_projects": []}
    return {"my_projects": Project.objects.visible_to(user).order_by("-id")[:12]}
