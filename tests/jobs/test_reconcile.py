"""What is uncertain is resolved by looking: found in the list, or proved absent from it, and never sent again."""

import os
import subprocess
import sys
from datetime import timedelta

import psutil
import pytest
from django.utils import timezone

from generations.jobs import listing, reconcile
from generations.jobs.whoami import machine, me, me_until, process_of, started
from generations.models import Attempt, Generation, Provider
from generations.times import TIMES
from tests.jobs.conftest import Job
from tests.jobs.lister import Lister, lists
from tests.make import make_generation
from tests.peer import Peer, Reply, Seen

DAY = 86_400


@pytest.fixture
def ark() -> Lister:
    return Lister()


def swallow(job: Job, ark: Lister) -> Job:
    """The provider takes it, and the connection breaks before it says so."""

    def create(seen: Seen) -> Reply:
        ark.accept(seen)
        return Reply(drop=True)

    ark.create = create
    job.carry()
    assert job.state == "uncertain"
    ark.create = None
    return job


@pytest.fixture
def swallowed(job: Job, ark: Lister) -> Job:
    return swallow(job, ark)


@pytest.fixture
def vanished(job: Job, ark: Lister) -> Job:
    """The connection broke and the provider took nothing."""
    ark.create = lambda seen: Reply(drop=True)
    job.carry()
    ark.create = None
    return job


def sweep(*jobs: Job) -> None:
    for job in jobs:
        job.due()
    Provider.objects.update(listed_at=timezone.now())  # what else the sweep looks for is tested elsewhere
    reconcile.sweep()


def past_deadline(job: Job) -> Job:
    return job.set(post_deadline=timezone.now() - timedelta(seconds=1))


def beside(job: Job, **fields: object) -> Job:
    """Another take at the same provider, not yet sent."""
    return Job(make_generation(job.card.project, job.card.user, job.card.provider, **fields))


def known_neighbour(job: Job) -> Job:
    """Another take that the provider accepted with its tag: the positive control."""
    return beside(job).carry()


def seen_absent_before(job: Job) -> Job:
    return job.set(sightings={"absent_at": timezone.now().timestamp() - TIMES.absence_gap - 1})


# by its tag


def test_a_tag_in_the_list_brings_it_back(swallowed: Job, peer: Peer) -> None:
    sweep(swallowed)
    assert swallowed.state == "accepted"
    assert swallowed.row.remote_id == "cgt-20260606160057-00000"
    assert len(peer.posts) == 1


def test_one_walk_serves_all_that_is_uncertain_at_a_provider(swallowed: Job, ark: Lister, peer: Peer) -> None:
    Provider.objects.update(max_concurrent=10)
    jobs = [swallowed] + [swallow(beside(swallowed), ark) for _ in range(4)]
    before = len(peer.seen)
    swallowed.due()
    Attempt.objects.exclude(pk=swallowed.row.pk).update(next_action_at=timezone.now() + timedelta(hours=1))
    Provider.objects.update(listed_at=timezone.now())
    reconcile.sweep()
    assert [one.state for one in jobs] == ["accepted"] * 5
    assert len(lists(peer.seen[before:])) == 2, "one page, and the empty one that ends the list"


def test_a_walk_ends_where_nothing_of_ours_can_be(swallowed: Job, ark: Lister, peer: Peer) -> None:
    known_neighbour(swallowed)
    ark.put("cgt-long-ago", ago=DAY)
    before = len(peer.seen)
    sweep(swallowed)
    assert swallowed.state == "accepted"
    assert len(lists(peer.seen[before:])) == 1


