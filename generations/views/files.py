"""From a name in the storage to an answer: how long browsers may keep it, and what it is called when it is saved."""

from pathlib import Path

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponseBase

from ..media import serving

IMMUTABLE = "private, max-age=31536000, immutable"  # the name says the content, and who may see it does not change soon
ASK = "private, no-cache"  # asked for each time: a revoked link and a trashed project fall silent at once


def send(
    request: HttpRequest, name: str, content_type: str, *, etag: str, cache: str = ASK, save_as: str = ""
) -> HttpResponseBase:
    """The stored file `name`, or a part of it; `save_as` makes it a download. Raises Http404 for a missing file."""
    try:
        return serving.respond(
            request,
            Path(default_storage.path(name)),
            content_type=content_type,
            etag=etag,
            filename=save_as or None,
            download=bool(save_as),
            cache=cache,
        )
    except FileNotFoundError:
        raise Http404 from None
