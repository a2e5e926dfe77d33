"""A generation told to its team: what happened when, and with which settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat

from studio.models import Event

from . import catalog
from .catalog.spec import Parameter
from .models import Attempt, Generation, State

TOLD: dict[str, str] = {
    State.QUEUED: "Asked",
    State.SUBMITTING: "Sending",
    State.UNCERTAIN: "No answer: sending is uncertain",
    State.ACCEPTED: "Accepted by the provider",
    State.RUNNING: "Rendering started",
    State.SUCCEEDED: "Provider finished",
    State.FETCHING: "Saving",
    State.STORED: "Saved",
    State.REJECTED: "Refused by the provider",
    State.NOT_ACCEPTED: "Did not run",
    State.FAILED: "Failed at the provider",
    State.EXPIRED: "Gave up waiting",
    State.CANCELLED: "Cancelled",
    State.RESULT_LOST: "The file could not be saved",
    "cancel asked": "Asked the provider to stop",
    "check asked": "Asked to look again",
    "trashed": "Put into the trash",
    "restored": "Restored",
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
    text = TOLD.get(event.new, event.new.replace("_", " ").capitalize())
    if event.new == State.QUEUED and event.old:
        text = "Waiting to be sent again"
    if event.actor:
        text = f"{text} by {event.actor}"
    tone = "good" if event.new in GOOD else "bad" if event.new in BAD else ""
    # Of what goes well the reason is the engine's own talk.
    why = "" if tone == "good" else event.why
    return Step(text, why, event.at, (event.at - generation.created_at).total_seconds(), tone)


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
        Fact("Model", spec.label if spec else generation.model),
        Fact("Sent as", generation.model_id),
        Fact("Provider", generation.provider.name),
        *(Fact(label_of(name, known), said(value, known.get(name))) for name, value in asked.items()),
    ]
    if generation.clip:
        found += clip_facts(generation)
    if attempt and attempt.cost_estimate is not None:
        found.append(Fact("Cost", f"≈ {attempt.cost_estimate:.2f} {attempt.currency}, estimated"))
    if attempt and attempt.remote_id:
        found.append(Fact("Task", attempt.remote_id))
    return found


def clip_facts(generation: Generation) -> list[Fact]:
    clip = generation.clip
    assert clip
    codecs = " + ".join(codec for codec in (clip.video_codec, clip.audio_codec) if codec)
    return [
        Fact("Video", f"{clip.width} × {clip.height} · {clip.seconds:.4g} s · {clip.fps:g} fps"),
        Fact("File", f"{filesizeformat(clip.bytes)} · {codecs}".replace("\xa0", " ")),
    ]


def label_of(name: str, known: dict[str, Parameter]) -> str:
    return known[name].label if name in known else name.replace("_", " ").capitalize()


def said(value: Any, parameter: Parameter | None) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    unit = f" {parameter.unit}" if parameter and parameter.unit and isinstance(value, int) else ""
    return f"{value}{unit}"
