"""Who you are: logging in, the first account, a new member's password, the profile."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import throttle
from ..models import User

PER_ACCOUNT = throttle.Limit("account", tries=10, seconds=300)
PER_ADDRESS = throttle.Limit("address", tries=30, seconds=60)
ADVICE = _("At least 12 characters. A few words in a row are easy to remember and hard to guess.")
PASSWORD = _("Password")
TOO_MANY = _("Too many tries. Wait five minutes, then try again.")


class LoginForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=PASSWORD,
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.address = address
        self.throttled = False
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        """The same words for an unknown address, a wrong password and a closed account."""
        values = super().clean() or {}
        if "email" not in values or "password" not in values:
            return values
        account = values["email"].lower()
        if not (throttle.take(PER_ADDRESS, self.address) and throttle.take(PER_ACCOUNT, account)):
            self.throttled = True
            raise forms.ValidationError(TOO_MANY)
        user = authenticate(self.request, username=account, password=values["password"])
        if not isinstance(user, User):
            raise forms.ValidationError(_("This e-mail and password do not match."))
        throttle.give_back(PER_ADDRESS, self.address)
        throttle.give_back(PER_ACCOUNT, account, whole=True)
        self.user = user
        return values


def new_password_field(label: Any = PASSWORD) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=1000,
        strip=False,
        help_text=ADVICE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-show": ""}),
    )


class FirstProjectForm(forms.Form):
    name = forms.CharField(label=_("Name of your first project"), max_length=80, initial=_("First project"))


class SetupForm(forms.Form):
    """The first admin."""

    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = new_password_field()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        check_password(self, User(name=values.get("name", ""), email=values.get("email", "")))
        return values


class WelcomeForm(forms.Form):
    """A new member's name and first password."""

    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = new_password_field()

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, initial={"name": user.name})
        self.user = user

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        check_password(self, User(name=values.get("name", ""), email=self.user.email))
        return values


def time_zones() -> list[tuple[str, str]]:
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("", gettext("The studio's own")), *((name, name.replace("_", " ")) for name in ["UTC", *names])]


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices, widget=forms.RadioSelect)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, choices=time_zones, help_text=_("Days in the history follow it.")
    )

    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices, required=False)
    single_keys = forms.BooleanField(
        label=_("One-letter keys"), required=False, help_text=_("F for favourite and the like, on pages with clips.")
    )

    def save(self, user: User) -> None:
        for field, value in self.cleaned_data.items():
            setattr(user, field, value)
        user.save(update_fields=list(self.cleaned_data))


class PasswordForm(forms.Form):
    """A new password; every other session of the member ends with the old one."""

    old = forms.CharField(
        label=_("Current password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = new_password_field(_("New password"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not throttle.take(PER_ACCOUNT, self.user.email):
            raise forms.ValidationError(TOO_MANY)
        if not self.user.check_password(old):
            raise forms.ValidationError(_("This is not your current password."))
        throttle.give_back(PER_ACCOUNT, self.user.email, whole=True)
        return old

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        check_password(self, self.user)
        return values


def check_password(form: forms.Form, user: User) -> None:
    """Django's validators, told about the person, so that a name or an address is refused as a password."""
    password = form.cleaned_data.get("password")
    if not password:
        return
    try:
        validate_password(password, user)
    except forms.ValidationError as error:
        form.add_error("password", error)
