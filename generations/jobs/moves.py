"""The one way an attempt changes its state: conditional UPDATE, Event, and what open pages see, all or none."""

from copy import copy
from typing import Any

from django.db import transaction
from django.utils import timezone

from studio.models import Event, Project, User

from ..models import Attempt, Generation, State, Status
from ..models.attempt import FINAL, MOVES


def move(
    attempt: Attempt,
    to: State,
    why: str,
    *,
    message: str = "",
    actor: User | None = None,
    evidence: dict[str, Any] | None = None,
    only: dict[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Move `attempt` from the state it was read in; False if somebody else moved it first.

    `message` is for the member, `only` adds conditions to the UPDATE, `fields` are written with it.
    """
    old = State(attempt.state)
    if to not in MOVES.get(old, ()):
        raise ValueError(f"no move from {old} to {to}")
    if to in FINAL:
        fields = {"ended_at": timezone.now(), "next_action_at": None, "lease": "", "lease_until": None} | fields
    changes = fields | {"state": to}
    moved = copy(attempt)
    assign(moved, changes)
    with transaction.atomic():
        if not Attempt.objects.filter(pk=attempt.pk, state=old, **(only or {})).update(**changes):
            return False
        generation = attempt.generation
        Event.record(
            "attempt",
            str(attempt.uuid),
            to,
            old=old,
            why=why,
            actor=actor,
            project_id=generation.project_id,
            evidence=evidence,
        )
        show(moved, message)
    assign(attempt, changes)  # not before the rows: whoever catches an error asks it what is true
    return True


def assign(attempt: Attempt, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(attempt, name, value)


def show(attempt: Attempt, message: str, *, progress: float | None = None) -> None:
    """Copy what the member sees to the generation and wake the open pages; inside the caller's transaction."""
    generation = attempt.generation
    if generation.attempts.filter(number__gt=attempt.number).exists():
        return  # a newer try decides what the card says
    state = State(attempt.state)
    status = state.status
    if status is Status.FAILED and attempt.cause == "blocked":
        status = Status.BLOCKED
    fields: dict[str, Any] = {
        "rev": Project.bump(generation.project_id),
        "status": status,
        "message": message,
        "progress": progress,
    }
    if state is State.RUNNING and generation.started_at is None:
        fields["started_at"] = timezone.now()
    fields["ended_at"] = timezone.now() if state in FINAL else None
    Generation.objects.filter(pk=generation.pk).update(**fields)
    for name, value in fields.items():
        setattr(generation, name, value)


def tell(attempt: Attempt, message: str, *, progress: float | None = None) -> None:
    """Change the card's words or progress without changing the state; writes only what is new, and still so."""
    generation = attempt.generation
    if generation.message == message and generation.progress == progress:
        return
    with transaction.atomic():
        # While it was read, looked at or cancelled: who moved it has told the card.
        if Attempt.objects.select_for_update().filter(pk=attempt.pk, state=attempt.state).exists():
            show(attempt, message, progress=progress)
