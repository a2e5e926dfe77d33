"""What a look means: words, grace, deadlines. Nothing that a poll hears fails a job that may still end well."""

from datetime import timedelta

import pytest
from django.utils import timezone

from generations.catalog import MODELS
from generations.jobs import poll
from generations.models import Attempt, Generation, Provider
from generations.times import TIMES
from studio.models import Event
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job
from tests.make import make_generation
from tests.peer import Peer, Reply


@pytest.fixture
def accepted(job: Job) -> Job:
    return job.carry().due()


def look(job: Job) -> None:
    job.due()
    poll.poll_due()


def test_running_is_shown_as_rendering(accepted: Job, ark: Ark) -> None:
    look(accepted)
    assert accepted.state == "running"
    assert accepted.card.status == "rendering"
    assert accepted.card.started_at is not None


def test_queued_there_stays_accepted_here(accepted: Job, ark: Ark) -> None:
    ark.status = "queued"
    look(accepted)
    assert accepted.state == "accepted"


def test_success_goes_on_to_the_download(accepted: Job, ark: Ark) -> None:
    ark.status, ark.extra = "succeeded", {"seed": 42, "usage": {"completion_tokens": 7}}
    look(accepted)
    assert accepted.state == "succeeded"
    assert accepted.card.status == "saving"
    assert accepted.row.result["facts"]["seed"] == 42


def test_signed_addresses_never_reach_what_is_shown(accepted: Job, ark: Ark) -> None:
    ark.status = "succeeded"
    look(accepted)
    assert "secret" in accepted.row.result["video_url"]
    assert "secret" not in str(accepted.row.answer) + str(list(Event.objects.values()))


@pytest.mark.parametrize("word", ["thinking", "", None, "UNKNOWN", "pre_processing"])
def test_an_unknown_word_means_still_running(accepted: Job, ark: Ark, word: str | None) -> None:
    ark.extra = {"status": word}
    look(accepted)
    assert accepted.state in {"accepted", "running"}


def test_a_failure_says_why(accepted: Job, ark: Ark) -> None:
    ark.status, ark.extra = "failed", {"error": {"code": "InternalServiceError", "message": "GPU on fire"}}
    look(accepted)
    assert accepted.state == "failed"
    assert "GPU on fire" in accepted.card.message
    assert accepted.card.status == "failed"


def test_a_moderated_result_reads_as_blocked(accepted: Job, ark: Ark) -> None:
    ark.status = "failed"
    ark.extra = {"error": {"code": "OutputVideoSensitiveContentDetected", "message": "no"}}
    look(accepted)
    assert accepted.card.status == "blocked"


def test_the_providers_own_expiry_ends_it(accepted: Job, ark: Ark) -> None:
    ark.status = "expired"
    look(accepted)
    assert accepted.state == "expired"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, {"error": {"message": "x"}}),
        Reply(502, body=b"<html>"),
        Reply(200, body=b"<html>"),
        Reply(drop=True),
        Reply(429, {}),
    ],
    ids=["500", "502", "html", "drop", "429"],
)
def test_trouble_while_looking_only_delays(accepted: Job, ark: Ark, reply: Reply) -> None:
    ark.see = lambda seen: reply
    for _ in range(7):
        look(accepted)
    assert accepted.state == "accepted"
    assert accepted.row.poll_errors == 7
    assert "does not answer" in accepted.card.message
    ark.see = None
    look(accepted)
    assert accepted.state == "running"
    assert accepted.row.poll_errors == 0


def test_a_young_task_may_be_missing_for_a_while(accepted: Job, ark: Ark) -> None:
    ark.tasks.clear()
    for _ in range(4):
        look(accepted)
    assert accepted.state == "accepted"
    accepted.set(accepted_at=timezone.now() - timedelta(seconds=TIMES.missing_grace + 1))
    look(accepted)
    assert accepted.state == "expired", "a member may have it looked for again"
    assert "no longer knows" in accepted.card.message


