"""Every fault of a provider while one task is looked at: it delays, and the job is neither failed nor forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from generations.jobs import poll
from generations.models import Provider
from generations.times import TIMES
from tests.jobs.conftest import Job

from .scenes import FAULTS, Fault
from .stage import RULES, Stage, Watch, wait_of, why

pytestmark = RULES
SUCCESS = {"status": "succeeded"}


def look(job: Job) -> Job:
    job.due()
    poll.poll_due()
    return job


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.look], ids=str)
def test_each_fault_of_a_look_only_delays(stage: Stage, watch: Watch, fault: Fault) -> None:
    job = stage.sent("accepted", poll_errors=4)
    with stage.broken("look", fault):
        row = look(job).row
        assert (row.state, row.poll_errors) == ("accepted", 5)
        assert "does not answer" in row.generation.message
        assert str(fault.look) in row.generation.message
        assert 0 < wait_of(row) <= TIMES.look_old * 1.2
    assert Provider.objects.filter(paused_at=None).exists() != fault.pauses
    row = look(job).row
    assert (row.state, row.poll_errors) == ("running", 0)
    assert "does not answer" not in row.generation.message
    watch.check(posts=0)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.look == ""], ids=str)
def test_an_odd_answer_to_a_look_is_understood(stage: Stage, watch: Watch, fault: Fault) -> None:
    job = stage.sent("accepted")
    with stage.broken("look", fault):
        look(job)
        assert (job.state, job.row.poll_errors) == ("running", 0)
    watch.check(posts=0)


def told(stage: Stage, job: Job, *answers: dict[str, Any]) -> list[str]:
    """The states that a job goes through when the provider says this, look by look."""
    states = []
    for answer in answers:
        stage.tasks[job.row.remote_id] = {"safety_identifier": job.row.tag} | answer
        states.append(look(job).state)
    return states


STORIES: dict[str, tuple[list[Any], list[str]]] = {
    "back": (["running", "queued", "running"], ["running"] * 3),
    "back twice": (["running", "created", "pending"], ["running"] * 3),
    "skipping": (["succeeded"], ["succeeded"]),
    "failed absorbs": (["failed", "running", "succeeded"], ["failed"] * 3),
    "cancelled absorbs": (["cancelled", "succeeded"], ["cancelled"] * 2),
    "expired absorbs": (["expired", "succeeded"], ["expired"] * 2),
    "unknown": (["queued", "thinking", "queued"], ["accepted", "running", "running"]),
    "case": (["RUNNING", "Queued", "SUCCEEDED"], ["running", "running", "succeeded"]),
    "spelling": (["In-Progress", " running ", "Success"], ["running", "running", "succeeded"]),
    "foreign": (["Fertig", "完成", "💥" * 400], ["running"] * 3),
    "missing": (["", None, 3, {"a": 1}, ["succeeded"]], ["accepted"] * 5),
}


@pytest.mark.parametrize("story", STORIES)
def test_what_the_words_of_a_task_come_to(stage: Stage, watch: Watch, story: str) -> None:
    words, states = STORIES[story]
    job = stage.sent("accepted")
    assert told(stage, job, *({"status": word} for word in words)) == states
    watch.check(posts=0)


def test_a_status_that_is_not_there_is_still_looked_at(stage: Stage, watch: Watch) -> None:
    job = stage.sent("accepted")
    stage.tasks[job.row.remote_id] = {}
    with stage.broken("look", Fault("no status", b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"id": "task-1"}')):
        look(job)
    assert (job.state, job.row.poll_errors) == ("accepted", 0)
    assert 0 < job.wait <= TIMES.look_old * 1.2
    watch.check(posts=0)


def test_a_success_without_an_address_is_waited_for(stage: Stage, watch: Watch) -> None:
    job = stage.sent("running")
    empty: dict[str, Any] = SUCCESS | {"content": {}}
    assert told(stage, job, *[empty] * TIMES.no_url_looks, SUCCESS) == ["running"] * TIMES.no_url_looks + ["succeeded"]
    watch.check(posts=0)


def test_a_success_that_never_gets_an_address_is_left_to_the_member(stage: Stage, watch: Watch) -> None:
    job = stage.sent("running")
    told(stage, job, *[SUCCESS | {"content": {"video_url": ""}}] * (TIMES.no_url_looks + 1))
    assert job.state == "expired"
    assert "gives no address" in job.card.message
    watch.check(posts=0)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
        "ftp://files.example/video.mp4",
        "gopher://127.0.0.1/",
        "//files.example/video.mp4",
        "/video.mp4",
        "https://",
        "https://files.example:0/video.mp4",
        "https://files.example/a b",
        "https://files.example/a\nHost: b",
        "javascript:alert(1)",
        17,
        None,
        {"url": "file:///etc/passwd"},
    ],
)
def test_what_is_no_web_address_is_none(stage: Stage, watch: Watch, url: Any) -> None:
    job = stage.sent("running", sightings={"no_url": TIMES.no_url_looks})
    assert told(stage, job, SUCCESS | {"content": {"video_url": url}}) == ["expired"]
    assert "gives no address" in job.card.message
    watch.check(posts=0)


def test_the_first_success_is_the_one_that_counts(stage: Stage, watch: Watch) -> None:
    job = stage.sent("running")
    first, second = (SUCCESS | {"content": {"video_url": stage.video_url(base)}} for base in ("", stage.elsewhere.base))
    assert told(stage, job, first, second) == ["succeeded", "succeeded"]
    assert job.row.result["video_url"] == stage.video_url()
    watch.check(posts=0)


def test_a_task_that_vanishes_may_return(stage: Stage, watch: Watch) -> None:
    job = stage.sent("running", accepted_at=timezone.now() - timedelta(seconds=TIMES.missing_grace + 1))
    task = stage.tasks.pop(job.row.remote_id)
    assert [look(job).state for _ in range(2)] == ["running"] * 2
    stage.tasks[job.row.remote_id] = task
    assert look(job).state == "running"
    assert job.row.word == "running"
    watch.check(posts=0)


def test_a_task_that_returned_may_vanish_again(stage: Stage, watch: Watch) -> None:
    """One missing look is a hiccup, however many there were before."""
    job = stage.sent("running", accepted_at=timezone.now() - timedelta(seconds=TIMES.missing_grace + 1))
    for _ in range(4):
        task = stage.tasks.pop(job.row.remote_id)
        look(job)
        stage.tasks[job.row.remote_id] = task
        look(job)
    assert job.state == "running", why(job)
    watch.check(posts=0)


def test_a_task_that_stays_away_is_lost_in_the_end(stage: Stage, watch: Watch) -> None:
    job = stage.sent("running", accepted_at=timezone.now() - timedelta(seconds=TIMES.missing_grace + 1))
    stage.tasks.clear()
    assert [look(job).state for _ in range(3)] == ["running", "running", "expired"]
    assert "no longer knows" in job.card.message
    watch.check(posts=0)


@pytest.mark.parametrize("days", [-2, 2])
def test_a_providers_clock_tells_us_nothing(stage: Stage, watch: Watch, days: int) -> None:
    job = stage.sent("accepted")
    when = {"created_at": int(timezone.now().timestamp()) + days * 86400}
    assert told(stage, job, {"status": "running"} | when) == ["running"]
    assert 0 < job.wait <= TIMES.look_old * 1.2
    watch.check(posts=0)
