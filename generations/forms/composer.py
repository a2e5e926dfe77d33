"""The form behind Generate, on the page and on the command line: built from a model's spec, checked by the catalog."""

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studio.config import config
from studio.models import Project, User
from studio.words import Words

from .. import catalog
from ..catalog import cost, preflight, values
from ..catalog.inputs import InputFacts, Problem
from ..catalog.spec import Mode, Parameter, Slot
from ..models import Asset, Generation
from ..models.asking import Wish, ask
from ..told import told
from .offers import Offer, find_offer, offers, usual_offer
from .parameters import PREFIX, Setting, SettingField, setting, written
from .slots import FILES, LINKS, LinkField, Place, SlotField, assets_by_pid, closed, combinations, link_asset, slots_of

TAKES = 4
WITHDRAWN = _("This model is no longer offered. Choose another one.")
NO_MODEL = _("There is no model to generate with yet. A studio admin can add a provider.")
NO_ADDRESS = _(
    "{provider} fetches videos by itself, and this studio has no public https address. Set STUDIO_PUBLIC_URL, or paste"
    " an https link to the file instead."
)


KINDS: dict[str, Words] = {"image": _("image"), "video": _("video"), "audio": _("audio")}
ORDER = ("ratio", "size", "choice", "int", "bool", "json")


def new_token() -> str:
    """Marks one press of Generate: the same token again is the same job."""
    return secrets.token_urlsafe(16)


