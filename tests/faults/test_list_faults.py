"""Every fault of a provider's list: while many due tasks are looked at by one call, and while the sweep searches it."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from generations.jobs import poll, reconcile
from generations.models import Attempt, Provider
from generations.times import TIMES
from tests.jobs.conftest import Job

from .raw import head, said
from .scenes import FAULTS, UNCERTAIN, Fault
from .stage import RULES, Stage, Watch, wait_of, why

pytestmark = RULES
DAY = 86400
DELAYS = [fault for fault in FAULTS if fault.look and not fault.name.startswith("404")]
ODD = [fault for fault in FAULTS if fault.listed]
SEARCHED = [fault for fault in FAULTS if fault.look or fault.listed]


def due(stage: Stage) -> list[Job]:
    """As many as are looked at by one list call."""
    return [stage.sent("accepted") for _ in range(poll.LIST_FROM)]


def look() -> list[str]:
    """All are due; the states after it."""
    Attempt.objects.update(next_action_at=timezone.now())
    poll.poll_due()
    return list(Attempt.objects.order_by("pk").values_list("state", flat=True))


def sweep(job: Job) -> Attempt:
    job.due()
    reconcile.sweep()
    return job.row


@pytest.mark.parametrize("fault", DELAYS, ids=str)
def test_each_fault_of_a_list_of_due_tasks_only_delays(stage: Stage, watch: Watch, fault: Fault) -> None:
    due(stage)
    Attempt.objects.update(poll_errors=4)
    with stage.broken("list", fault):
        assert look() == ["accepted"] * 3
        assert Attempt.objects.filter(poll_errors=5).count() == 3
        for row in Attempt.objects.select_related("generation"):
            assert "does not answer" in row.generation.message
            assert str(fault.look) in row.generation.message
            assert 0 < wait_of(row) <= TIMES.look_old * 1.2
    assert Provider.objects.filter(paused_at=None).exists() != fault.pauses
    assert look() == ["running"] * 3
    watch.check(posts=0)


@pytest.mark.parametrize("body", [b"<html>404</html>", b'{"error": {"code": "NotFound", "message": "no such route"}}'])
def test_a_provider_that_has_no_list_is_looked_at_task_by_task(stage: Stage, watch: Watch, body: bytes) -> None:
    """Its 404 speaks of the list, and not of the tasks."""
    jobs = [stage.sent("accepted", accepted_at=timezone.now() - timedelta(hours=1)) for _ in range(poll.LIST_FROM)]
    with stage.broken("list", Fault("no list", said(body, 404))):
        for _ in range(4):
            look()
    assert [job.state for job in jobs] == ["running"] * 3, why(jobs[0])
    watch.check(posts=0)


@pytest.mark.parametrize("fault", ODD, ids=str)
def test_odd_lists_of_due_tasks_are_understood(stage: Stage, watch: Watch, fault: Fault) -> None:
    """What is listed under an odd id is left out, and looked at alone."""
    due(stage)
    with stage.broken("list", fault):
        wanted = "accepted" if fault.word == "larger than" else "running"
        assert look() == [wanted] * 3
    assert look() == ["running"] * 3
    watch.check(posts=0)


@pytest.mark.parametrize("fault", SEARCHED, ids=str)
def test_no_fault_of_the_searched_list_proves_anything(stage: Stage, watch: Watch, fault: Fault) -> None:
    """Not even beside a known neighbour, and when the take was not seen before."""
    stage.sent("accepted", next_action_at=timezone.now() + timedelta(hours=1))
    job = stage.sent(UNCERTAIN, sightings={"absent_at": 1.0})
    with stage.broken("list", fault):
        row = sweep(job)
        assert row.state == UNCERTAIN, why(job)
        assert 0 < wait_of(row) <= TIMES.reconcile
    row = sweep(job)
    assert (row.state, row.remote_id) == ("accepted", "task-2")
    watch.check(posts=0)


# A list that is well-formed, and not what it seems


def listing(stage: Stage, *items: Any, **more: Any) -> Fault:
    return Fault("list", said({"items": list(items)} | more))


def searched(stage: Stage) -> tuple[Job, Job]:
    """A known neighbour, and an uncertain attempt that was already missing once."""
    stage.sent("accepted", next_action_at=timezone.now() + timedelta(hours=1))
    return Job(Attempt.objects.latest("pk").generation), stage.sent(UNCERTAIN, sightings={"absent_at": 1.0})


@pytest.mark.parametrize(
    "odd",
    [None, 17, "task-1", [], {}, {"id": None}, {"id": "task-9"}, {"status": "running"}, {"id": "task-9", "status": {}}],
    ids=str,
)
def test_an_odd_entry_does_not_spoil_the_others(stage: Stage, watch: Watch, odd: Any) -> None:
    jobs = due(stage)
    with stage.broken("list", listing(stage, odd, *(stage.task(job.row.remote_id) for job in jobs), odd)):
        assert look() == ["running"] * 3
    watch.check(posts=0)


def test_a_list_of_strangers_leads_to_looks_alone(stage: Stage, watch: Watch) -> None:
    due(stage)
    with stage.broken("list", listing(stage, {"id": "foreign-1", "status": "failed"})):
        assert look() == ["running"] * 3
    watch.check(posts=0)


def test_the_same_task_twice_with_two_words_ends_nothing_twice(stage: Stage, watch: Watch) -> None:
    jobs = due(stage)
    tasks = [stage.task(job.row.remote_id) for job in jobs]
    with stage.broken("list", listing(stage, *tasks, *(task | {"status": "queued"} for task in tasks))):
        assert look() == ["running"] * 3
    watch.check(posts=0)


def test_a_list_out_of_order_is_searched_all_the_same(stage: Stage, watch: Watch) -> None:
    """Oldest first, over two pages, what is sought on the second: nothing may be concluded from the first."""
    neighbour, job = searched(stage)
    now = int(time.time())
    others = [{"id": f"foreign-{n}", "status": "running", "created_at": now - DAY + n} for n in range(600)]
    sought = [stage.task(one.row.remote_id or "task-2") for one in (neighbour, job)]
    paged(stage, [sought[0], *others, sought[1]])
    assert sweep(job).state in {UNCERTAIN, "accepted"}, why(job)
    watch.check(posts=0)


def paged(stage: Stage, tasks: list[dict[str, Any]]) -> None:
    """The provider's list, in just this order."""
    stage.tasks = {task["id"]: task for task in reversed(tasks)}


