"""A clip's files, for members of its project only: a stranger gets 404 for every one of them."""

import re

from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from studio.http import Request

from .. import access
from ..models import Clip, Generation
from .files import IMMUTABLE, send


@require_safe
def video(request: Request, pid: str) -> HttpResponseBase:
    """What the page plays; asked for anew each time, so that a trashed project falls silent at once."""
    _, clip = clip_for(request, pid)
    tag = f"{clip.sha256}-copy" if clip.is_copy else clip.sha256
    return send(request, clip.playable, "video/mp4", etag=tag)


@require_safe
def poster(request: Request, pid: str) -> HttpResponseBase:
    _, clip = clip_for(request, pid)
    return send(request, clip.poster, "image/webp", etag=f"{clip.sha256}-poster", cache=IMMUTABLE)


@require_safe
def preview(request: Request, pid: str) -> HttpResponseBase:
    _, clip = clip_for(request, pid)
    return send(request, clip.preview, "video/mp4", etag=f"{clip.sha256}-preview", cache=IMMUTABLE)


@require_safe
def last_frame(request: Request, pid: str) -> HttpResponseBase:
    _, clip = clip_for(request, pid)
    return send(request, clip.last_frame, "image/png", etag=f"{clip.sha256}-last", cache=IMMUTABLE)


@require_safe
def download(request: Request, pid: str) -> HttpResponseBase:
    """The file as the provider made it."""
    generation, clip = clip_for(request, pid)
    return send(request, clip.video, clip.mime, etag=clip.sha256, save_as=file_name(generation))


def clip_for(request: Request, pid: str) -> tuple[Generation, Clip]:
    generation = access.clip_for(request.user, pid)
    if generation.clip is None:
        raise Http404
    return generation, generation.clip


def file_name(generation: Generation) -> str:
    """The prompt's first words in letters that every file system takes: `A-fox-on-a-hill-3kTq….mp4`."""
    words = re.sub(r"[^\w]+", "-", generation.prompt[:80]).strip("-_")[:48].rstrip("-_")
    return f"{words or 'clip'}-{generation.pid}.mp4"
