"""A clip's files, for members of its project only: a stranger gets 404 for every one of them."""

import re

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from studio.http import Request

from ..access import generation_for
from ..media import serving
from ..models import Clip, Generation


@require_safe
def video(request: Request, pid: str) -> HttpResponseBase:
    """What the page plays. The ETag is strong and asked for each time, so a trashed project falls silent at once."""
    _, clip = clip_for(request, pid)
    return serving.respond(request, clip.playable, "video/mp4", etag=clip.sha256)


@require_safe
def poster(request: Request, pid: str) -> HttpResponseBase:
    _, clip = clip_for(request, pid)
    return serving.respond(request, clip.poster, "image/webp", immutable=True)


@require_safe
def preview(request: Request, pid: str) -> HttpResponseBase:
    _, clip = clip_for(request, pid)
    return serving.respond(request, clip.preview, "video/mp4", immutable=True)


@require_safe
def last_frame(request: Request, pid: str) -> HttpResponseBase:
    _, clip = clip_for(request, pid)
    return serving.respond(request, clip.last_frame, "image/png", immutable=True)


@require_safe
def download(request: Request, pid: str) -> HttpResponseBase:
    """The file as the provider made it."""
    generation, clip = clip_for(request, pid)
    return serving.respond(request, clip.video, clip.mime, etag=clip.sha256, download=file_name(generation))


def clip_for(request: Request, pid: str) -> tuple[Generation, Clip]:
    generation, _ = generation_for(request.user, pid)
    if generation.clip is None:
        raise Http404
    return generation, generation.clip


def file_name(generation: Generation) -> str:
    """The prompt's first words in letters that every file system takes: `A-fox-on-a-hill-3kTq….mp4`."""
    words = re.sub(r"[^\w]+", "-", generation.prompt[:80]).strip("-_")[:48].rstrip("-_")
    return f"{words or 'clip'}-{generation.pid}.mp4"
