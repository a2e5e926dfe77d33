"""One POST per attempt, and what each of its outcomes means."""

import errno
import socket
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from generations.jobs import gate, reconcile, spool, submit
from generations.jobs.carry import carry
from generations.jobs.whoami import me_until
from generations.models import Attempt, Generation, Orphan, Provider
from generations.times import TIMES
from studio.models import Event
from tests.jobs.ark import TASKS, Ark
from tests.jobs.conftest import Job
from tests.make import make_generation
from tests.peer import Peer, Reply, Seen


def test_it_posts_once_and_keeps_the_id(job: Job, peer: Peer) -> None:
    job.carry().carry().carry()
    assert job.state == "accepted"
    assert job.row.remote_id == "cgt-20260606160057-00000"
    assert [(seen.method, seen.path) for seen in peer.seen] == [("POST", TASKS)]


def test_the_request_carries_key_tag_and_prompt(job: Job, peer: Peer) -> None:
    job.carry()
    sent = peer.posts[0]
    assert sent.headers["authorization"] == "Bearer sk-test-0123456789abcdef"
    assert sent.json["content"][0] == {"type": "text", "text": "A fox on a hill at dusk"}
    assert sent.json["safety_identifier"] == job.row.tag
    assert str(job.row.uuid) in job.row.tag
    assert sent.json["ratio"] == "16:9"


def test_the_intent_is_committed_before_the_first_byte(job: Job, ark: Ark) -> None:
    seen: list[tuple[str, bool]] = []

    def create(request: object) -> Reply:
        # Another connection sees what was committed.
        row = Attempt.objects.get()
        seen.append((row.state, row.intent_at is not None and row.worker["pid"] > 0))
        return Reply(json={"id": "cgt-1"})

    ark.create = create
    job.carry()
    assert seen == [("submitting", True)]


def test_it_refuses_to_spend_inside_an_outer_transaction(job: Job) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="committed by itself"):
        gate.enter(job.row, "test")


def test_the_rows_never_hold_the_key(job: Job) -> None:
    job.carry()
    values = (
        str(Attempt.objects.values().get()) + str(list(Event.objects.values())) + str(Provider.objects.values().get())
    )
    assert "sk-test-0123456789abcdef" not in values


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (
            Reply(400, {"error": {"code": "InvalidParameter.ratio", "message": "ratio is wrong"}}),
            "rejected",
            "ratio is wrong",
        ),
        (
            Reply(404, {"error": {"code": "InvalidEndpointOrModel.NotFound", "message": "no model"}}),
            "rejected",
            "no model",
        ),
        (Reply(413, body=b""), "rejected", "not charged"),
        (Reply(302, headers={"Location": "https://elsewhere.example/"}), "rejected", "not charged"),
        (
            Reply(429, {"error": {"code": "RateLimitExceeded.EndpointRPMExceeded", "message": "slow"}}),
            "queued",
            "tries again",
        ),
        (
            Reply(500, {"error": {"code": "InternalServiceError", "message": "oops"}}),
            "uncertain",
            "will not send it twice",
        ),
        (Reply(502, body=b"<html>bad gateway</html>"), "uncertain", "will not send it twice"),
        (Reply(200, body=b"<html>welcome</html>"), "uncertain", "will not send it twice"),
        (Reply(200, json={"id": ""}), "uncertain", "will not send it twice"),
        (Reply(200, json={"id": "../../etc"}), "uncertain", "will not send it twice"),
        (Reply(drop=True), "uncertain", "will not send it twice"),
        (Reply(200, body=b'{"id": "cgt', cut=5), "uncertain", "will not send it twice"),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
def test_what_each_outcome_means(job: Job, peer: Peer, ark: Ark, reply: Reply, state: str, words: str) -> None:
    ark.create = lambda seen: reply
    job.carry()
    assert job.state == state
    assert words in job.card.message
    job.carry()
    assert len(peer.posts) == 1, "an outcome never leads to a second POST by itself"


def test_a_blocked_prompt_reads_as_blocked(job: Job, ark: Ark) -> None:
    error = {"error": {"code": "InputTextSensitiveContentDetected", "message": "sensitive"}}
    ark.create = lambda seen: Reply(400, error)
    job.carry()
    assert job.card.status == "blocked"
    assert "not charged" in job.card.message


def test_a_closed_door_is_tried_again_later(job: Job) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        Provider.objects.update(base_url=f"http://127.0.0.1:{closed.getsockname()[1]}/api/v3")
        provider = Provider.objects.get()
        provider.set_key("sk-test-0123456789abcdef")
        provider.save()
        job.carry()
    assert job.state == "queued"
    assert job.row.rejections == 1
    assert job.wait > 0


def test_after_many_noes_it_counts_as_a_no(job: Job, ark: Ark, peer: Peer) -> None:
    ark.create = lambda seen: Reply(429, {"error": {"code": "ServerOverloaded", "message": "busy"}})
    job.set(rejections=TIMES.rejections - 1).carry()
    assert job.state == "rejected"
    assert "busy" in job.card.message


def test_retry_after_is_honoured(job: Job, ark: Ark) -> None:
    error = {"error": {"code": "RateLimitExceeded", "message": "slow"}}
    ark.create = lambda seen: Reply(429, error, headers={"Retry-After": "120"})
    job.carry()
    assert 100 < job.wait <= 120


def test_a_refused_key_pauses_the_provider(job: Job, ark: Ark, peer: Peer) -> None:
    ark.create = lambda seen: Reply(401, {"error": {"code": "AuthenticationError", "message": "bad key"}})
    job.carry()
    provider = Provider.objects.get()
    assert job.state == "rejected"
    assert provider.paused_at is not None
    second = Job(make_generation(job.card.project, job.card.user, provider)).carry()
    assert second.state == "queued"
    assert "is paused" in second.card.message
    assert len(peer.posts) == 1