class ComposerForm(forms.Form):
    """One wish. Unbound it shows `initial`; bound it also knows `warnings`, which block nothing."""

    prompt = forms.CharField(label=_("Prompt"), required=False, max_length=50_000)
    takes = forms.IntegerField(label=_("Takes"), required=False, min_value=1, max_value=TAKES, initial=1)
    client_token = forms.RegexField(
        r"^[A-Za-z0-9_-]{8,64}$", error_messages={"invalid": _("The page is out of date. Load it again.")}
    )

    def __init__(
        self,
        data: Any = None,
        *,
        project: Project,
        user: User,
        offer: str = "",
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"client_token": new_token(), **(initial or {})}, prefix=None)
        self.project, self.user = project, user
        self.choices = offers()
        self.wanted = offer or str((data or {}).get("model", ""))
        found = find_offer(self.choices, self.wanted)
        self.offer = found or usual_offer(self.choices, user, project)
        self.is_withdrawn = bool(self.wanted) and found is None
        # A bound one refuses; an empty one must not change the model, and the price, without a word.
        self.warnings = [str(WITHDRAWN)] if self.is_withdrawn and self.offer and not self.is_bound else []
        self.mode: Mode | None = None
        for slot in self.slots:
            self.fields[FILES + slot.role] = SlotField(slot)
            self.fields[LINKS + slot.role] = LinkField(slot)
        for parameter in self.parameters:
            self.fields[PREFIX + parameter.name] = SettingField(parameter)

    # what the model has

    @cached_property
    def slots(self) -> list[Slot]:
        return slots_of(self.offer.spec) if self.offer else []

    @cached_property
    def parameters(self) -> Sequence[Parameter]:
        return self.offer.spec.parameters if self.offer else ()

    # checking

    def clean_takes(self) -> int:
        return self.cleaned_data["takes"] or 1

    def clean(self) -> dict[str, Any]:
        if self.offer is None:
            raise forms.ValidationError(NO_MODEL)
        if self.is_withdrawn:
            raise forms.ValidationError(WITHDRAWN)
        self.check_inputs()
        self.mode = self.picked_mode()
        if self.mode:
            self.check_wish(self.offer, self.mode)
        if self.offer.provider.paused_at:
            words = gettext("{provider} is paused: {reason} What you generate waits and starts by itself.")
            reason = told(self.offer.provider.paused_why) or gettext("by an admin.")
            self.warnings.append(words.format(provider=self.offer.provider.name, reason=reason))
        return self.cleaned_data

    def check_inputs(self) -> None:
        for slot in self.slots:
            pids = self.cleaned_data.get(FILES + slot.role, [])
            assets = [self.assets[pid] for pid in pids if pid in self.assets]
            if len(assets) < len(pids):
                words = gettext("{slot}: a file is no longer in this project. Add it again.")
                self.add_error(FILES + slot.role, words.format(slot=slot.label))
            if any(asset.kind != slot.kind for asset in assets):
                words = gettext("{slot} takes only files of the kind {kind}.")
                kind = KINDS[slot.kind]
                self.add_error(FILES + slot.role, words.format(slot=slot.label, kind=kind))

    def picked_mode(self) -> Mode | None:
        assert self.offer
        picked = preflight.pick_mode(self.offer.spec, [role for role, _ in self.inputs])
        if isinstance(picked, Problem):
            self.note(picked)
            return None
        return picked

    def check_wish(self, offer: Offer, mode: Mode) -> None:
        problems, warnings = preflight.check(
            offer.spec,
            mode,
            self.cleaned_data.get("prompt", ""),
            [facts_of(role, asset) for role, asset in self.inputs],
            self.values,
            strict=offer.is_documented,
            max_inline=offer.provider.max_inline,
        )
        for problem in problems:
            self.note(problem)
        self.warnings += [warning.message for warning in warnings]
        fetched = {slot.role for slot in mode.slots if not slot.inline}
        if not config().is_https and any(role in fetched and not asset.is_link for role, asset in self.inputs):
            role = next(role for role, asset in self.inputs if role in fetched and not asset.is_link)
            self.add_error(FILES + role, str(NO_ADDRESS).format(provider=offer.provider.name))

    def note(self, problem: Problem) -> None:
        """A problem of the catalog, at the field of this form that it means."""
        for name in (problem.field, PREFIX + problem.field):
            if name in self.fields:
                self.add_error(name, problem.message)
                return
        self.add_error(None, problem.message)

    # what was asked

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """Whatever lies in the slots, by pid: of this project only."""
        pids = [pid for slot in self.slots for pid in self[FILES + slot.role].value() or []]
        return assets_by_pid(self.project, pids)

    @property
    def inputs(self) -> list[tuple[str, Asset]]:
        """(role, asset) in the order of the wire; pasted links are not stored before the wish is."""
        found: list[tuple[str, Asset]] = []
        for slot in self.slots:
            pids = self.cleaned_data.get(FILES + slot.role, [])
            found += [(slot.role, self.assets[pid]) for pid in pids if pid in self.assets]
            urls = self.cleaned_data.get(LINKS + slot.role, [])
            found += [(slot.role, Asset(kind=slot.kind, name=url, url=url)) for url in urls]
        return found

    @property
    def values(self) -> dict[str, Any]:
        """Wire name → value of what is set, without untouched settings that the mode cannot take."""
        assert self.offer
        found = {parameter.name: self.value_of(parameter) for parameter in self.parameters}
        legal = values.defaults(self.offer.spec, self.mode) if self.mode else found
        return {
            parameter.name: found[parameter.name]
            for parameter in self.parameters
            if found[parameter.name] is not None
            and (parameter.name in legal or found[parameter.name] != parameter.default)
        }

    def value_of(self, parameter: Parameter) -> Any:
        if self.is_bound:
            return self.cleaned_data.get(PREFIX + parameter.name)
        return self.fields[PREFIX + parameter.name].clean(self[PREFIX + parameter.name].value())

    @property
    def shape(self) -> tuple[int, int]:
        """The expected pixels, so that the card has its box from the start."""
        assert self.offer
        if found := values.shape(self.offer.spec, self.values):
            return found
        first = next((asset for _, asset in self.inputs if asset.width and asset.height), None)
        return (first.width or 16, first.height or 9) if first else (16, 9)

    @property
    def estimate(self) -> cost.Estimate | None:
        """Of one take; None where this host publishes no price, or while a setting is not legal."""
        if self.offer is None or not self.offer.currency:
            return None
        seconds = sum(asset.seconds or 0 for asset in self.assets.values() if asset.kind == Asset.Kind.VIDEO)
        try:
            return cost.estimate(self.offer.spec, self.values, self.offer.currency, seconds)
        except forms.ValidationError:
            return None

    @property
    def takes_wanted(self) -> int:
        text = str(self["takes"].value() or 1)
        return min(int(text), TAKES) if text.isdecimal() and len(text) < 4 else 1

    def seeds(self) -> list[int]:
        """One per take, where the takes would otherwise come out alike or could not be found again."""
        assert self.offer
        takes, typed = range(self.cleaned_data["takes"]), self.values.get("seed")
        if typed is None:
            drawn = values.seed_to_add(self.offer.spec, self.offer.provider.adds)
            return [values.drawn_seed() for _ in takes] if drawn else []
        if len(takes) == 1 or typed < 0:
            return []
        most = next(parameter.max for parameter in self.parameters if parameter.name == "seed") or 2**31 - 1
        return [typed + take if typed + take <= most else take for take in takes]

    def wish(self) -> Wish:
        """What a valid form asks for. Pasted links become assets here."""
        assert self.offer
        assert self.mode
        estimate = self.estimate
        stored = [
            (role, asset if asset.pk else link_asset(self.project, self.user, asset.kind, asset.url))
            for role, asset in self.inputs
        ]
        return Wish(
            project=self.project,
            user=self.user,
            provider=self.offer.provider,
            model=self.offer.spec.key,
            model_id=self.offer.model_id,
            mode=self.mode.name,
            prompt=self.cleaned_data["prompt"],
            parameters=self.values,
            inputs=stored,
            takes=self.cleaned_data["takes"],
            client_token=self.cleaned_data["client_token"],
            shape=self.shape,
            cost=Decimal(str(estimate.amount)) if estimate else None,
            currency=estimate.currency if estimate else "",
            seeds=self.seeds(),
        )

    def save(self) -> tuple[list[Generation], bool]:
        """The generations, and whether this call made them. The caller rings the doorbell."""
        return ask(self.wish())

    # for templates

    @property
    def places(self) -> list[Place]:
        assert self.offer
        laid = {slot.role: [str(pid) for pid in self[FILES + slot.role].value() or []] for slot in self.slots}
        used = {role for role, pids in laid.items() if pids}
        return [
            Place(
                slot,
                [self.assets[pid] for pid in laid[slot.role] if pid in self.assets],
                [str(word) for word in self.errors.get(FILES + slot.role, [])] if self.is_bound else [],
                closed(self.offer.spec, slot.role, used),
            )
            for slot in self.slots
        ]

    @property
    def combinations(self) -> str:
        return combinations(self.offer.spec) if self.offer else ""

    @property
    def settings(self) -> list[Setting]:
        """In the order of the bar: the picture's shape first, switches last."""
        ordered = sorted(self.parameters, key=lambda parameter: ORDER.index(parameter.kind))
        return [setting(parameter, written_of(self[PREFIX + parameter.name].value())) for parameter in ordered]

    @property
    def at_hand(self) -> list[Setting]:
        """In the bar itself, of the switches only the first."""
        switches = [one for one in self.settings if one.control == "switch"]
        return [one for one in self.settings if not one.parameter.advanced and one not in switches[1:]]

    @property
    def further(self) -> list[Setting]:
        """Behind "More"."""
        return [one for one in self.settings if one not in self.at_hand]

    @property
    def problems(self) -> list[str]:
        """Every refusal in the order of the form, each once."""
        if not self.is_bound:
            return []
        return list(dict.fromkeys(str(word) for words in self.errors.values() for word in words))

    @property
    def by_provider(self) -> list[tuple[Any, list[Offer]]]:
        groups: dict[Any, list[Offer]] = {}
        for choice in self.choices:
            groups.setdefault(choice.provider, []).append(choice)
        return list(groups.items())


