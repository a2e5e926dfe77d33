"""The machine's clock is set while work waits: nothing waits for as long again, and nothing is given up for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from generations.jobs import clocks, line, reconcile
from generations.jobs.poll import poll_due
from generations.jobs.tick import tick
from generations.models import Attempt, Gate, Provider, Pulse
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(job: Job, ark: Ark) -> Iterator[time_machine.Traveller]:
    """`clock.shift` sets it; the engine has noted the time before."""
    with time_machine.travel(timezone.now()) as clock:
        clocks.keep_time()
        yield clock
    clocks.tick_began.clear()


def ahead(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


@pytest.mark.parametrize("hours", [1, 25])
def test_what_waits_does_not_wait_for_the_clock(clock: time_machine.Traveller, job: Job, hours: int) -> None:
    job.set(next_action_at=ahead(20), lease="bell", lease_until=ahead(5))
    clock.shift(-timedelta(hours=hours))
    clocks.keep_time()
    assert 19 < job.wait < 21
    assert not Attempt.objects.unheld(timezone.now()).exists()
    assert Attempt.objects.unheld(ahead(6)).exists()


def test_a_provider_rests_no_longer_and_no_shorter(clock: time_machine.Traveller, job: Job) -> None:
    Gate.objects.create(provider=job.row.provider, closed_until=ahead(300), tokens=0)
    clock.shift(-HOUR)
    clocks.keep_time()
    gate = Gate.objects.get()
    assert gate.closed_until is not None
    assert 299 < (gate.closed_until - timezone.now()).total_seconds() < 301
    assert gate.refilled_at <= timezone.now(), "an empty bucket fills again"


def test_a_small_step_moves_nothing(clock: time_machine.Traveller, job: Job) -> None:
    due = job.set(next_action_at=ahead(20)).row.next_action_at
    clock.shift(-50)
    clocks.keep_time()
    assert job.row.next_action_at == due


def test_a_step_is_mended_once(clock: time_machine.Traveller, job: Job) -> None:
    job.set(next_action_at=ahead(20))
    clock.shift(-HOUR)
    clocks.keep_time()
    clocks.keep_time()
    assert 19 < job.wait < 21


def test_the_sweep_and_the_words_of_the_line_go_on(clock: time_machine.Traveller, job: Job, monkeypatch) -> None:
    swept: list[str] = []
    monkeypatch.setattr(reconcile, "sweep", lambda: swept.append("sweep"))
    monkeypatch.setattr(line, "tell_place", lambda attempt: swept.append("line"))
    job.set(next_action_at=ahead(20))
    job.card.__class__.objects.update(message="Waiting for a free slot at nobody.")
    tick(1)
    clock.shift(-HOUR)
    tick(2)
    clock.shift(60)
    swept.clear()
    tick(3)
    assert sorted(swept) == ["line", "sweep"]


def test_a_heartbeat_from_the_future_is_no_sign_of_life(clock: time_machine.Traveller) -> None:
    tick(1)
    clock.shift(-HOUR)
    clocks.keep_time()
    assert all(pulse.at <= timezone.now() for pulse in Pulse.objects.all())


@pytest.mark.parametrize("hours", [25, 24 * 40])
def test_a_rendering_is_not_given_up_for_the_clock(clock: time_machine.Traveller, job: Job, ark: Ark, hours) -> None:
    job.carry()
    clock.shift(timedelta(hours=hours))
    job.due()
    tick(1)
    assert job.state in ("accepted", "running")


def test_nothing_is_given_up_in_the_tick_in_which_the_clock_is_set(
    clock: time_machine.Traveller, job: Job, ark: Ark
) -> None:
    job.carry()
    clocks.keep_time()
    clock.shift(timedelta(hours=25))
    job.due()
    poll_due()
    assert job.state in ("accepted", "running")
    job.due()
    tick(1)
    assert job.state in ("accepted", "running")


def test_a_rendering_is_given_up_when_its_time_was_spent_looking(
    clock: time_machine.Traveller, job: Job, ark: Ark
) -> None:
    job.carry()
    job.set(accepted_at=timezone.now() - timedelta(days=30)).due()
    tick(1)
    assert job.state == "expired"


def test_no_absence_is_proved_by_the_clock(clock: time_machine.Traveller, job: Job) -> None:
    now = timezone.now()
    seen = {"absent_at": now.timestamp(), "candidates": []}
    job.set(state="uncertain", intent_at=now, post_deadline=now, sightings=seen)
    clock.shift(HOUR)
    clocks.keep_time()
    assert job.row.sightings == {"candidates": []}


def test_machines_with_clocks_of_their_own_leave_each_other_alone(
    clock: time_machine.Traveller, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    Provider.objects.update(test_asked_at=ahead(10))
    due = job.set(next_action_at=ahead(20)).row.next_action_at
    clock.shift(-HOUR)
    monkeypatch.setattr(clocks, "machine", lambda: ("another", "boot"))
    clocks.keep_time()
    clocks.keep_time()
    assert job.row.next_action_at == due
