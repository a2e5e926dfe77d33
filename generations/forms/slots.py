"""The composer's places for inputs: what was dropped where, and what each place takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studio.models import Project, User
from studio.words import Words

from .. import net
from ..catalog.spec import ModelSpec, Slot
from ..models import Asset
from ..told import told

FILES, LINKS = "slot:", "link:"
MIMES = {
    "image": "image/png,image/jpeg,image/webp",
    "video": "video/mp4,video/quicktime",
    "audio": "audio/mpeg,audio/wav",
}
SHORT: dict[str, Words] = {
    "first_frame": _("First"),
    "last_frame": _("Last"),
    "reference_image": _("Images"),
    "reference_video": _("Videos"),
    "reference_audio": _("Sounds"),
}
LINK_TO: dict[str, Words] = {
    "image": _("Link to an image"),
    "video": _("Link to a video"),
    "audio": _("Link to a sound"),
}
ICONS = {"image": "image", "video": "film", "audio": "music"}


def slots_of(spec: ModelSpec) -> list[Slot]:
    """One per role, in the order of the modes; where modes differ, the roomiest."""
    found: dict[str, Slot] = {}
    for slot in (slot for mode in spec.modes for slot in mode.slots):
        if slot.role not in found or slot.max > found[slot.role].max:
            found[slot.role] = slot
    return list(found.values())


class SlotField(forms.Field):
    """Pids of assets, in order, from repeated hidden inputs."""

    widget = forms.MultipleHiddenInput

    def __init__(self, slot: Slot) -> None:
        super().__init__(required=False, label=str(slot.label))

    def to_python(self, value: Any) -> list[str]:
        return [str(pid) for pid in value or [] if pid]


class LinkField(forms.Field):
    """Pasted https links, one to a line."""

    widget = forms.MultipleHiddenInput

    def __init__(self, slot: Slot) -> None:
        super().__init__(required=False, label=str(LINK_TO[slot.kind]))

    def to_python(self, value: Any) -> list[str]:
        urls = [word for line in value or [] for word in str(line).split()]
        for url in urls:
            if len(url) > 2048:
                raise ValidationError(_("This link is longer than 2,048 characters."))
            try:
                net.check_url(url)
            except net.NetError as error:
                raise ValidationError(told(error.reason)) from None
        return urls


def assets_by_pid(project: Project, pids: Iterable[str]) -> dict[str, Asset]:
    wanted = set(pids)
    if not wanted:
        return {}
    return {asset.pid: asset for asset in Asset.objects.filter(project=project, pid__in=wanted, trashed_at=None)}


def link_asset(project: Project, user: User, kind: str, url: str) -> Asset:
    """The asset of a pasted link: nothing is fetched, so only its address and kind are known."""
    found = Asset.objects.filter(project=project, kind=kind, url=url, trashed_at=None).first()
    if found:
        return found
    name = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1] or url
    return Asset.objects.create(
        project=project, uploaded_by=user, kind=kind, origin=Asset.Origin.LINK, name=name[:200], url=url
    )


@dataclass(frozen=True)
class Place:
    """A slot with what lies in it, ready for a template."""

    slot: Slot
    assets: Sequence[Asset]
    errors: Sequence[str] = ()
    shut: str = ""  # why nothing may be dropped here now

    @property
    def name(self) -> str:
        return FILES + self.slot.role

    @property
    def mimes(self) -> str:
        return MIMES[self.slot.kind]

    @property
    def icon(self) -> str:
        return ICONS[self.slot.kind]

    @property
    def short(self) -> str:
        """A word that fits under a small picture."""
        return str(SHORT.get(self.slot.role, self.slot.label))

    @property
    def is_full(self) -> bool:
        return len(self.assets) >= self.slot.max


def combinations(spec: ModelSpec) -> str:
    """Which roles go together, for the page's script: modes by `|`, roles by a space."""
    return "|".join(" ".join(slot.role for slot in mode.slots) for mode in spec.modes)


def closed(spec: ModelSpec, role: str, used: set[str]) -> str:
    """Why `role` cannot join the roles in use, or nothing."""
    wanted = used | {role}
    if any(wanted <= {slot.role for slot in mode.slots} for mode in spec.modes):
        return ""
    names = {slot.role: str(slot.label).lower() for slot in slots_of(spec)}
    others = gettext(", ").join(names.get(name, name) for name in sorted(used - {role}))
    return gettext("Cannot be used together with {others}. Remove that first.").format(others=others)


def carried(old: Mapping[str, Sequence[str]], spec: ModelSpec, kinds: Mapping[str, str]) -> dict[str, list[str]]:
    """What lay in one model's slots, laid into another's: the same role, else the first free one of its kind."""
    slots = {slot.role: slot for slot in slots_of(spec)}
    laid: dict[str, list[str]] = {role: [] for role in slots}
    homeless: list[str] = []
    for role, pids in old.items():
        for pid in pids:
            if role in slots and len(laid[role]) < slots[role].max:
                laid[role].append(pid)
            else:
                homeless.append(pid)
    for pid in homeless:
        used = {role for role, pids in laid.items() if pids}
        free = (
            role
            for role, slot in slots.items()
            if slot.kind == kinds.get(pid) and len(laid[role]) < slot.max and not closed(spec, role, used)
        )
        role_found = next(free, None)
        if role_found:
            laid[role_found].append(pid)
    return laid
