"""Public links: made and revoked by members, opened by anybody who holds one. The public side sets no cookie."""

import io
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from PIL import Image, ImageOps

from studio.http import Request, address
from studio.models import Event, Role

from ..access import generation_for, share_by_token, share_for
from ..cut import slug
from ..forms.shares import ShareForm
from ..models import Clip, Generation, Share, Status
from .files import ASK, send

Response = TypeVar("Response", bound=HttpResponseBase)
CARD = (1200, 630)  # what messengers and networks show of a link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share_new(request: Request, pid: str) -> HttpResponse:
    generation, role = generation_for(request.user, pid, Role.EDITOR)
    if generation.clip is None or generation.status != Status.DONE or generation.trashed_at:
        messages.error(request, _("Only a finished clip can be shared."))
        return redirect("generation", generation.pid)
    form = ShareForm(request.POST or None)
    context: dict[str, Any] = {"project": generation.project, "role": role, "generation": generation, "form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        # Answered, not redirected to: the token is kept nowhere, so this is its only showing.
        context["made"], token = form.save(generation, request.user)
        context |= {"link": address(request, reverse("share", args=[token])), "form": ShareForm()}
        status = 201
    elif form.errors:
        status = 422
    context["shares"] = live_shares(generation)
    return render(request, "generations/share_new.html", context, status=status)


def live_shares(generation: Generation) -> list[Share]:
    return list(generation.shares.live().select_related("created_by").order_by("-id"))


@require_POST
def share_revoke(request: Request, pid: str) -> HttpResponse:
    share, _role = share_for(request.user, pid)
    with transaction.atomic():
        changed = Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=timezone.now())
        if changed:
            Event.record("share", share.pid, "revoked", actor=request.user, project_id=share.project_id)
    messages.success(request, _("The link is revoked. Whoever opens it now sees nothing."))
    generation = share.generations.first()
    return redirect("share-new", generation.pid) if generation else redirect("project", share.project.pid)


@login_not_required
@require_safe
def share(request: HttpRequest, token: str) -> HttpResponse:
    try:
        shared, generation, clip = opened(token)
    except Http404:
        return public(render(request, "generations/share_gone.html", status=404))
    if request.method == "GET":
        Share.objects.filter(pk=shared.pk).update(views=F("views") + 1)
    context = {
        "share": shared,
        "token": token,
        "clip": clip,
        "prompt": generation.prompt if shared.show_prompt else "",
        "url": address(request, reverse("share", args=[token])),
        "card": address(request, reverse("share-card", args=[token])),
        "video": address(request, reverse("share-video", args=[token])),
    }
    return public(render(request, "generations/share.html", context))


@login_not_required
@require_safe
def share_video(request: HttpRequest, token: str) -> HttpResponseBase:
    _, _, clip = opened(token)
    return public(send(request, clip.playable, "video/mp4", etag=etag_of(clip)))


@login_not_required
@require_safe
def share_poster(request: HttpRequest, token: str) -> HttpResponseBase:
    _, _, clip = opened(token)
    return public(send(request, clip.poster, "image/webp", etag=f"{clip.sha256}-poster"))


@login_not_required
@require_safe
def share_card(request: HttpRequest, token: str) -> HttpResponse:
    """A JPEG of 1200×630, which every messenger understands."""
    _, _, clip = opened(token)
    try:
        with default_storage.open(clip.poster) as file, Image.open(file, formats=["WEBP", "PNG"]) as poster:
            card = ImageOps.fit(poster.convert("RGB"), CARD, Image.Resampling.LANCZOS)
    except FileNotFoundError:
        raise Http404 from None
    data = io.BytesIO()
    card.save(data, "JPEG", quality=84)
    return public(HttpResponse(data.getvalue(), content_type="image/jpeg"))


@login_not_required
@require_safe
def share_download(request: HttpRequest, token: str) -> HttpResponseBase:
    shared, _, clip = opened(token)
    if not shared.allow_download:
        raise Http404
    name = f"{slug(shared.title, 'clip').lower()}.mp4"
    return public(send(request, clip.video, clip.mime, etag=clip.sha256, save_as=name))


def opened(token: str) -> tuple[Share, Generation, Clip]:
    """What a live link shows; Http404 for every other."""
    shared = share_by_token(token)
    generation = shared.generations.select_related("clip").filter(trashed_at=None).order_by("pk").first()
    if generation is None or generation.clip is None:
        raise Http404
    return shared, generation, generation.clip


def etag_of(clip: Clip) -> str:
    """Of what the page plays: the copy is another file than the original, whose hash this is."""
    return f"{clip.sha256}-copy" if clip.is_copy else clip.sha256


def public(response: Response) -> Response:
    """A link tells nobody where it came from, is in no index, and dies at once when it is revoked."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = ASK
    return response
