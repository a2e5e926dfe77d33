"""A public link to a clip: how long it lives and what it shows."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.models import Event, User

from ..models import Generation, Share
from ..models.share import digest

DAYS = ((1, _("1 day")), (7, _("7 days")), (30, _("30 days")), (90, _("90 days")))


class ShareForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Stands under the video and in the previews of messengers."),
    )
    days = forms.TypedChoiceField(
        label=_("The link lives for"), choices=DAYS, coerce=int, initial=7, widget=forms.RadioSelect
    )
    allow_download = forms.BooleanField(label=_("Allow downloading the original"), required=False)
    show_prompt = forms.BooleanField(label=_("Show the prompt"), required=False)

    def save(self, generation: Generation, user: User) -> tuple[Share, str]:
        """The share and its token, which is stored nowhere."""
        values: dict[str, Any] = self.cleaned_data
        token = Share.new_token()
        with transaction.atomic():
            share = Share.objects.create(
                token_sha256=digest(token),
                project_id=generation.project_id,
                created_by=user,
                expires_at=timezone.now() + timedelta(days=values["days"]),
                title=" ".join(values["title"].split()),
                show_prompt=values["show_prompt"],
                allow_download=values["allow_download"],
            )
            share.generations.add(generation)
            Event.record(
                "share",
                share.pid,
                "made",
                actor=user,
                project_id=generation.project_id,
                evidence={"generation": generation.pid, "days": values["days"]},
            )
        return share, token
