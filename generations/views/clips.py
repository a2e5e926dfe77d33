"""One generation: its page, its card, and what a member may ask of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from studio.http import Request
from studio.models import Event, Project, Role, User

from .. import gallery, lineage, story
from ..access import generation_for
from ..forms import frames
from ..forms.assets import Refused as NoFrame
from ..jobs import wishes
from ..jobs.wishes import Refused
from ..models import Generation, Note
from .watch import changed, poller, shell

MOST_WORDS = 2000  # characters of a note


@require_GET
def generation(request: Request, pid: str) -> HttpResponse:
    generation, role = generation_for(request.user, pid)
    project = generation.project
    context = shell(project, role) | poller(project, gallery.Filters(), clip=pid) | stage_context(generation)
    return render(request, "generations/generation.html", context)


def stage_context(generation: Generation) -> dict[str, Any]:
    """What the clip page's parts read."""
    rows = Generation.objects.filter(project_id=generation.project_id, trashed_at=None)
    attempts = list(generation.attempts.order_by("number"))
    return {
        "generation": generation,
        "attempt": attempts[-1] if attempts else None,
        "attempts": attempts,
        "takes": list(gallery.cards(rows.filter(batch=generation.batch)).order_by("take")),
        "steps": story.steps(generation, attempts),
        "facts": story.facts(generation, attempts),
        "notes": list(generation.notes.select_related("user")),
        "lineage": lineage.of(generation),
        "place": place_of(generation, rows),
        "newer": rows.filter(pk__gt=generation.pk).order_by("pk").values_list("pid", flat=True).first(),
        "older": rows.filter(pk__lt=generation.pk).order_by("-pk").values_list("pid", flat=True).first(),
    }


def place_of(generation: Generation, rows: QuerySet[Generation]) -> dict[str, int]:
    """Where it stands among the clips of its project, the newest being the first."""
    return {"number": rows.filter(pk__gt=generation.pk).count() + 1, "count": rows.count()}


@require_GET
def card(request: Request, pid: str) -> HttpResponse:
    generation, role = generation_for(request.user, pid)
    return render(request, "generations/_card.html", card_context(generation, role))


def card_context(generation: Generation, role: Role) -> dict[str, Any]:
    fresh = gallery.cards(Generation.objects.filter(pk=generation.pk)).get()
    return {"generation": fresh, "role": role, "may_edit": role.rank >= Role.EDITOR.rank}


# what a member may ask of it


@require_POST
def cancel(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, wishes.cancel)


@require_POST
def send_again(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, wishes.send_again)


@require_POST
def check_again(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, wishes.check_again)


@require_POST
def refetch(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, wishes.refetch)


@require_POST
def it_is(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, lambda row, user: wishes.it_is(row, request.POST.get("task", ""), user))


@require_POST
def favourite(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, lambda row, user: keep(row, favourite=request.POST.get("on") == "1"))


@require_POST
def rate(request: Request, pid: str) -> HttpResponse:
    """1 to 5 stars; 0 takes them back. A press that comes twice means the same both times."""
    text = request.POST.get("stars", "")
    stars = int(text) if text in set("012345") else 0
    return act(request, pid, lambda row, user: keep(row, rating=stars))


@require_POST
def note_add(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, lambda row, user: write_note(row, user, request.POST.get("text", "")))


@require_POST
def frame(request: Request, pid: str) -> HttpResponse:
    """A frame of the clip, as a file of the library: the one shown at `at` seconds, else the last."""
    generation, role = generation_for(request.user, pid, Role.EDITOR)
    try:
        asset = frames.frame_of(generation, request.user, request.POST.get("at", ""))
    except NoFrame as refused:
        return refuse(request, generation, role, str(refused))
    if slot := request.POST.get("role", ""):
        return render(request, "generations/_slot_chip.html", {"asset": asset, "role": slot}, status=201)
    if not request.htmx:
        return redirect("asset", asset.pid)
    return render(request, "generations/_framed.html", {"asset": asset, "generation": generation}, status=201)


