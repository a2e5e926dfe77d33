"""Log in and out, a new member's first visit, the profile."""

from ipaddress import ip_address
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .. import team
from ..config import config
from ..forms.people import LoginForm, PasswordForm, ProfileForm, WelcomeForm
from ..http import Request
from ..models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: Request) -> HttpResponse:
    after = safe_next(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated:
        return redirect(after)
    if request.htmx and request.method != "POST":
        return whole_page(request)
    form = LoginForm(request.POST or None, request=request, address=address_of(request), initial={"next": after})
    if request.method == "POST" and form.is_valid() and form.user:
        login(request, form.user, backend=BACKEND)
        return redirect(after)
    return render(request, "studio/login.html", {"form": form}, status=status_of(request, form))


def status_of(request: HttpRequest, form: LoginForm) -> int:
    if request.method != "POST":
        return 200
    return 429 if form.throttled else 422


def whole_page(request: Request) -> HttpResponse:
    """A fragment was asked for after the session had ended: the whole page goes to the login, not a part of it."""
    here = request.htmx.current_url_abs_path or "/"
    answer = HttpResponse(status=401)
    answer["HX-Redirect"] = f"{reverse('login')}?{urlencode({'next': here})}"
    return answer


def safe_next(request: HttpRequest, url: str) -> str:
    fine = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url and fine else reverse(settings.LOGIN_REDIRECT_URL)


def address_of(request: HttpRequest) -> str:
    """The visitor's network address. Behind the https proxy only the last entry was written by that proxy."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if config().is_https:
        address = request.headers.get("X-Forwarded-For", address).rsplit(",", 1)[-1].strip()
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    # A home has a whole /64 of IPv6.
    return parsed.exploded[:19] if parsed.version == 6 else str(parsed)


@require_POST
def log_out(request: Request) -> HttpResponse:
    logout(request)
    answer = redirect("login")
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: Request, person: str, token: str) -> HttpResponse:
    user = team.welcomed(person, token)
    if user is None:
        return render(request, "studio/welcome_gone.html", status=404)
    form = WelcomeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user.name = form.cleaned_data["name"]
            user.set_password(form.cleaned_data["password"])
            user.save(update_fields=["name", "password"])
        login(request, user, backend=BACKEND)
        return redirect("home")
    context = {"form": form, "email": user.email}
    return render(request, "studio/welcome.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("old", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Request) -> HttpResponse:
    user = request.user
    wants = request.POST.get("change", "")
    details = ProfileForm(
        request.POST if wants == "details" else None,
        initial={name: getattr(user, name) for name in ProfileForm.base_fields},
    )
    password = PasswordForm(request.POST if wants == "password" else None, user=user)
    if details.is_bound and details.is_valid():
        details.save(user)
        messages.success(request, _("Saved."))
        return redirect("profile")
    if password.is_bound and password.is_valid():
        user.set_password(password.cleaned_data["password"])
        user.save(update_fields=["password"])
        # Sessions carry a hash of the password: all but this one end here.
        update_session_auth_hash(request, user)
        messages.success(request, _("Password changed. You are logged out everywhere else."))
        return redirect("profile")
    context = {"section": "profile", "details": details, "password": password}
    return render(request, "studio/profile.html", context, status=422 if details.errors or password.errors else 200)


@require_POST
def theme(request: Request) -> HttpResponse:
    """The button on every page; a theme that does not exist changes nothing."""
    wanted = request.POST.get("theme")
    if wanted in User.Theme.values:
        User.objects.filter(pk=request.user.pk).update(theme=wanted)
    return (
        HttpResponse(status=204) if request.htmx else redirect(safe_next(request, request.headers.get("Referer", "")))
    )
