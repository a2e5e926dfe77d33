"""What a member may ask of a take afterwards, and what each click may cost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from generations.jobs import poll, wishes
from generations.models import Attempt, Generation, Provider
from generations.times import TIMES
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job
from tests.peer import Peer, Reply


@pytest.fixture
def uncertain(job: Job, ark: Ark) -> Job:
    ark.create = lambda seen: Reply(drop=True)
    job.carry()
    ark.create = None
    return job


def test_cancelling_in_the_queue_sends_nothing_ever(job: Job, peer: Peer) -> None:
    wishes.cancel(job.card, job.card.user)
    assert job.state == "cancelled"
    job.carry()
    assert not peer.seen


def test_cancelling_what_waits_at_the_provider_asks_it(job: Job, ark: Ark, peer: Peer) -> None:
    ark.status = "queued"
    job.carry()
    wishes.cancel(job.card, job.card.user)
    job.carry()
    assert job.state == "cancelled"
    assert [seen.method for seen in peer.seen] == ["POST", "GET", "DELETE", "GET"]


def test_cancelling_what_runs_says_that_it_may_cost(job: Job, peer: Peer) -> None:
    job.carry()
    wishes.cancel(job.card, job.card.user)
    job.carry()
    assert job.state == "running"
    assert "may be charged" in job.card.message
    assert "DELETE" not in [seen.method for seen in peer.seen]


def test_a_finished_task_is_never_deleted(job: Job, ark: Ark, peer: Peer) -> None:
    job.carry()
    wishes.cancel(job.card, job.card.user)
    ark.status = "succeeded"
    job.carry()
    assert job.state == "succeeded"
    assert "DELETE" not in [seen.method for seen in peer.seen]


def test_sending_again_is_a_new_attempt_of_the_same_card(uncertain: Job, peer: Peer) -> None:
    wishes.send_again(uncertain.card, uncertain.card.user)
    assert [row.state for row in Attempt.objects.order_by("number")] == ["not_accepted", "queued"]
    uncertain.carry()
    assert uncertain.state == "accepted"
    assert uncertain.card.status == "rendering"
    assert len(peer.posts) == 2
    assert peer.posts[0].json["safety_identifier"] != peer.posts[1].json["safety_identifier"]


def test_two_who_press_send_again_at_once_buy_one_take(uncertain: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    card = uncertain.card
    uncertain.set(state="not_accepted", next_action_at=None)
    seen_by_both = wishes.last_attempt(card)
    wishes.send_again(card, card.user)
    monkeypatch.setattr(wishes, "last_attempt", lambda generation: seen_by_both)
    with pytest.raises(wishes.Refused, match="already"):
        wishes.send_again(card, card.user)
    assert Attempt.objects.count() == 2


def test_a_retry_that_was_sent_again_is_still_one_retry(job: Job, ark: Ark) -> None:
    ark.create = lambda seen: Reply(400, {"error": {"code": "InvalidParameter", "message": "no"}})
    job.carry()
    made = wishes.retry(job.card, job.card.user)
    Attempt.objects.filter(generation=made).update(state="rejected", next_action_at=None)
    wishes.send_again(made, made.user)
    assert wishes.retry(job.card, job.card.user) == made


def test_nothing_on_its_way_is_sent_again(job: Job) -> None:
    job.carry()
    with pytest.raises(wishes.Refused, match="charged twice"):
        wishes.send_again(job.card, job.card.user)


def test_a_member_can_name_the_task(uncertain: Job, ark: Ark) -> None:
    ark.tasks["cgt-by-hand"] = {"model": "m"}
    wishes.it_is(uncertain.card, " cgt-by-hand ", uncertain.card.user)
    uncertain.due()
    poll.poll_due()
    assert uncertain.state == "running"


@pytest.mark.parametrize("text", ["", "../x", "a b", "x" * 201])
def test_nonsense_is_no_task_id(uncertain: Job, text: str) -> None:
    with pytest.raises(wishes.Refused, match="no task id"):
        wishes.it_is(uncertain.card, text, uncertain.card.user)


def test_an_expired_take_can_be_looked_at_again(job: Job, ark: Ark) -> None:
    job.carry().due()
    ark.status = "expired"
    poll.poll_due()
    assert job.state == "expired"
    ark.status = "running"
    wishes.check_again(job.card, job.card.user)
    poll.poll_due()
    assert job.state == "running"


def test_a_retry_is_a_new_card_and_a_double_click_is_one(job: Job, ark: Ark) -> None:
    ark.create = lambda seen: Reply(400, {"error": {"code": "InvalidParameter", "message": "no"}})
    job.carry()
    first = wishes.retry(job.card, job.card.user)
    second = wishes.retry(job.card, job.card.user)
    assert first.pk == second.pk != job.pk
    assert Generation.objects.count() == 2


def test_nothing_is_sent_again_to_a_provider_that_was_removed(uncertain: Job, peer: Peer) -> None:
    Provider.objects.update(trashed_at=timezone.now())
    posts = len(peer.posts)
    for wish in (wishes.send_again, wishes.retry):
        with pytest.raises(wishes.Refused):
            wish(uncertain.card, uncertain.card.user)
    uncertain.set(state="not_accepted", next_action_at=None)
    Generation.objects.update(status="failed")
    for wish in (wishes.send_again, wishes.retry):
        with pytest.raises(wishes.Refused, match="removed by an admin"):
            wish(uncertain.card, uncertain.card.user)
    assert len(peer.posts) == posts


@pytest.mark.parametrize(("typed", "is_kept"), [({"seed": 100}, True), ({}, False)])
def test_a_retry_keeps_a_typed_seed_and_draws_its_own(job: Job, ark: Ark, typed: dict[str, int], is_kept: bool) -> None:
    Generation.objects.update(parameters=job.card.parameters | typed)
    job.set(seed=102)
    ark.create = lambda seen: Reply(400, {"error": {"code": "InvalidParameter", "message": "no"}})
    job.carry()
    seed = wishes.retry(job.card, job.card.user).attempts.get().seed
    assert seed is not None
    assert (seed == 102) is is_kept


def test_an_open_take_is_not_retried(job: Job) -> None:
    with pytest.raises(wishes.Refused, match="still on its way"):
        wishes.retry(job.card, job.card.user)


def test_what_was_seen_to_run_is_not_taken_for_waiting_again(job: Job, ark: Ark, peer: Peer) -> None:
    ark.status = "running"
    job.carry().due()
    poll.poll_due()
    ark.status = "queued"  # a replica that lags: the task may be about to end
    wishes.cancel(job.card, job.card.user)
    job.carry()
    assert "DELETE" not in [seen.method for seen in peer.seen]
    assert job.state == "running"


def test_a_look_that_is_old_deletes_nothing(
    job: Job, ark: Ark, peer: Peer, stand_still: Callable[[str, float], None]
) -> None:
    ark.status = "queued"
    job.carry()
    wishes.cancel(job.card, job.card.user)
    stand_still("cancel.before_delete", TIMES.cancel_look + 1)
    job.carry()
    assert [seen.method for seen in peer.seen] == ["POST", "GET", "GET"]
    assert job.state == "accepted"
    assert "Cancel it again" in job.card.message


def test_a_wish_to_stop_outlives_its_worker(job: Job, ark: Ark, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    ark.status = "queued"
    job.carry()
    wishes.cancel(job.card, job.card.user)

    class Killed(BaseException):
        pass

    def die(attempt: Attempt) -> None:
        Attempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now())
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("generations.jobs.cancel.release", lambda attempt: None)
        patch.setattr("generations.jobs.cancel.stop", die)
        with pytest.raises(Killed):
            job.carry()
    job.carry()
    assert job.state == "cancelled"


def test_one_worker_alone_stops_a_task(job: Job, ark: Ark, peer: Peer) -> None:
    ark.status = "queued"
    job.carry()
    wishes.cancel(job.card, job.card.user)
    job.set(lease="cancel", lease_until=timezone.now() + timedelta(seconds=30)).carry()
    assert "DELETE" not in [seen.method for seen in peer.seen]
