"""The first run in three steps: the admin's account, an engine, a first project whose first clips render already."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from studio.access import require_admin
from studio.forms.people import FirstProjectForm, SetupForm
from studio.http import Request
from studio.views.people import BACKEND

from .. import first_run
from ..first_clips import ask_first_clips, sandbox_offer
from ..jobs import doorbell


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: Request) -> HttpResponse:
    if not first_run.token_fits(request.GET.get("token", "")):
        return gone(request)
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        user = first_run.make_admin(values["email"], values["name"], values["password"])
        if user is None:
            return gone(request)
        login(request, user, backend=BACKEND)
        return redirect("setup-engine")
    return render(request, "studio/setup.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
def engine(request: Request) -> HttpResponse:
    """The sandbox needs no key; a key can be given now or later."""
    require_admin(request.user)
    request.session[first_run.SETTING_UP] = True  # a provider added now leads on to the third step
    return render(request, "studio/setup_engine.html", {"has_sandbox": sandbox_offer() is not None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def project(request: Request) -> HttpResponse:
    """Ends in the history of a new project, where the first clips are on their way and the composer is filled."""
    require_admin(request.user)
    if request.user.projects.exists():
        return redirect("home")
    form = FirstProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = first_run.first_project(request.user, form.cleaned_data["name"])
        clips = ask_first_clips(made, request.user, {sample.name: sample.prompt for sample in first_run.SAMPLES})
        doorbell.ring_asked(clips)
        where = reverse("project", args=[made.pid])
        return redirect(f"{where}?from={clips[0].pid}" if clips else where)
    return render(request, "studio/setup_project.html", {"form": form}, status=422 if form.errors else 200)


def gone(request: Request) -> HttpResponse:
    return render(request, "studio/setup_gone.html", status=404)
