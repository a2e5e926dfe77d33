"""A generation told to its team: what happened when, and with which settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studio.models import Event
from studio.words import Words

from . import catalog
from .catalog.spec import Parameter
from .models import Attempt, Generation, State
from .told import told

TOLD: dict[str, Words] = {
    State.QUEUED: _("Asked"),
    State.SUBMITTING: _("Sending"),
    State.UNCERTAIN: _("No answer: sending is uncertain"),
    State.ACCEPTED: _("Accepted by the provider"),
    State.RUNNING: _("Rendering started"),
    State.SUCCEEDED: _("Provider finished"),
    State.FETCHING: _("Saving"),
    State.STORED: _("Saved"),
    State.REJECTED: _("Refused by the provider"),
    State.NOT_ACCEPTED: _("Did not run"),
    State.FAILED: _("Failed at the provider"),
    State.EXPIRED: _("Gave up waiting"),
    State.CANCELLED: _("Cancelled"),
    State.RESULT_LOST: _("The file could not be saved"),
    "cancel asked": _("Asked the provider to stop"),
    "check asked": _("Asked to look again"),
    "trashed": _("Put into the trash"),
    "restored": _("Restored"),
    "moved": _("Moved here"),
    "favourite": _("Made a favourite"),
    "no favourite": _("Taken from the favourites"),
    "shot": _("Put into a shot, or out of it"),
}
GOOD = {State.STORED, State.SUCCEEDED, State.ACCEPTED, State.RUNNING, State.FETCHING, State.SUBMITTING, State.QUEUED}
BAD = {State.REJECTED, State.FAILED, State.EXPIRED, State.RESULT_LOST, State.UNCERTAIN, State.NOT_ACCEPTED}


@dataclass(frozen=True)
class Step:
    text: str
    why: str
    at: datetime
    after: float  # seconds since the generation was asked for
    tone: str  # good | bad | ""


def steps(generation: Generation, attempts: Sequence[Attempt]) -> list[Step]:
    """Newest first."""
    events = Event.objects.select_related("actor")
    rows = list(events.about("attempt", *(str(attempt.uuid) for attempt in attempts)))
    rows += list(events.about("generation", generation.pid))
    return [step(row, generation) for row in sorted(rows, key=lambda row: row.pk, reverse=True)]


def step(event: Event, generation: Generation) -> Step:
    text = str(TOLD.get(event.new, event.new.replace("_", " ").capitalize()))
    if event.new == State.QUEUED and event.old:
        text = gettext("Waiting to be sent again")
    if event.actor:
        text = gettext("{step} by {person}").format(step=text, person=event.actor)
    tone = "good" if event.new in GOOD else "bad" if event.new in BAD else ""
    # Of what goes well the reason is the engine's own talk; of a move it names a project that not all members know.
    why = "" if tone == "good" or event.new == "moved" else told(event.why)
    return Step(text, why, event.at, (event.at - generation.created_at).total_seconds(), tone)


FEED: dict[tuple[str, str], Words] = {
    ("attempt", "queued"): _("asked for a clip"),
    ("attempt", "not_accepted"): _("said that a clip did not run"),
    ("attempt", "cancel asked"): _("asked to stop a clip"),
    ("attempt", "cancelled"): _("cancelled a clip"),
    ("attempt", "check asked"): _("asked to look for a clip"),
    ("generation", "trashed"): _("put a clip into the trash"),
    ("generation", "restored"): _("restored a clip"),
    ("generation", "moved"): _("moved a clip here"),
    ("generation", "favourite"): _("chose favourites"),
    ("generation", "shot"): _("put clips into a shot"),
    ("asset", "added"): _("added a file"),
    ("asset", "trashed"): _("put a file into the trash"),
    ("generation", "no favourite"): _("took favourites back"),
    ("share", "made"): _("made a share link"),
    ("share", "revoked"): _("ended a share link"),
    ("shot", "added"): _("added a shot"),
    ("shot", "renamed"): _("renamed a shot"),
    ("shot", "moved"): _("moved a shot"),
    ("shot", "removed"): _("removed a shot"),
    ("shot", "picked"): _("picked a take"),
    ("project", "made"): _("began the project"),
    ("project", "renamed"): _("renamed the project"),
    ("project", "trashed"): _("put the project into the trash"),
    ("project", "restored"): _("restored the project"),
}
OF_MEMBERS = _("changed who takes part")
OF_ELSE = _("changed something")


def deed(event: Event) -> str:
    """What somebody did, as the end of a sentence that begins with the name."""
    otherwise = OF_MEMBERS if event.kind == "member" else OF_ELSE
    return str(FEED.get((event.kind, event.new), otherwise))


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


def facts(generation: Generation, attempts: Sequence[Attempt]) -> list[Fact]:
    """The settings as asked, what was made, and what it probably cost."""
    attempt = attempts[-1] if attempts else None
    spec = catalog.MODELS.get(generation.model)
    known = {parameter.name: parameter for parameter in (spec.parameters if spec else ())}
    asked = generation.parameters | ({"seed": attempt.seed} if attempt and attempt.seed is not None else {})
    found = [
        Fact(gettext("Model"), spec.label if spec else generation.model),
        Fact(gettext("Sent as"), generation.model_id),
        Fact(gettext("Provider"), generation.provider.name),
        *(Fact(label_of(name, known), said(value, known.get(name))) for name, value in asked.items()),
    ]
    if generation.clip:
        found += clip_facts(generation)
    if attempt and attempt.cost_estimate is not None:
        amount = f"{attempt.cost_estimate:.2f} {attempt.currency}"
        found.append(Fact(gettext("Cost"), gettext("≈ {amount}, estimated").format(amount=amount)))
    if attempt and attempt.remote_id:
        found.append(Fact(gettext("Task"), attempt.remote_id))
    return found


def clip_facts(generation: Generation) -> list[Fact]:
    clip = generation.clip
    assert clip
    codecs = " + ".join(codec for codec in (clip.video_codec, clip.audio_codec) if codec)
    return [
        Fact(gettext("Video"), f"{clip.width} × {clip.height} · {clip.seconds:.4g} s · {clip.fps:g} fps"),
        Fact(gettext("File"), f"{filesizeformat(clip.bytes)} · {codecs}".replace("\xa0", " ")),
    ]


def label_of(name: str, known: dict[str, Parameter]) -> str:
    return str(known[name].label) if name in known else name.replace("_", " ").capitalize()


def said(value: Any, parameter: Parameter | None) -> str:
    if isinstance(value, bool):
        return gettext("on") if value else gettext("off")
    unit = f" {parameter.unit}" if parameter and parameter.unit and isinstance(value, int) else ""
    return f"{value}{unit}"
