"""Every fault of a provider while the one paid POST is under way: at most one POST, and the outcome that it means."""

import pytest

from generations.jobs import poll, reconcile
from generations.models import Provider
from generations.times import TIMES
from tests.jobs.conftest import Job

from .scenes import ACCEPTED, FAULTS, QUEUED, REJECTED, UNCERTAIN, Fault
from .stage import RULES, Stage, Watch, why

pytestmark = RULES


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_fault_of_a_post_has_its_one_outcome(stage: Stage, watch: Watch, fault: Fault) -> None:
    Provider.objects.update(**fault.provider)
    stage.provider.refresh_from_db()
    job = stage.asked()
    with stage.broken("post", fault):
        job.carry()
        assert job.state == fault.post, why(job)
        calls = stage.peer.connections
        job.carry()  # a bell that rang twice
        assert stage.peer.connections == calls <= 1
    assert (Provider.objects.get().paused_at is not None) == fault.pauses
    then = {QUEUED: again, REJECTED: nothing_more, UNCERTAIN: found, ACCEPTED: watched}[job.state]
    watch.check(posts=then(stage, job, fault))


def again(stage: Stage, job: Job, fault: Fault) -> int:
    """Nothing ran: it waits as long as it should, and then goes out as if for the first time."""
    refused = stage.posts
    low, high = fault.wait
    assert low - 0.5 < job.wait <= high
    assert job.row.rejections == 1
    assert fault.word in job.card.message
    assert "othing was charged" in job.card.message
    if fault.provider:
        return refused
    stage.breathe()
    job.due().carry()
    assert job.state == ACCEPTED
    assert len(stage.tasks) == 1, "one accepted task"
    return refused + 1


def nothing_more(stage: Stage, job: Job, fault: Fault) -> int:
    assert fault.word in job.card.message
    assert job.card.status == (fault.card or "failed")
    job.carry()
    return 1


def found(stage: Stage, job: Job, fault: Fault) -> int:
    """Whatever happens next, it is looked for and never sent again."""
    assert fault.word in why(job)
    assert job.card.status == "attention"
    assert "not send it twice" in job.card.message
    assert 0 >= job.wait > -5
    for _ in range(2):
        job.due().carry()
        poll.poll_due()
        job.due()
        reconcile.sweep()
    taken = bool(stage.tasks) and not fault.provider
    assert job.state == ("running" if taken else UNCERTAIN)
    assert job.wait <= max(TIMES.reconcile, TIMES.look_young) * 1.2
    return 1


def watched(stage: Stage, job: Job, fault: Fault) -> int:
    assert job.row.remote_id == "task-1"
    poll.poll_due()
    return 1


@pytest.mark.parametrize("name", ["reset after the request", "silence", "500", "200 HTML", "1 GiB announced"])
def test_the_card_of_a_doubt_names_its_cause(stage: Stage, name: str) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)
    job = stage.asked()
    with stage.broken("post", fault):
        job.carry()
    assert fault.word in job.card.message
