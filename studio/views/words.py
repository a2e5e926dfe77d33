"""The words of scripts in a language, as a script of its own: English pages do not ask for it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

CATALOG = JavaScriptCatalog.as_view(packages=["studio"])


@login_not_required
@cache_control(max_age=3600, public=True)
@require_safe
def catalog(request: HttpRequest, language: str) -> HttpResponseBase:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return CATALOG(request)