@require_POST
def remix(request: Request, pid: str) -> HttpResponse:
    """Its last frame becomes a file, and the composer opens with that."""
    generation, role = generation_for(request.user, pid, Role.EDITOR)
    try:
        asset = frames.frame_of(generation, request.user)
    except NoFrame as refused:
        return refuse(request, generation, role, str(refused))
    query = urlencode({"from": generation.pid, "frame": asset.pid})
    return go(request, f"{reverse('project', args=[generation.project.pid])}?{query}")


@require_POST
def trash(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, throw_away)


@require_POST
def restore(request: Request, pid: str) -> HttpResponse:
    return act(request, pid, bring_back)


@require_POST
def retry(request: Request, pid: str) -> HttpResponse:
    """The same request as a new take: a card of its own."""
    generation, role = generation_for(request.user, pid, Role.EDITOR)
    try:
        made = wishes.retry(generation, request.user)
    except Refused as refused:
        return refuse(request, generation, role, str(refused))
    if not is_from_card(request):
        return go(request, reverse("generation", args=[made.pid]))
    fresh = gallery.cards(Generation.objects.filter(pk=made.pk))
    project = Project.objects.get(pk=generation.project_id)
    return changed(request, project, role, fresh=list(fresh), status=201)


def act(request: Request, pid: str, wish: Callable[[Generation, User], Any]) -> HttpResponse:
    generation, role = generation_for(request.user, pid, Role.EDITOR)
    try:
        wish(generation, request.user)
    except Refused as refused:
        return refuse(request, generation, role, str(refused))
    return answer(request, generation, role)


def keep(generation: Generation, **fields: Any) -> None:
    """Write fields of a generation so that every open page sees them."""
    with transaction.atomic():
        rev = Project.bump(generation.project_id)
        Generation.objects.filter(pk=generation.pk).update(rev=rev, **fields)


def write_note(generation: Generation, user: User, text: str) -> None:
    words = text.replace("\0", "").strip()
    if not words:
        raise Refused(_("Write something first."))
    if len(words) > MOST_WORDS:
        why = _("A note has {most} characters at most; this one has {count}.")
        raise Refused(why.format(most=f"{MOST_WORDS:,}", count=f"{len(words):,}"))
    with transaction.atomic():
        keep(generation)
        Note.objects.create(generation=generation, user=user, text=words)


def throw_away(generation: Generation, user: User) -> None:
    if generation.status in gallery.MOVING:
        raise Refused(_("This take is still on its way. Cancel it first, or wait for its end."))
    with transaction.atomic():
        keep(generation, trashed_at=timezone.now())
        note(generation, "trashed", user)


def bring_back(generation: Generation, user: User) -> None:
    with transaction.atomic():
        keep(generation, trashed_at=None)
        note(generation, "restored", user)


def note(generation: Generation, new: str, user: User) -> None:
    Event.record("generation", generation.pid, new, actor=user, project_id=generation.project_id)


# answers


def is_from_card(request: Request) -> bool:
    return bool(request.htmx) and (request.htmx.target or "").startswith("article")


def answer(request: Request, generation: Generation, role: Role, status: int = 200) -> HttpResponse:
    """To a card its card, to the clip page its parts, to a browser without scripts the page again."""
    if is_from_card(request):
        return render(request, "generations/_card.html", card_context(generation, role), status=status)
    if not request.htmx:
        return redirect("generation", generation.pid)
    fresh = gallery.cards(Generation.objects.filter(pk=generation.pk)).get()
    return changed(
        request,
        fresh.project,
        role,
        status=status,
        template="generations/_changed_clip.html",
        **stage_context(fresh),
    )


def refuse(request: Request, generation: Generation, role: Role, why: str) -> HttpResponse:
    """409 with the reason; the page shows it as a toast beside the present state."""
    if not request.htmx:
        messages.error(request, why)
        return redirect("generation", generation.pid)
    response = answer(request, generation, role, status=409)
    response.content += render(request, "generations/_toast.html", {"text": why}).content
    return response


def go(request: Request, url: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
