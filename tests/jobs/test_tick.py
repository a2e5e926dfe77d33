"""The tick rings for what nobody carries, and says that it lives."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from generations.jobs import disk, gate
from generations.jobs.carry import carry
from generations.jobs.tick import tick
from generations.jobs.whoami import me
from generations.models import Attempt, Gate, Provider, Pulse
from generations.times import TIMES
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job
from tests.make import make_generation, make_provider
from tests.peer import Peer, Reply


def rung() -> list[int]:
    return [row.task["args"][0] for row in OrmQ.objects.order_by("pk")]


def test_it_rings_for_what_is_due_and_only_once(job: Job) -> None:
    tick(1)
    tick(2)
    assert rung() == [job.row.pk]


def test_it_rings_in_order_for_the_free_slots(job: Job) -> None:
    Provider.objects.update(max_concurrent=2)
    rows = [job] + [Job(make_generation(job.card.project, job.card.user)) for _ in range(3)]
    tick(1)
    assert rung() == [rows[0].row.pk, rows[1].row.pk]


def test_its_heartbeat_comes_last(job: Job) -> None:
    tick(7)
    pulse = Pulse.objects.get(name="tick")
    assert pulse.count == 7
    assert timezone.now() - pulse.at < timedelta(seconds=5)


def test_one_broken_part_does_not_stop_the_rest(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generations.jobs.poll.asks_for", None)
    job.carry().due()
    tick(3)
    assert Pulse.objects.get(name="tick").count == 3


def test_a_full_disk_stops_new_work(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free", lambda folder: 0)
    tick(1)
    assert rung() == []


def test_an_abandoned_download_is_taken_up(job: Job) -> None:
    job.carry()
    job.set(state="fetching", lease="gone", lease_until=timezone.now() - timedelta(seconds=1))
    tick(1)
    assert rung() == [job.row.pk]


def test_a_dead_workers_download_is_taken_up_at_once(job: Job) -> None:
    job.carry()
    gone = me() | {"started": 1.0}
    job.set(state="fetching", lease="gone", lease_until=timezone.now() + timedelta(seconds=100), worker=gone)
    tick(1)
    assert rung() == [job.row.pk]


def test_downloads_leave_a_worker_to_send(job: Job, ark: Ark) -> None:
    """Three large ones may take minutes, and members wait for what the fourth sends."""
    waiting = Attempt.objects.get()
    for number in range(3):
        Attempt.objects.create(
            generation=waiting.generation,
            provider=waiting.provider,
            number=number + 2,
            state="fetching",
            intent_at=timezone.now(),
            remote_id=f"task-{number}",
            lease=f"other {number}",
            lease_until=timezone.now() + timedelta(seconds=100),
            worker=me(),
        )
    Attempt.objects.filter(pk=waiting.pk).update(
        state="succeeded", next_action_at=timezone.now(), intent_at=timezone.now(), remote_id="task-3"
    )
    tick(1)
    carry(waiting.pk)
    assert rung() == []
    assert Attempt.objects.get(pk=waiting.pk).state == "succeeded"
    Attempt.objects.filter(lease="other 0").update(state="stored")
    tick(1)
    assert rung() == [waiting.pk]


def test_a_live_workers_download_is_left_alone(job: Job) -> None:
    job.carry()
    job.set(state="fetching", lease="held", lease_until=timezone.now() + timedelta(seconds=100), worker=me())
    tick(1)
    assert rung() == []


def test_gates_without_a_key_hide_no_other(job: Job) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    for number in range(10):
        keyless = make_provider(key="", trashed_at=long_ago if number % 2 else None)
        Gate.objects.create(provider=keyless, tokens=1, closed_until=long_ago)
    Gate.objects.create(provider=job.row.provider, tokens=1, closed_until=timezone.now())
    tick(1)
    tick(2)
    assert Gate.objects.get(provider=job.row.provider).closed_until is None


def test_a_breaker_opens_and_a_free_look_closes_it(job: Job, ark: Ark) -> None:
    provider = Provider.objects.get()
    for _ in range(5):
        gate.failed(provider)
    assert Gate.objects.get().closed_until is not None
    job.carry()
    assert job.state == "queued", "nothing paid is sent through an open breaker"
    Gate.objects.update(closed_until=timezone.now())
    tick(1)
    assert Gate.objects.get().closed_until is None
    job.due().carry()
    assert job.state == "accepted"


def test_nobody_sends_before_the_time_that_the_provider_asked_for(job: Job, ark: Ark, peer: Peer) -> None:
    ark.create = lambda seen: Reply(
        429, {"error": {"code": "RateLimit", "message": "slow"}}, headers={"Retry-After": "7"}
    )
    job.carry()
    other = make_generation(job.card.project, job.card.user, job.row.provider)
    carry(other.attempts.get().pk)
    assert len(peer.posts) == 1, "the other take waits too"
    closed_until = Gate.objects.get().closed_until
    assert closed_until is not None
    assert 5 < (closed_until - timezone.now()).total_seconds() <= 7


def test_after_a_free_look_one_order_goes_ahead(job: Job, ark: Ark, peer: Peer) -> None:
    provider = job.row.provider
    ark.create = lambda seen: Reply(429, {"error": {"code": "RateLimit", "message": "slow"}})
    for _ in range(TIMES.breaker_failures):
        gate.failed(provider)
    Gate.objects.update(closed_until=timezone.now())
    first = Gate.objects.get().opened
    tick(1)
    assert Gate.objects.get().closed_until is None
    job.due().carry()
    gate_row = Gate.objects.get()
    assert len(peer.posts) == 1
    assert gate_row.closed_until is not None, "its refusal closes the breaker at once"
    assert gate_row.opened == first + 1


def test_an_order_that_is_taken_resets_the_breaker(job: Job) -> None:
    Gate.objects.create(provider=job.row.provider, tokens=1, failures=4, opened=3)
    job.carry()
    assert job.state == "accepted"
    assert (Gate.objects.get().failures, Gate.objects.get().opened) == (0, 0)


def test_an_order_that_is_taken_ends_no_pause(job: Job) -> None:
    provider = job.row.provider
    gate.failed(provider, rest=40)
    paused = Gate.objects.get().closed_until
    gate.succeeded(provider)
    row = Gate.objects.get()
    assert row.failures == 0
    assert row.closed_until == paused, "another order's answer asked for it"


def test_a_look_ends_only_the_pause_that_it_was_about(job: Job) -> None:
    provider = job.row.provider
    gate.failed(provider, rest=1)
    paused = Gate.objects.get().closed_until
    gate.failed(provider, rest=40)  # the answer to an order that was on its way
    longer = Gate.objects.get().closed_until
    for is_back in (True, False):
        gate.looked(provider, paused, is_back)
        assert Gate.objects.get().closed_until == longer
    gate.looked(provider, longer, True)
    assert Gate.objects.get().closed_until is None


def test_while_a_provider_refuses_the_least_refused_goes_first(job: Job) -> None:
    Provider.objects.update(max_concurrent=1)
    second = Job(make_generation(job.card.project, job.card.user))
    job.set(rejections=3)
    gate.failed(job.row.provider)
    tick(1)
    assert rung() == [second.row.pk]


def test_in_quiet_times_the_line_keeps_its_order(job: Job) -> None:
    Provider.objects.update(max_concurrent=1)
    make_generation(job.card.project, job.card.user)
    job.set(rejections=3)
    tick(1)
    assert rung() == [job.row.pk]
