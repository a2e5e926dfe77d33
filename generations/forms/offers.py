"""Which models a member may choose: what each provider offers, read through the catalog."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.config import config
from studio.models import Project, User

from .. import catalog
from ..catalog import values
from ..catalog.spec import ModelSpec
from ..models import Generation, Provider


@dataclass(frozen=True)
class Offer:
    """One model at one provider: `spec` is without the parameters that this host does not take."""

    provider: Provider
    spec: ModelSpec
    model_id: str  # on the wire

    @property
    def currency(self) -> str:
        """Of the prices that hold at this host; nothing where none are published."""
        preset = catalog.PRESETS.get(self.provider.preset)
        return preset.currency if preset else ""

    @property
    def value(self) -> str:
        """What a form carries."""
        return f"{self.provider.pid}:{self.spec.key}"

    @property
    def is_documented(self) -> bool:
        """The id on the wire is one that the catalog knows, so its limits hold; an edited id may stand for anything."""
        preset = catalog.PRESETS.get(self.provider.preset)
        return self.model_id in {self.spec.id, preset.ids.get(self.spec.key) if preset else None}

    @property
    def can(self) -> str:
        """What it makes videos from, for the menu."""
        return " · ".join(str(mode.label) for mode in self.spec.modes)


def offers() -> list[Offer]:
    """In the order of the menu: real providers before labs, current models before retired ones."""
    found = [
        Offer(provider, values.without(catalog.MODELS[key], provider.omits), model_id)
        for provider in Provider.objects.usable()
        if config().sandbox or not is_sandbox(provider)
        for key, model_id in provider.offers.items()
        if key in catalog.MODELS
    ]
    return sorted(found, key=lambda offer: (offer.provider.lab, offer.provider.pk, offer.spec.legacy))


def is_sandbox(provider: Provider) -> bool:
    preset = catalog.PRESETS.get(provider.preset)
    return preset is not None and preset.lab


def find_offer(choices: Sequence[Offer], value: str) -> Offer | None:
    return next((offer for offer in choices if offer.value == value), None)


def usual_offer(choices: Sequence[Offer], user: User, project: Project) -> Offer | None:
    """What the member used last in this project, else the first real model, else the sandbox."""
    last = Generation.objects.filter(project=project, user=user).select_related("provider").order_by("-id").first()
    used = find_offer(choices, f"{last.provider.pid}:{last.model}") if last else None
    current = next((offer for offer in choices if not offer.spec.legacy), None)
    return used or current or next(iter(choices), None)
