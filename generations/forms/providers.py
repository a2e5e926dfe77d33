"""A provider's account: made from a preset, edited by admins. The key goes in and never comes out."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from studio.models import Event, User

from .. import net
from ..catalog import models_of, offers
from ..catalog.spec import ModelSpec, Preset
from ..models import Generation, Provider
from ..told import told
from . import hosts

KEY = re.compile(r"[\x21-\x7e]{1,4000}")
WIRE_ID = re.compile(r"[\x21-\x7e]{1,120}")


class ProviderForm(forms.Form):
    """For `provider`, saved or fresh from a preset; one pair of fields for each model its dialect can speak of."""

    name = forms.CharField(label=_("Name"), max_length=60)
    base_url = forms.CharField(
        label=_("Base URL"),
        max_length=300,
        help_text=_("With its path prefix, such as https://host.example/api/v3. The rest is appended."),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    allow_http = forms.BooleanField(
        label=_("Allow plain http"),
        required=False,
        help_text=_("The key, the prompts and the images then travel readable by anyone on the way."),
    )
    confirm_host = forms.BooleanField(label=_("The host is spelled as I mean it"), required=False)
    key = forms.CharField(
        label=_("API key"),
        max_length=4000,
        error_messages={"required": _("Enter the account's API key.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    max_concurrent = forms.IntegerField(
        label=_("Clips at a time"), min_value=1, max_value=1000, help_text=_("As many as the account may run at once.")
    )
    rate = forms.IntegerField(label=_("Requests a minute"), min_value=1, max_value=6000)

    def __init__(self, data: Any = None, *, provider: Provider) -> None:
        super().__init__(data, initial=initial_of(provider))
        self.provider = provider
        self.is_new = provider.pk is None
        self.look_alike = ""
        self.models = models_for(provider)
        self.fields["key"].help_text = key_help(provider)
        self.fields["key"].required = self.is_new
        for spec in self.models:
            self.fields[f"offer:{spec.key}"] = forms.BooleanField(label=spec.label, required=False)
            self.fields[f"id:{spec.key}"] = forms.CharField(
                label=gettext("Name of {model} on the wire").format(model=spec.label),
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
            )

    def model_rows(self) -> list[tuple[ModelSpec, forms.BoundField, forms.BoundField]]:
        return [(spec, self[f"offer:{spec.key}"], self[f"id:{spec.key}"]) for spec in self.models]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        taken = Provider.objects.filter(name=name, trashed_at=None).exclude(pk=self.provider.pk)
        if taken.exists():
            why = gettext("There is a provider called “{name}” already. Choose another name.")
            raise forms.ValidationError(why.format(name=name))
        return name

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"].strip()
        if key.lower().startswith("bearer "):
            raise forms.ValidationError(_("Paste the key alone, without the word “Bearer”."))
        if key and not KEY.fullmatch(key):
            why = _("A key has no spaces, line breaks or accented letters. Copy it again, whole.")
            raise forms.ValidationError(why)
        return key

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "base_url" in values:
            values["base_url"] = values["base_url"].rstrip("/")
            self.check_address(values["base_url"], bool(values.get("allow_http")), bool(values.get("confirm_host")))
        self.offers = self.clean_offers(values)
        return values

    def check_address(self, url: str, allow_http: bool, confirmed: bool) -> None:
        host = hosts.host_of(url)
        # Another host knows nothing of what was sent to this one.
        if not self.is_new and Provider(base_url=url).host != self.provider.host and (why := on_the_way(self.provider)):
            self.add_error("base_url", why)
        elif "?" in url or "#" in url:
            self.add_error("base_url", _("Leave out everything from the “?” or “#” on."))
        elif host in hosts.MISSPELT:
            right = hosts.MISSPELT[host]
            why = gettext("{host} is a misspelling of {right}. Your key would go to somebody else.")
            self.add_error("base_url", why.format(host=host, right=right))
        elif url.startswith("http://") and not (allow_http or self.provider.lab):
            self.add_error("base_url", str(hosts.PLAIN_HTTP))
        else:
            self.check_dialable(url, allow_http)
            self.check_look_alike(host, confirmed)

    def check_dialable(self, url: str, allow_http: bool) -> None:
        try:
            net.check_url(url, net.Rule(allow_http=allow_http, lab=self.provider.lab))
        except net.NetError as error:
            self.add_error("base_url", told(error.reason))

    def check_look_alike(self, host: str, confirmed: bool) -> None:
        self.look_alike = hosts.look_alike(host)
        if self.look_alike and not confirmed:
            why = gettext(
                "{host} looks much like {known}. If that is what you meant, correct it; if not, tick"
                " “The host is spelled as I mean it” below."
            )
            self.add_error("base_url", why.format(host=host, known=self.look_alike))

    def clean_offers(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Catalog key → id on the wire, of the ticked models."""
        offers = {}
        for spec in self.models:
            wire = (values.get(f"id:{spec.key}") or "").strip()
            if values.get(f"offer:{spec.key}"):
                offers[spec.key] = wire or spec.id
                if not WIRE_ID.fullmatch(offers[spec.key]):
                    self.add_error(f"id:{spec.key}", _("An id has no spaces or line breaks."))
        if not offers:
            self.add_error(None, _("Tick at least one model."))
        return offers

    def save(self, actor: User | None) -> bool:
        """Write the row and its event; whether the stored key was cleared because the host changed."""
        provider, values, is_new = self.provider, self.cleaned_data, self.is_new
        had_key, since = bool(provider.key_box), provider.account_since
        provider.name = values["name"]
        provider.set_base_url(values["base_url"])
        provider.allow_http = values["allow_http"]
        provider.max_concurrent, provider.rate = values["max_concurrent"], values["rate"]
        provider.offers = self.offers
        if values["key"]:
            provider.set_key(values["key"])
        cleared = had_key and not provider.key_box
        edited = EDITED + (OF_ACCOUNT if provider.account_since != since else [])
        with transaction.atomic():
            provider.save(update_fields=None if is_new else edited)
            changed = "set" if values["key"] else "cleared" if cleared else "kept"
            evidence = {**provider.snapshot(), "key": changed}
            Event.record("provider", provider.pid, "added" if is_new else "edited", actor=actor, evidence=evidence)
        return cleared


