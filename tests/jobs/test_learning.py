"""What a provider's list shows of our own tasks is learned for free, and only from what it really shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from generations.jobs import listing, poll, reconcile
from generations.models import Provider
from generations.times import TIMES
from studio.models import Event
from tests.jobs.conftest import Job
from tests.jobs.lister import Lister, lists
from tests.peer import Peer, Reply

SEED = 1_234_567_890


@pytest.fixture
def ark() -> Lister:
    return Lister()


@pytest.fixture
def accepted(job: Job, ark: Lister) -> Job:
    return job.set(seed=SEED).carry()


def shows(job: Job, ark: Lister, **fields: Any) -> None:
    """What the list says of the job's task; None takes a field away."""
    ark.tasks[job.row.remote_id] |= fields


def sweep() -> Provider:
    """A sweep a good while after the one before."""
    Provider.objects.update(listed_at=None)
    reconcile.sweep()
    return Provider.objects.get()


def test_a_tag_in_the_list_is_learned(accepted: Job) -> None:
    provider = sweep()
    assert provider.reconcile == "tag"
    assert provider.learned_at
    event = Event.objects.get(kind="provider", new="learned")
    assert (event.subject, event.old) == (provider.pid, "unknown")


def test_time_model_and_seed_are_learned_once_the_task_has_succeeded(accepted: Job, ark: Lister) -> None:
    shows(accepted, ark, safety_identifier=None)
    assert sweep().reconcile == "unknown", "while it runs, a list may leave things out"
    shows(accepted, ark, status="succeeded")
    assert sweep().reconcile == "fingerprint"


@pytest.mark.parametrize("hidden", [{"seed": None}, {"seed": 7}, {"model": None}])
def test_what_the_list_leaves_out_makes_it_a_matter_of_hand(accepted: Job, ark: Lister, hidden: Any) -> None:
    shows(accepted, ark, safety_identifier=None, status="succeeded", **hidden)
    assert sweep().reconcile == "manual"


def test_a_typed_seed_teaches_nothing_of_drawn_ones(accepted: Job, ark: Lister) -> None:
    shows(accepted, ark, safety_identifier=None, status="succeeded")
    generation = accepted.card
    generation.parameters = generation.parameters | {"seed": SEED}
    generation.save(update_fields=["parameters"])
    assert sweep().reconcile == "manual"


@pytest.mark.parametrize(
    "answer",
    [
        Reply(drop=True),
        Reply(json={"items": [], "total": 0}),
        Reply(500, {"error": {"code": "InternalError", "message": "no"}}),
        Reply(429, {"error": {"code": "RateLimit", "message": "slow down"}}),
        Reply(401, {"error": {"code": "AuthenticationError", "message": "no key"}}),
        Reply(body=b"<html>", headers={"Content-Type": "text/html"}),
    ],
    ids=["dropped", "empty", "500", "429", "401", "html"],
)
def test_trouble_teaches_nothing(accepted: Job, ark: Lister, answer: Reply) -> None:
    ark.list_answer = answer
    provider = sweep()
    assert (provider.reconcile, provider.learned_at) == ("unknown", None)


def test_a_host_without_the_call_is_a_matter_of_hand(accepted: Job, ark: Lister) -> None:
    ark.list_answer = Reply(404, {"error": {"code": "NotFound", "message": "no such path"}})
    assert sweep().reconcile == "manual"


def test_a_provider_without_a_list_is_a_matter_of_hand_unasked(job: Job, peer: Peer) -> None:
    Provider.objects.update(lists=False)
    assert sweep().reconcile == "manual"
    assert peer.seen == []


def test_a_list_that_lags_teaches_nothing_until_it_must_show_the_task(accepted: Job, ark: Lister) -> None:
    del ark.tasks[accepted.row.remote_id]
    ark.put("cgt-other", ago=3600)
    assert sweep().reconcile == "unknown"
    now = timezone.now()
    accepted.set(
        intent_at=now - timedelta(seconds=TIMES.list_lag + 5),
        accepted_at=now - timedelta(seconds=TIMES.list_lag + 1),
    )
    assert sweep().reconcile == "manual"


def test_a_page_that_does_not_reach_back_teaches_nothing(accepted: Job, ark: Lister) -> None:
    del ark.tasks[accepted.row.remote_id]
    ark.put("cgt-other")
    ago = timezone.now() - timedelta(hours=2)
    accepted.set(intent_at=ago, accepted_at=ago)
    assert sweep().reconcile == "unknown"


def test_a_list_that_shows_more_later_is_learned_anew(accepted: Job, ark: Lister) -> None:
    tag = ark.tasks[accepted.row.remote_id]["safety_identifier"]
    shows(accepted, ark, safety_identifier=None, status="succeeded")
    assert sweep().reconcile == "fingerprint"
    shows(accepted, ark, safety_identifier=tag)
    assert sweep().reconcile == "tag"


def test_a_list_that_no_longer_shows_tags_is_learned_anew(accepted: Job, ark: Lister) -> None:
    assert sweep().reconcile == "tag"
    shows(accepted, ark, safety_identifier=None, status="succeeded")
    assert sweep().reconcile == "fingerprint"


def test_an_echo_on_an_ordinary_look_is_believed_until_the_list_has_spoken(accepted: Job, ark: Lister) -> None:
    accepted.due()
    poll.poll_due()
    provider = Provider.objects.get()
    assert (provider.reconcile, provider.learned_at) == ("tag", None)
    ark.list_answer = Reply(404, {"error": {"code": "NotFound", "message": "no such path"}})
    assert sweep().reconcile == "manual"


def test_an_echo_does_not_help_where_there_is_no_list(accepted: Job) -> None:
    Provider.objects.update(lists=False)
    accepted.due()
    poll.poll_due()
    assert Provider.objects.get().reconcile == "unknown"


def test_it_asks_soon_while_it_has_not_learned_and_seldom_afterwards(accepted: Job, peer: Peer) -> None:
    def asks_after(seconds: float) -> bool:
        Provider.objects.update(listed_at=timezone.now() - timedelta(seconds=seconds))
        before = len(lists(peer.seen))
        reconcile.sweep()
        return len(lists(peer.seen)) > before

    assert not asks_after(TIMES.learn - 5)
    assert asks_after(TIMES.learn + 1)
    assert Provider.objects.get().reconcile == "tag"
    assert not asks_after(TIMES.learn + 1)
    assert asks_after(TIMES.orphans + 1)
    Provider.objects.update(learned_at=timezone.now() - timedelta(seconds=TIMES.learned + 1))
    assert asks_after(TIMES.learn + 1), "what was learned a day ago is learned anew"


def test_a_paused_provider_is_left_alone(accepted: Job, peer: Peer) -> None:
    Provider.objects.update(paused_at=timezone.now())
    before = len(lists(peer.seen))
    sweep()
    assert len(lists(peer.seen)) == before


def test_a_clock_that_was_set_back_does_not_silence_it(accepted: Job, peer: Peer) -> None:
    Provider.objects.update(listed_at=timezone.now() + timedelta(days=1))
    reconcile.sweep()
    assert Provider.objects.get().reconcile == "tag"


def test_adopted_tasks_are_no_measure(accepted: Job, ark: Lister) -> None:
    accepted.set(request_sha256="")
    assert sweep().reconcile == "unknown"
    walked = listing.walk({Provider.objects.get(): 0.0})[0]
    assert list(walked.known) == [accepted.row.remote_id]
    assert listing.ahead(walked.known, walked.tasks) is None
