"""Accounts at providers: for studio admins alone. A test is a job; no network is touched here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.access import require_admin
from studio.http import Request
from studio.models import Event

from ..catalog import PRESETS, label_of
from ..first_run import SETTING_UP
from ..forms import hosts
from ..forms.providers import ProviderForm, from_preset, on_the_way
from ..jobs import doorbell, words
from ..jobs.learning import has_list
from ..models import Orphan, Provider

PATIENCE = timedelta(seconds=30)  # after which the page wonders whether the cluster runs


@dataclass(frozen=True)
class Row:
    """What the list says of one provider."""

    provider: Provider
    models: list[str]
    notes: list[str]
    is_testing: bool
    is_slow: bool  # the test was asked long ago: nobody seems to be at work
    has_list: bool  # its tasks can be looked through
    orphans: int  # tasks that the studio does not know


def row_of(provider: Provider) -> Row:
    asked, tested = provider.test_asked_at, provider.tested_at
    testing = asked is not None and (tested is None or tested < asked)
    return Row(
        provider=provider,
        models=[label_of(key) for key in provider.offers],
        notes=hosts.notes(provider.base_url, lab=provider.lab),
        is_testing=testing,
        is_slow=testing and asked is not None and timezone.now() - asked > PATIENCE,
        has_list=has_list(provider),
        orphans=Orphan.objects.open().filter(provider=provider).count(),
    )


def provider_for(request: Request, pid: str) -> Provider:
    require_admin(request.user)
    return get_object_or_404(Provider, pid=pid, trashed_at=None)


@never_cache
@require_safe
def providers(request: Request) -> HttpResponse:
    require_admin(request.user)
    rows = [row_of(provider) for provider in Provider.objects.usable()]
    return render(request, "generations/providers.html", {"section": "providers", "rows": rows})


@never_cache
@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
def provider_new(request: Request) -> HttpResponse:
    require_admin(request.user)
    name = request.GET.get("preset", "")
    if not name:
        presets = [preset for preset in PRESETS.values() if not preset.lab]
        return render(request, "generations/provider_new.html", {"section": "providers", "presets": presets})
    if name not in PRESETS:
        raise Http404
    form = ProviderForm(request.POST or None, provider=from_preset(PRESETS[name]))
    if request.method == "POST" and form.is_valid():
        form.save(request.user)
        if request.session.pop(SETTING_UP, False) and not request.user.projects.exists():
            return redirect("setup-project")
        said = _("{provider} is added. Press Test to see whether address and key are good.")
        messages.success(request, said.format(provider=form.provider))
        return redirect("providers")
    return provider_page(request, form, preset=PRESETS[name])


@never_cache
@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
def provider_edit(request: Request, pid: str) -> HttpResponse:
    provider = provider_for(request, pid)
    form = ProviderForm(request.POST or None, provider=provider)
    if request.method == "POST" and form.is_valid():
        cleared = form.save(request.user)
        if cleared:
            why = _("The host has changed, so the stored key was cleared: it was given for the old one. Enter it.")
            messages.warning(request, why)
            return redirect("provider-edit", provider.pid)
        messages.success(request, _("Saved."))
        return redirect("providers")
    return provider_page(request, form, preset=PRESETS.get(provider.preset))


def provider_page(request: Request, form: ProviderForm, **context: Any) -> HttpResponse:
    provider = form.provider
    context |= {"section": "providers", "form": form, "provider": None if form.is_new else provider}
    # Of a fresh one its preset's own help says all this.
    context["notes"] = [] if form.is_new else hosts.notes(provider.base_url, lab=provider.lab)
    return render(request, "generations/provider_edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def provider_test(request: Request, pid: str) -> HttpResponse:
    """POST asks a worker; GET is how the open page sees the answer."""
    provider = provider_for(request, pid)
    if request.method == "POST":
        with transaction.atomic():
            provider.test_asked_at = timezone.now()
            provider.save(update_fields=["test_asked_at"])
            doorbell.ring_provider_test(provider.pk)
    if not request.htmx:
        return redirect("providers")
    return render(request, "generations/_provider_row.html", {"row": row_of(provider)})


@require_POST
def provider_pause(request: Request, pid: str) -> HttpResponse:
    """Pauses, or goes on. Jobs of a paused provider wait; what runs there comes home all the same."""
    provider = provider_for(request, pid)
    # A page may be older than a pause, and a press may come twice: the button names what it wants.
    if request.POST.get("paused") not in ("0", "1"):
        return HttpResponseBadRequest()
    pausing = request.POST["paused"] == "1"
    if pausing == bool(provider.paused_at):
        return redirect("providers")
    with transaction.atomic():
        provider.paused_at = timezone.now() if pausing else None
        provider.paused_why = words.BY_HAND.format(person=request.user) if pausing else ""
        provider.save(update_fields=["paused_at", "paused_why"])
        note(request, provider, "paused" if pausing else "resumed")
    return redirect("providers")


@require_POST
def provider_trash(request: Request, pid: str) -> HttpResponse:
    """Takes it out of every menu and forgets the key; its history stays."""
    provider = provider_for(request, pid)
    if why := on_the_way(provider):
        messages.error(request, why)
        return redirect("providers")
    with transaction.atomic():
        provider.trashed_at = timezone.now()
        provider.set_key("")
        provider.save(update_fields=["trashed_at", "key_box", "key_tail"])
        note(request, provider, "trashed")
    messages.success(request, _("{provider} is gone, and its key with it.").format(provider=provider))
    return redirect("providers")


def note(request: Request, provider: Provider, state: str) -> None:
    Event.record("provider", provider.pid, state, actor=request.user, evidence=provider.snapshot())