def test_ids_repeated_over_pages_are_one_task(swallowed: Job, ark: Lister, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        ark.put(f"cgt-other-{number}")

    def overlapping(query: dict[str, list[str]]) -> Reply:
        items = [ark.task(task_id) for task_id in reversed(ark.tasks)]
        start = 2 * (int(query["page_num"][0]) - 1)
        return Reply(json={"items": items[start : start + 3], "total": len(items)})

    monkeypatch.setattr(ark, "page", overlapping)
    sweep(swallowed)
    assert swallowed.state == "accepted"


def test_a_host_that_caps_its_pages_is_read_to_the_end(swallowed: Job, ark: Lister) -> None:
    for number in range(5):
        ark.put(f"cgt-other-{number}", ago=-1)
    ark.most = 2
    sweep(swallowed)
    assert swallowed.state == "accepted"


def test_a_list_out_of_order_is_read_to_the_end(swallowed: Job, ark: Lister) -> None:
    known_neighbour(swallowed)
    for number in range(3):
        ark.put(f"cgt-old-{number}", ago=DAY)
    ark.order, ark.most = "oldest first", 2
    sweep(swallowed)
    assert swallowed.state == "accepted"


def test_a_task_that_the_list_shows_late_is_found_on_the_second_look(swallowed: Job, ark: Lister) -> None:
    known_neighbour(past_deadline(swallowed))
    late = ark.tasks.pop("cgt-20260606160057-00000")
    sweep(swallowed)
    assert "absent_at" in swallowed.row.sightings
    ark.tasks["cgt-20260606160057-00000"] = late
    seen_absent_before(swallowed)
    sweep(swallowed)
    assert swallowed.state == "accepted"


@pytest.mark.parametrize("days", [-2, 2])
def test_a_provider_with_a_wrong_clock_is_searched_far_enough(swallowed: Job, ark: Lister, days: int) -> None:
    ark.ahead = days * DAY
    ark.tasks["cgt-20260606160057-00000"]["created_at"] += days * DAY
    known_neighbour(past_deadline(swallowed))
    for number in range(4):
        ark.put(f"cgt-newer-{number}", ago=-5)
    ark.most = 2
    seen_absent_before(swallowed)
    sweep(swallowed)
    assert swallowed.state == "accepted"


def test_a_silent_list_stops_neither_this_provider_nor_the_next_step(swallowed: Job, ark: Lister) -> None:
    ark.list_answer = Reply(drop=True)
    sweep(swallowed)
    assert swallowed.state == "uncertain"
    assert swallowed.wait > 0
    ark.list_answer = None
    sweep(swallowed)
    assert swallowed.state == "accepted"


# proved absent


def test_absence_needs_two_looks_and_a_positive_control(vanished: Job) -> None:
    past_deadline(vanished)
    sweep(vanished)
    assert "absent_at" not in vanished.row.sightings, "an empty list proves nothing"
    known_neighbour(vanished)
    sweep(vanished)
    assert vanished.state == "uncertain"
    sweep(vanished)
    assert vanished.state == "uncertain", "the second look must be well apart"
    seen_absent_before(vanished)
    sweep(vanished)
    assert vanished.state == "not_accepted"
    assert "did not run" in vanished.card.message


def test_absence_is_not_even_looked_at_before_the_deadline(vanished: Job) -> None:
    known_neighbour(vanished)
    sweep(vanished)
    assert "absent_at" not in vanished.row.sightings


def proved_absent(job: Job) -> bool:
    """Whether one more look, after an absence seen before, ends it."""
    seen_absent_before(past_deadline(job))
    sweep(job)
    return job.state == "not_accepted"


def test_a_list_that_drops_tags_proves_nothing(vanished: Job, ark: Lister) -> None:
    neighbour = known_neighbour(vanished)
    ark.tasks[neighbour.row.remote_id]["safety_identifier"] = ""
    assert not proved_absent(vanished)


def test_a_list_that_turns_no_pages_proves_nothing(vanished: Job, ark: Lister) -> None:
    known_neighbour(vanished)
    ark.order = "no pages"
    assert not proved_absent(vanished)


def test_a_list_that_lags_behind_proves_nothing(vanished: Job, ark: Lister) -> None:
    known_neighbour(vanished)
    newest = known_neighbour(vanished)
    newest.set(accepted_at=timezone.now() - timedelta(seconds=TIMES.absence_gap + 5))
    hidden = ark.tasks.pop(newest.row.remote_id)
    assert not proved_absent(vanished)
    ark.tasks[newest.row.remote_id] = hidden
    assert proved_absent(vanished)


def test_the_list_of_another_account_proves_nothing(vanished: Job, ark: Lister) -> None:
    provider = vanished.card.provider
    provider.set_key("sk-of-another-account")
    provider.save()
    known_neighbour(vanished)
    assert not proved_absent(vanished)


def test_a_sibling_of_a_clock_that_was_fast_proves_nothing(swallowed: Job, ark: Lister) -> None:
    """The provider shows no tag while a task waits or runs, so that its time decides."""
    mine = ark.tasks["cgt-20260606160057-00000"]
    mine |= {"status": "running", "safety_identifier": None, "seed": None}
    for fast in (0, TIMES.clocks / 2):
        neighbour = known_neighbour(swallowed)
        ark.tasks[neighbour.row.remote_id]["status"] = "succeeded"
        neighbour.set(intent_at=timezone.now() + timedelta(seconds=fast))
    assert not proved_absent(swallowed)


def test_an_endpoint_whose_name_nobody_knows_is_not_proved_absent(swallowed: Job, ark: Lister) -> None:
    Generation.objects.filter(pk=swallowed.card.pk).update(model_id="ep-20261121")
    ark.tasks["cgt-20260606160057-00000"] |= {"status": "running", "safety_identifier": None, "seed": None}
    neighbour = known_neighbour(swallowed)
    ark.tasks[neighbour.row.remote_id]["status"] = "succeeded"
    assert not proved_absent(swallowed)


def test_a_control_of_another_week_proves_nothing(vanished: Job) -> None:
    neighbour = known_neighbour(vanished)
    neighbour.set(accepted_at=timezone.now() - timedelta(days=3))
    assert not proved_absent(vanished)


def test_a_running_task_that_shows_no_tag_yet_may_be_it(swallowed: Job, ark: Lister) -> None:
    """Ark shows `safety_identifier` when a task has ended, not before (docs/protocols.md A.7)."""
    neighbour = known_neighbour(swallowed)
    ark.tasks[neighbour.row.remote_id]["status"] = "succeeded"
    mine = ark.tasks["cgt-20260606160057-00000"]
    tag = mine.pop("safety_identifier")
    assert not proved_absent(swallowed)
    assert "absent_at" not in swallowed.row.sightings, "the count begins anew"
    mine |= {"safety_identifier": tag, "status": "succeeded"}
    sweep(swallowed)
    assert swallowed.state == "accepted"


def test_what_was_sent_without_a_tag_is_never_absent(vanished: Job) -> None:
    known_neighbour(vanished)
    request = vanished.row.request
    request["body"].pop("safety_identifier")
    vanished.set(request=request)
    assert not proved_absent(vanished)


@pytest.mark.parametrize("days", [-2, 2])
def test_a_wrong_clock_alone_proves_nothing(vanished: Job, ark: Lister, days: int) -> None:
    """Foreign tasks fill the first page; how far the list reaches back is measured at our own, not by its clock."""
    ark.ahead = days * DAY
    for number in range(4):
        ark.put(f"cgt-foreign-{number}", safety_identifier="theirs")
    ark.most = 2
    assert not proved_absent(vanished)
    known_neighbour(vanished)
    assert proved_absent(vanished)


def test_what_is_older_than_the_list_is_left_to_the_member(vanished: Job) -> None:
    known_neighbour(vanished)
    ago = timezone.now() - listing.HORIZON - timedelta(hours=1)
    vanished.set(intent_at=ago)
    assert not proved_absent(vanished)
    assert vanished.row.next_action_at is None, "the studio does not ask for ever"


def test_the_looks_grow_rarer(vanished: Job) -> None:
    sweep(vanished)
    assert TIMES.reconcile - 2 < vanished.wait <= TIMES.reconcile
    vanished.set(intent_at=timezone.now() - timedelta(hours=2))
    sweep(vanished)
    assert 700 < vanished.wait <= 721


# by its fingerprint


@pytest.fixture
def plain(job: Job, ark: Lister) -> Job:
    """Taken by a provider to which the studio sends no tag, with a seed that was drawn for it."""
    Provider.objects.update(adds=["seed"])
    return swallow(job.set(seed=1_234_567_890), ark)


def test_time_model_and_seed_bring_it_back(plain: Job, ark: Lister) -> None:
    ark.put("cgt-foreign", seed=99)
    sweep(plain)
    assert plain.state == "accepted"
    assert plain.row.remote_id == "cgt-20260606160057-00000"


def test_without_the_seed_the_member_is_shown_what_it_may_be(plain: Job, ark: Lister) -> None:
    ark.tasks["cgt-20260606160057-00000"]["seed"] = None
    ark.put("cgt-another-model", model="seedance-of-yesterday")
    ark.put("cgt-yesterday", ago=DAY)
    rev = plain.card.project.rev
    sweep(plain)
    assert plain.state == "uncertain"
    assert [one["id"] for one in plain.row.sightings["candidates"]] == ["cgt-20260606160057-00000"]
    assert plain.card.project.rev == plain.card.rev > rev, "open pages show them"
    rev = plain.card.project.rev
    sweep(plain)
    assert plain.card.project.rev == rev, "nothing new wakes nobody"


def test_candidates_outlive_a_list_that_breaks(plain: Job, ark: Lister) -> None:
    ark.tasks["cgt-20260606160057-00000"]["seed"] = None
    sweep(plain)
    ark.list_answer = Reply(503, {"error": {"code": "Busy", "message": "later"}})
    sweep(plain)
    assert plain.row.sightings["candidates"]
    ark.list_answer = None
    del ark.tasks["cgt-20260606160057-00000"]
    ark.put("cgt-yesterday", ago=DAY)
    sweep(plain)
    assert "candidates" not in plain.row.sightings


def test_a_typed_seed_is_no_proof(plain: Job) -> None:
    Generation.objects.update(parameters=plain.card.parameters | {"seed": 1_234_567_890})
    sweep(plain)
    assert plain.state == "uncertain"
    assert len(plain.row.sightings["candidates"]) == 1


def test_a_seed_that_was_sent_twice_is_no_proof(plain: Job, ark: Lister) -> None:
    twin = swallow(beside(plain, attempt={"seed": 1_234_567_890}), ark)
    sweep(plain, twin)
    for one in (plain, twin):
        assert one.state == "uncertain"
        assert len(one.row.sightings["candidates"]) == 2


def test_an_endpoint_is_known_by_the_name_that_our_other_tasks_have(plain: Job, ark: Lister) -> None:
    Generation.objects.update(model_id="ep-20261121")
    sweep(plain)
    assert plain.state == "uncertain"
    neighbour = beside(plain, model_id="ep-20261121").carry()
    ark.tasks[neighbour.row.remote_id]["model"] = "doubao-seedance-2-0-260128"
    sweep(plain)
    assert plain.state == "accepted"


def test_a_provider_without_a_list_stays_with_the_member(vanished: Job, peer: Peer) -> None:
    Provider.objects.update(adds=[], lists=False)
    before = len(peer.seen)
    sweep(past_deadline(vanished))
    assert vanished.state == "uncertain"
    assert len(peer.seen) == before


# who holds the POST


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


def test_a_live_poster_is_left_alone_when_the_clock_is_set(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel tells when a process began by the time of boot, which moves with the clock."""
    now = timezone.now()
    job.set(state="submitting", intent_at=now, post_deadline=now + timedelta(seconds=60), worker=me())
    began = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: began(process) + 3600)
    reconcile.notice_the_dead()
    assert job.state == "submitting"


def test_a_live_poster_is_left_alone_when_the_clock_goes_forward(job: Job) -> None:
    hour_ago = timezone.now() - timedelta(hours=1)
    job.set(state="submitting", intent_at=hour_ago, post_deadline=hour_ago, worker=me_until(60))
    reconcile.notice_the_dead()
    assert job.state == "submitting"


def test_a_stopped_poster_is_ended_before_it_can_wake(job: Job) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        os.kill(sleeper.pid, 19)
        host, boot = machine()
        worker = {"host": host, "boot": boot, "pid": sleeper.pid, "started": started(sleeper.pid)}
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


def test_it_gives_its_slot_back_when_no_take_lasts_so_long(vanished: Job, peer: Peer) -> None:
    Provider.objects.update(max_concurrent=1, lists=False)
    other = Job(make_generation(vanished.card.project, vanished.card.user)).carry()
    assert other.state == "queued"
    vanished.set(intent_at=timezone.now() - timedelta(seconds=TIMES.longest + 1))
    other.set(next_action_at=timezone.now())
    assert other.carry().state == "accepted"
    assert vanished.state == "uncertain"