def test_success_without_an_address_is_looked_at_again_then_left_to_the_member(accepted: Job, ark: Ark) -> None:
    ark.extra = {"status": "succeeded", "content": {}}
    for _ in range(TIMES.no_url_looks):
        look(accepted)
        assert accepted.state == "accepted"
    look(accepted)
    assert accepted.state == "expired"
    assert "Check again" in accepted.card.message


def test_our_own_deadline_ends_the_waiting_after_a_last_look(accepted: Job, peer: Peer) -> None:
    looks = len(peer.seen)
    accepted.set(
        accepted_at=timezone.now() - timedelta(seconds=MODELS[accepted.card.model].deadline + TIMES.expire_grace + 1)
    )
    look(accepted)
    assert len(peer.seen) == looks + 1
    assert accepted.state == "expired"


def test_each_model_has_its_own_deadline(accepted: Job) -> None:
    Generation.objects.update(model="seedance-2.5")
    slow, fast = MODELS["seedance-2.5"].deadline, MODELS["seedance-2.0-fast"].deadline
    accepted.set(accepted_at=timezone.now() - timedelta(seconds=(slow + fast) / 2))
    look(accepted)
    assert accepted.state == "running", "this model may take longer"
    Generation.objects.update(model="seedance-2.0-fast")
    look(accepted)
    assert accepted.state == "expired"


def test_many_are_asked_for_in_one_call(accepted: Job, peer: Peer) -> None:
    jobs = [accepted] + [Job(make_generation(accepted.card.project, accepted.card.user)) for _ in range(4)]
    Provider.objects.update(max_concurrent=10)
    for one in jobs[1:]:
        one.carry()
    Attempt.objects.update(next_action_at=timezone.now())
    before = len(peer.seen)
    poll.poll_due()
    assert [one.state for one in jobs] == ["running"] * 5
    assert len(peer.seen) == before + 1


def test_what_a_list_does_not_show_is_looked_at_alone(accepted: Job, ark: Ark, peer: Peer) -> None:
    Provider.objects.update(max_concurrent=10)
    jobs = [accepted] + [Job(make_generation(accepted.card.project, accepted.card.user)).carry() for _ in range(3)]
    hidden = ark.tasks.pop(accepted.row.remote_id)
    ark.see = lambda seen: Reply(json={"id": accepted.row.remote_id, "status": "running"} | hidden)
    Attempt.objects.update(next_action_at=timezone.now())
    poll.poll_due()
    assert [one.state for one in jobs] == ["running"] * 4


def test_an_echoed_tag_is_learned(accepted: Job) -> None:
    look(accepted)
    assert Provider.objects.get().reconcile == "tag"


def test_each_change_wakes_the_open_pages(accepted: Job) -> None:
    before = accepted.card.project.rev
    look(accepted)
    card = accepted.card
    assert card.rev == card.project.rev > before
    look(accepted)
    assert accepted.card.rev == card.rev, "a look that changes nothing wakes nobody"


def test_an_end_is_an_end(accepted: Job, ark: Ark) -> None:
    ark.status = "failed"
    look(accepted)
    ark.status = "succeeded"
    accepted.set(next_action_at=timezone.now())
    poll.poll_due()
    assert accepted.state == "failed"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_gateway_in_trouble_forgets_no_task(accepted: Job, ark: Ark, status: int) -> None:
    ark.see = lambda seen: Reply(status, {"error": {"code": "NotFound.Task", "message": "no such task upstream"}})
    accepted.set(accepted_at=timezone.now() - timedelta(seconds=TIMES.missing_grace + 1))
    for _ in range(4):
        look(accepted)
    assert accepted.state == "accepted"
    ark.see = None
    look(accepted)
    assert accepted.state == "running"


def test_silence_past_the_deadline_is_no_last_look(accepted: Job, ark: Ark) -> None:
    ark.see = lambda seen: Reply(drop=True)
    late = MODELS[accepted.card.model].deadline + TIMES.expire_grace + 1
    accepted.set(accepted_at=timezone.now() - timedelta(seconds=late))
    look(accepted)
    assert accepted.state == "accepted"
    accepted.set(accepted_at=timezone.now() - timedelta(seconds=late + TIMES.silence))
    look(accepted)
    assert accepted.state == "expired"