def test_slots_are_kept(job: Job, peer: Peer) -> None:
    Provider.objects.update(max_concurrent=2)
    jobs = [job] + [Job(make_generation(job.card.project, job.card.user)) for _ in range(3)]
    for one in jobs:
        one.carry()
    assert [one.state for one in jobs] == ["accepted", "accepted", "queued", "queued"]
    assert "Waiting for a free slot" in jobs[2].card.message
    assert len(peer.posts) == 2


def test_a_rate_is_kept(job: Job, peer: Peer) -> None:
    Provider.objects.update(max_concurrent=10, rate=1)
    jobs = [job, Job(make_generation(job.card.project, job.card.user))]
    for one in jobs:
        one.carry()
    assert [one.state for one in jobs] == ["accepted", "queued"]


def test_a_missing_key_sends_nothing(job: Job, peer: Peer) -> None:
    Provider.objects.update(key_box="")
    job.carry()
    assert job.state == "rejected"
    assert "no key yet" in job.card.message
    assert not peer.seen


def test_a_key_of_another_host_is_not_sent(job: Job, peer: Peer) -> None:
    Provider.objects.update(base_url=f"{peer.base.replace('127.0.0.1', 'localhost')}/api/v3")
    job.carry()
    assert "given for another address" in job.card.message
    assert not peer.seen


def test_plain_http_needs_the_admins_tick(job: Job, peer: Peer) -> None:
    Provider.objects.update(lab=False)
    job.carry()
    assert job.state == "rejected"
    assert "plain http" in job.card.message
    assert not peer.seen


def test_an_id_that_the_rows_refuse_is_spooled_and_replayed(
    job: Job, ark: Ark, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> bool:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(submit, "note_id", broken)
        job.carry()
    assert job.state == "submitting"
    assert [remote_id for _, _, remote_id in spool.kept()] == ["cgt-20260606160057-00000"]
    reconcile.replay()
    assert job.state == "accepted"
    assert not list(spool.kept())


def test_an_id_that_comes_too_late_waits_for_an_admin(job: Job, ark: Ark) -> None:
    def give_up(seen: Seen) -> Reply:
        job.set(state="not_accepted", next_action_at=None)
        return Reply(json={"id": "cgt-late"})

    ark.create = give_up
    job.carry()
    assert job.state == "not_accepted"
    assert [orphan.remote_id for orphan in Orphan.objects.open()] == ["cgt-late"]


def test_a_spooled_id_is_never_thrown_away(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    job.set(state="not_accepted", next_action_at=None, intent_at=timezone.now())
    spool.keep_id(str(job.row.uuid), "cgt-late")
    spool.keep_id(str(uuid4()), "cgt-of-another-day")
    (spool.folder() / "broken.json").write_text("{")
    reconcile.replay()
    assert [orphan.remote_id for orphan in Orphan.objects.open()] == ["cgt-late"]
    assert "cgt-of-another-day" in caplog.text
    assert len(list(spool.folder().glob("*.refused"))) == 2
    assert not list(spool.kept())


def test_an_id_that_nothing_can_keep_is_in_the_log(
    job: Job, ark: Ark, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> bool:
        raise OperationalError("database or disk is full")

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(submit, "note_id", broken)
    monkeypatch.setattr(spool, "keep_id", full)
    job.carry()
    assert "cgt-20260606160057-00000" in caplog.text


def test_an_id_that_another_take_has_is_doubted(job: Job, ark: Ark) -> None:
    ark.create = lambda seen: Reply(json={"id": "cgt-the-same"})
    second = Job(make_generation(job.card.project, job.card.user))
    job.carry()
    second.carry()
    assert (job.state, second.state) == ("accepted", "uncertain")
    assert not list(spool.kept())


def test_an_error_of_our_own_while_sending_leaves_doubt(job: Job, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("generations.jobs.submit.dialect_of", broken)
    job.carry()
    assert len(peer.posts) == 1
    assert job.state == "uncertain"
    job.carry()
    assert len(peer.posts) == 1


def test_a_worker_doubts_what_it_could_not_write_down(job: Job, generation: Generation) -> None:
    """Or it would be stopped at that deadline, in the middle of other work."""
    job.set(state="submitting", intent_at=timezone.now(), post_deadline=timezone.now(), worker=me_until(60))
    carry(0)  # any other work
    assert job.state == "uncertain"


def test_an_answer_of_bytes_fits_a_row(job: Job, ark: Ark) -> None:
    ark.create = lambda seen: Reply(429, body=b"slow\0down", headers={"Content-Type": "text/plain"})
    job.carry()
    assert job.state == "queued"
    assert "\0" not in job.row.answer["body"]["text"]


def test_a_full_disk_sends_nothing_new(job: Job, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generations.jobs.disk.free", lambda folder: 0)
    job.carry()
    assert job.state == "queued"
    assert "disk is nearly full" in job.card.message
    assert not peer.seen


def test_a_bell_for_nobody_is_harmless(job: Job) -> None:
    carry(job.pk + 1000)


def test_who_stands_still_until_others_gave_it_up_sends_nothing(
    job: Job, peer: Peer, stand_still: Callable[[str, float], None]
) -> None:
    stand_still("submit.after_intent_commit", TIMES.post + 1)
    job.carry()
    assert not peer.seen
    assert job.state == "queued"


def test_who_stands_still_for_less_sends_in_time(
    job: Job, peer: Peer, stand_still: Callable[[str, float], None]
) -> None:
    stand_still("submit.after_intent_commit", TIMES.post / 2)
    job.carry()
    assert (job.state, len(peer.posts)) == ("accepted", 1)
