"""What the supervisor reads and clears in the queue's rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ

from generations.jobs import doorbell
from generations.jobs.whoami import me, me_until
from generations.models import Attempt, Pulse
from generations.supervisor import rows
from generations.supervisor.clock import Clock
from generations.supervisor.watch import patience
from tests.make import make_generation

pytestmark = pytest.mark.django_db


def put(queue: str, seconds: float) -> OrmQ:
    """A row of `queue` whose lock lies so many seconds ahead."""
    return OrmQ.objects.create(key=queue, payload="task", lock=timezone.now() + timedelta(seconds=seconds))


def left() -> set[int]:
    return set(OrmQ.objects.values_list("pk", flat=True))


def test_a_lost_session_of_carry_leaves_what_nobody_had_taken() -> None:
    waiting, _taken, tick = put("carry", -1), put("carry", 200), put("look", 20)
    rows.clear("carry")
    assert left() == {waiting.pk, tick.pk}


def test_a_lost_session_of_look_leaves_no_tick() -> None:
    put("look", -1)
    put("look", 20)
    carried = put("carry", 200)
    rows.clear("look")
    assert left() == {carried.pk}


def test_a_lock_further_ahead_than_any_redelivery_is_lifted() -> None:
    right, wrong, tick = put("carry", 350), put("carry", 3600), put("look", 150)
    rows.clamp_locks()
    for row in (right, wrong, tick):
        row.refresh_from_db()
    now = timezone.now()
    assert right.lock > now + timedelta(seconds=300)
    assert wrong.lock <= now
    assert tick.lock <= now


def test_a_tick_waits_until_its_own_row_is_gone() -> None:
    doorbell.ring_tick(7)
    put("look", 10)
    assert rows.is_waiting(7)
    assert not rows.is_waiting(8)
    OrmQ.objects.filter(key="look").delete()
    assert not rows.is_waiting(7)


def test_a_tick_has_come_back_when_the_heart_has_beaten_and_the_row_is_gone() -> None:
    Pulse.objects.create(name="tick", count=41)
    clock = Clock()
    assert clock.step()
    assert clock.number == 42
    Pulse.objects.filter(name="tick").update(count=42, at=timezone.now())
    assert not clock.has_come_back(), "a dead monitor leaves the row"
    OrmQ.objects.all().delete()
    assert clock.has_come_back()


def test_a_row_that_vanished_without_a_beat_has_not_come_back() -> None:
    clock = Clock()
    clock.step()
    OrmQ.objects.all().delete()
    assert not clock.has_come_back()


def test_the_beat_of_another_machine_counts() -> None:
    clock = Clock()
    clock.step()
    OrmQ.objects.all().delete()
    Pulse.objects.create(name="tick", count=900)
    assert clock.has_come_back()


def test_a_missing_tick_is_told_after_some_patience() -> None:
    clock = Clock()
    clock.patience = 0
    assert clock.step()
    assert not clock.step()


def test_a_session_that_had_no_time_for_its_first_tick_leaves_more_to_the_next() -> None:
    clock = Clock()
    waits = [(clock := clock.next()).boot for _ in range(5)]
    assert waits == [60, 120, 240, 240, 240]
    assert clock.step()
    OrmQ.objects.all().delete()
    Pulse.objects.create(name="tick", count=900)
    assert clock.step()
    assert clock.next().boot == 30


@pytest.fixture
def posting(project: Any, alice: Any) -> Attempt:
    now = timezone.now()
    intent = {"state": "submitting", "intent_at": now, "post_deadline": now + timedelta(seconds=60), "worker": me()}
    return make_generation(project, alice, attempt=intent).attempts.get()


def test_a_live_post_is_seen(posting: Attempt) -> None:
    pid = posting.worker["pid"]
    assert rows.posting([pid, pid + 1]) == {pid}
    assert rows.posting([pid + 1]) == set()


def test_a_live_post_is_seen_when_the_clock_goes_forward(posting: Attempt) -> None:
    """It has its time by the clock that nobody sets, whatever the one on the wall says of its deadline."""
    hour_ago = timezone.now() - timedelta(hours=1)
    Attempt.objects.filter(pk=posting.pk).update(worker=me_until(60), post_deadline=hour_ago)
    assert rows.posting([me()["pid"]]) == {me()["pid"]}
    Attempt.objects.filter(pk=posting.pk).update(worker=me_until(-1), post_deadline=hour_ago + timedelta(hours=2))
    assert rows.posting([me()["pid"]]) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"state": "uncertain"},
        {"post_deadline": timezone.now() - timedelta(seconds=1)},
        {"worker": me() | {"started": 1.0}},
        {"worker": me() | {"host": "elsewhere"}},
        {"worker": {}},
    ],
    ids=["left submitting", "deadline over", "pid given away", "other machine", "nobody"],
)
def test_what_is_no_live_post_of_that_process_is_not_spared(posting: Attempt, change: dict[str, Any]) -> None:
    Attempt.objects.filter(pk=posting.pk).update(**change)
    assert rows.posting([me()["pid"]]) == set()


@pytest.mark.django_db(transaction=True)
def test_a_database_outage_is_told_once_and_survived(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> None:
        raise OperationalError("connection refused")

    calmly, done = patience(), []
    for step in (fails, lambda: done.append(1), lambda: done.append(2)):
        calmly(step)
    assert done == [1, 2]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


@pytest.mark.django_db(transaction=True)
def test_an_outage_ends_when_the_database_answers_and_not_before(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise OperationalError("connection refused")

    calmly, done = patience(), []
    with monkeypatch.context() as patch:
        patch.setattr(rows, "beat", fails)
        for step in (fails, lambda: done.append("asked nothing"), fails):
            calmly(step)
    assert not done
    assert len(caplog.records) == 1
    calmly(lambda: done.append("works"))
    assert done == ["works"]


def test_any_other_error_is_not_swallowed() -> None:
    def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        patience()(fails)
