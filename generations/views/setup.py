"""The one-time link of a fresh installation: makes the first admin and lands in a first project."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from studio.forms.people import SetupForm
from studio.http import Request
from studio.views.people import BACKEND

from .. import first_run


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
        return redirect("project", first_run.first_project(user).pid)
    return render(request, "studio/setup.html", {"form": form}, status=422 if form.errors else 200)


def gone(request: Request) -> HttpResponse:
    return render(request, "studio/setup_gone.html", status=404)