def test_ids_that_repeat_over_pages_are_one_task(stage: Stage, watch: Watch) -> None:
    """While one pages, new tasks push old ones onto the next page."""
    _, job = searched(stage)
    sought = stage.task("task-2")
    full = [{"id": f"foreign-{n}", "status": "running", "created_at": int(time.time())} for n in range(499)] + [sought]
    with stage.broken("list", listing(stage, *full)):
        sweep(job)
    assert job.state in {UNCERTAIN, "accepted"}
    assert sweep(job).state == "accepted"
    assert job.row.remote_id == "task-2"
    watch.check(posts=0)


def test_a_tag_at_two_tasks_is_for_a_person(stage: Stage, watch: Watch) -> None:
    _, job = searched(stage)
    stage.tasks["task-3"] = dict(stage.tasks["task-2"])
    assert sweep(job).state == UNCERTAIN
    assert 0 < job.wait <= TIMES.reconcile
    watch.check(posts=0)


def test_a_new_id_that_appears_late_is_found(stage: Stage, watch: Watch) -> None:
    _, job = searched(stage)
    job.set(sightings={})
    late = stage.tasks.pop("task-2")
    assert sweep(job).state == UNCERTAIN, "one absence proves nothing"
    stage.tasks["task-2"] = late
    assert sweep(job).state == "accepted"
    watch.check(posts=0)


def test_a_task_beyond_the_lists_horizon_is_not_proved_absent(stage: Stage, watch: Watch) -> None:
    """Ark lists the last seven days; a studio that was off for longer learns nothing from it."""
    _, job = searched(stage)
    when = timezone.now() - timedelta(days=8)
    job.set(intent_at=when, post_deadline=when, created_at=when)
    del stage.tasks["task-2"]
    assert sweep(job).state == UNCERTAIN, why(job)
    watch.check(posts=0)


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_that_is_off_by_two_days_proves_nothing(stage: Stage, watch: Watch, days: int) -> None:
    """By its stamps the newest page seems old enough to stop at, and what is sought is on the next."""
    _, job = searched(stage)
    now = int(time.time()) + days * DAY
    others = [{"id": f"foreign-{n}", "status": "running", "created_at": now} for n in range(600)]
    known = stage.task("task-1") | {"created_at": now}
    paged(stage, [known, *others, stage.task("task-2") | {"created_at": now - 5}])
    assert sweep(job).state in {UNCERTAIN, "accepted"}, why(job)
    watch.check(posts=0)


def test_a_list_cut_by_its_length_proves_nothing(stage: Stage, watch: Watch) -> None:
    _, job = searched(stage)
    with stage.broken("list", Fault("cut", head(200, Content_Length="14") + b'{"items": []}x')):
        assert sweep(job).state == UNCERTAIN
    watch.check(posts=0)