def on_the_way(provider: Provider) -> str:
    """Why its address cannot go away yet; empty when nothing of ours is there."""
    count = Generation.objects.open().filter(provider=provider).count()
    why = ngettext(
        "1 clip is still on the way from {provider}. Wait, or cancel them, then try again.",
        "{count} clips are still on the way from {provider}. Wait, or cancel them, then try again.",
        count,
    )
    return why.format(count=count, provider=provider) if count else ""


# What a worker may write in the meantime (pauses, tests) is left alone.
EDITED = ["name", "base_url", "allow_http", "max_concurrent", "rate", "offers", "key_box", "key_tail"]
OF_ACCOUNT = ["account_since", "reconcile", "learned_at"]


def from_preset(preset: Preset) -> Provider:
    """An unsaved provider with all that the preset knows."""
    return Provider(
        name=free_name(preset.label),
        preset=preset.name,
        dialect=preset.dialect,
        base_url=preset.base_url,
        headers=dict(preset.headers),
        flags=preset.flags,
        adds=sorted(preset.adds),
        omits=list(preset.omits),
        lists=preset.lists,
        lab=preset.lab,
        offers=offers(preset),
        max_inline=preset.max_inline,
        max_concurrent=preset.concurrency,
        rate=preset.rate,
    )


def free_name(name: str) -> str:
    taken = set(Provider.objects.filter(trashed_at=None, name__startswith=name).values_list("name", flat=True))
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)


def models_for(provider: Provider) -> Sequence[ModelSpec]:
    """All that the dialect can speak of, the offered ones first."""
    return sorted(models_of(provider.dialect), key=lambda spec: spec.key not in provider.offers)


def initial_of(provider: Provider) -> dict[str, Any]:
    """The form's fields as they stand, without the key."""
    return {
        "name": provider.name,
        "base_url": provider.base_url,
        "allow_http": provider.allow_http,
        "max_concurrent": provider.max_concurrent,
        "rate": provider.rate,
        **{f"offer:{spec.key}": spec.key in provider.offers for spec in models_for(provider)},
        **{f"id:{spec.key}": provider.offers.get(spec.key, spec.id) for spec in models_for(provider)},
    }


def key_help(provider: Provider) -> str:
    if provider.key_box:
        said = gettext("A key ending in {tail} is stored. Leave this empty to keep it.")
        return said.format(tail=provider.key_tail or "…")
    return gettext("Stored encrypted, sent to this host alone, never shown again.")
