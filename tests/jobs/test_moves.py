"""A worker's copy of a row may be old, or the rows may refuse: cards and copies say what is so."""

import pytest
from django.db import DatabaseError

from generations.jobs import moves, wishes
from generations.models import State
from studio.models import Event
from tests.jobs.conftest import Job


def test_a_worker_with_an_old_copy_leaves_the_card_alone(job: Job) -> None:
    old = job.row
    wishes.cancel(job.card, job.card.user)
    before = job.card
    moves.tell(old, "Waiting for a free slot.")
    assert (job.card.status, job.card.message, job.card.rev) == ("cancelled", before.message, before.rev)


def test_cancelling_with_an_old_copy_is_refused(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    old = job.carry().row
    job.set(state=State.SUCCEEDED)
    monkeypatch.setattr(wishes, "last_attempt", lambda generation: old)
    monkeypatch.setattr(old, "refresh_from_db", lambda: None)
    with pytest.raises(wishes.Refused, match="just changed"):
        wishes.cancel(job.card, job.card.user)
    assert job.row.cancel_asked_at is None


def test_a_copy_changes_after_its_row(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object, **more: object) -> None:
        raise DatabaseError("disk I/O error")

    row = job.row
    monkeypatch.setattr(Event, "record", refuse)
    with pytest.raises(DatabaseError):
        moves.move(row, State.CANCELLED, "cancelled", code="x")
    assert (row.state, row.code, row.ended_at) == ("queued", "", None)
    monkeypatch.undo()
    assert moves.move(row, State.CANCELLED, "cancelled", code="x")
    assert (row.state, row.code) == ("cancelled", "x")
