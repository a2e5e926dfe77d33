"""What is uncertain is resolved by looking: found by its tag, or proved absent, and never sent again."""

import os
import subprocess
import sys
from datetime import timedelta

import psutil
import pytest
from django.utils import timezone

from generations.jobs import reconcile
from generations.jobs.whoami import machine, me, process_of
from generations.models import Attempt, Provider
from generations.times import TIMES
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job
from tests.make import make_generation
from tests.peer import Peer, Reply, Seen


@pytest.fixture
def swallowed(job: Job, ark: Ark) -> Job:
    """The provider took it, and the connection broke before it said so."""

    def create(seen: Seen) -> Reply:
        ark.accept(seen)
        return Reply(drop=True)

    ark.create = create
    job.carry()
    assert job.state == "uncertain"
    ark.create = None
    return job


@pytest.fixture
def vanished(job: Job, ark: Ark) -> Job:
    """The connection broke and the provider took nothing."""
    ark.create = lambda seen: Reply(drop=True)
    job.carry()
    ark.create = None
    return job


def sweep(job: Job) -> None:
    job.due()
    reconcile.sweep()


def past_deadline(job: Job) -> Job:
    return job.set(post_deadline=timezone.now() - timedelta(seconds=1))


def known_neighbour(job: Job) -> Job:
    """Another take that the provider accepted with its tag: the positive control."""
    return Job(make_generation(job.card.project, job.card.user)).carry()


def test_a_tag_in_the_list_brings_it_back(swallowed: Job, peer: Peer) -> None:
    sweep(swallowed)
    assert swallowed.state == "accepted"
    assert swallowed.row.remote_id == "cgt-20260606160057-00000"
    assert len(peer.posts) == 1


def test_absence_needs_two_looks_and_a_positive_control(vanished: Job) -> None:
    past_deadline(vanished)
    sweep(vanished)
    assert "absent_at" not in vanished.row.sightings, "an empty list proves nothing"
    known_neighbour(vanished)
    sweep(vanished)
    assert vanished.state == "uncertain"
    sweep(vanished)
    assert vanished.state == "uncertain", "the second look must be well apart"
    earlier = timezone.now().timestamp() - TIMES.absence_gap - 1
    vanished.set(sightings={"absent_at": earlier})
    sweep(vanished)
    assert vanished.state == "not_accepted"
    assert "did not run" in vanished.card.message


def test_absence_is_not_even_looked_at_before_the_deadline(vanished: Job) -> None:
    known_neighbour(vanished)
    sweep(vanished)
    assert "absent_at" not in vanished.row.sightings


def test_a_list_that_drops_tags_proves_nothing(vanished: Job, ark: Ark) -> None:
    neighbour = known_neighbour(past_deadline(vanished))
    ark.tasks[neighbour.row.remote_id]["safety_identifier"] = ""
    vanished.set(sightings={"absent_at": 1})
    sweep(vanished)
    assert vanished.state == "uncertain"


def test_a_provider_without_tags_stays_with_the_member(vanished: Job, peer: Peer) -> None:
    Provider.objects.update(adds=[])
    before = len(peer.seen)
    sweep(past_deadline(vanished))
    assert vanished.state == "uncertain"
    assert len(peer.seen) == before


def test_a_dead_poster_leaves_uncertainty(job: Job) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host, boot = machine()
    now = timezone.now()
    job.set(
        state="submitting",
        intent_at=now,
        post_deadline=now + timedelta(seconds=60),
        worker={"host": host, "boot": boot, "pid": gone.pid, "started": 1.0},
    )
    reconcile.notice_the_dead()
    assert job.state == "uncertain"


def test_a_live_poster_is_left_alone(job: Job) -> None:
    now = timezone.now()
    job.set(state="submitting", intent_at=now, post_deadline=now + timedelta(seconds=60), worker=me())
    reconcile.notice_the_dead()
    assert job.state == "submitting"


def test_a_stopped_poster_is_ended_before_it_can_wake(job: Job) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        os.kill(sleeper.pid, 19)
        host, boot = machine()
        worker = {"host": host, "boot": boot, "pid": sleeper.pid, "started": psutil.Process(sleeper.pid).create_time()}
        assert process_of(worker) is not None
        now = timezone.now()
        job.set(
            state="submitting",
            intent_at=now,
            post_deadline=now - timedelta(seconds=TIMES.post_grace + 1),
            worker=worker,
        )
        reconcile.notice_the_dead()
        assert job.state == "uncertain"
        assert process_of(worker) is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_poster_on_another_machine_has_longer(job: Job) -> None:
    now = timezone.now()
    elsewhere = {"host": "elsewhere", "boot": "x", "pid": 1, "started": 1.0}
    late = now - timedelta(seconds=TIMES.post_grace + 5)
    job.set(state="submitting", intent_at=now, post_deadline=late, worker=elsewhere)
    reconcile.notice_the_dead()
    assert job.state == "submitting"
    job.set(post_deadline=now - timedelta(seconds=TIMES.post_grace_elsewhere + 1))
    reconcile.notice_the_dead()
    assert job.state == "uncertain"


def test_it_fills_a_slot_while_it_is_uncertain(vanished: Job, peer: Peer) -> None:
    Provider.objects.update(max_concurrent=1)
    other = Job(make_generation(vanished.card.project, vanished.card.user)).carry()
    assert other.state == "queued"
    assert Attempt.objects.in_flight().count() == 1