def written_of(value: Any) -> str:
    return value if isinstance(value, str) else written(value)


def facts_of(role: str, asset: Asset) -> InputFacts:
    return InputFacts(
        role=role,
        kind=asset.kind,
        bytes=asset.bytes,
        width=asset.width,
        height=asset.height,
        seconds=asset.seconds,
        format=FORMATS.get(asset.mime),
        is_link=asset.is_link,
    )


FORMATS = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mp4": "m4a",
}


VARIED = 4  # takes


def initial_of(generation: Generation) -> dict[str, Any]:
    """What asks for the same once more: what was left to the provider is left to it again."""
    spec = catalog.MODELS.get(generation.model)
    initial: dict[str, Any] = {PREFIX + parameter.name: "" for parameter in (spec.parameters if spec else ())}
    initial |= {PREFIX + name: written(value) for name, value in generation.parameters.items()}
    for entry in generation.inputs.select_related("asset"):
        if entry.asset.trashed_at is None:
            initial.setdefault(FILES + entry.role, []).append(entry.asset.pid)
    return initial | {"prompt": generation.prompt}


def varied(generation: Generation) -> dict[str, Any]:
    """The same, with new seeds: several takes, unless several were asked for before."""
    takes = Generation.objects.filter(batch=generation.batch).count()
    return initial_of(generation) | {PREFIX + "seed": "", "takes": max(takes, VARIED)}


def remixed(generation: Generation, frame: Asset, choices: Sequence[Offer]) -> tuple[str, dict[str, Any]]:
    """The value of an offer that takes a picture, and what it begins with: the same words, and that frame alone."""
    own = f"{generation.provider.pid}:{generation.model}"
    ranked = sorted(choices, key=lambda offer: (offer.value != own, offer.spec.legacy))
    for role in ("first_frame", "reference_image"):
        for offer in ranked:
            if role in {slot.role for slot in slots_of(offer.spec)}:
                initial = initial_of(generation) if offer.value == own else {"prompt": generation.prompt}
                words = {name: value for name, value in initial.items() if not name.startswith(FILES)}
                return offer.value, words | {FILES + role: [frame.pid]}
    return own, initial_of(generation)
