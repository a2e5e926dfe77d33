"""The first three clips of a fresh studio: a sample image each, asked of the sandbox like any other clip."""

from collections.abc import Mapping

from studio.models import Project, User

from .catalog.spec import ModelSpec
from .forms.composer import ComposerForm, new_token
from .forms.offers import Offer, is_sandbox, offers
from .forms.parameters import PREFIX
from .forms.slots import FILES, slots_of
from .models import Asset, Generation

FRAME = "first_frame"
SMALL = {"resolution": "480p", "duration": "5"}  # of a first look, which should not take long
MOVES = ("slow push in", "the camera glides to the left", "the camera rises slowly")


def ask_first_clips(project: Project, user: User, samples: Mapping[str, str]) -> list[Generation]:
    """One for each sample image, by its file name → prompt; none where there is no sandbox. The caller rings."""
    offer = sandbox_offer()
    if offer is None:
        return []
    made: list[Generation] = []
    pictures = Asset.objects.filter(project=project, origin=Asset.Origin.SAMPLE, name__in=samples).order_by("pk")
    for picture, move in zip(pictures, MOVES, strict=False):
        data = wished(offer, picture, f"{samples[picture.name]}, {move}")
        form = ComposerForm(data, project=project, user=user)
        if form.is_valid():
            made += form.save()[0]
    return made


def sandbox_offer() -> Offer | None:
    """The first model of the sandbox that begins with an image."""
    fitting = (offer for offer in offers() if is_sandbox(offer.provider) and takes_a_frame(offer.spec))
    return next(fitting, None)


def takes_a_frame(spec: ModelSpec) -> bool:
    return not spec.legacy and any(slot.role == FRAME for slot in slots_of(spec))


def wished(offer: Offer, picture: Asset, prompt: str) -> dict[str, object]:
    known = {parameter.name: parameter for parameter in offer.spec.parameters}
    small = {PREFIX + name: value for name, value in SMALL.items() if name in known}
    return {
        "model": offer.value,
        "prompt": prompt,
        "takes": 1,
        "client_token": new_token(),
        FILES + FRAME: [picture.pid],
        **small,
    }
