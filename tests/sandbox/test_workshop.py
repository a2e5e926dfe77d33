from dataclasses import replace

import pytest

from generations.sandbox.tasks import Task
from generations.sandbox.workshop import next_step, wait_in_queue

QUEUED = Task("cgt-1", "ark", "m", "p", 1000.0, 1000.0, {}, {}, {})
RUNNING = replace(QUEUED, status="running", started=1001.0)
DOOM = {"code": "InternalServiceError", "message": "no"}


def test_a_task_waits_half_a_second_to_a_second() -> None:
    assert 0.5 <= wait_in_queue(QUEUED, tiny=False) <= 1.0
    assert wait_in_queue(replace(QUEUED, knobs={"queued": 60}), tiny=True) == pytest.approx(60.1)


def test_time_alone_does_not_finish_what_is_not_drawn() -> None:
    assert next_step(QUEUED, 1100.0, tiny=False) == {}
    assert next_step(RUNNING, 1100.0, tiny=False) == {}


def test_a_drawn_task_succeeds_after_its_slowness() -> None:
    drawn = replace(RUNNING, result={"sha256": ""}, knobs={"slow": 60})
    assert next_step(drawn, 1050.0, tiny=False) == {}
    assert next_step(drawn, 1062.0, tiny=False) == {"status": "succeeded"}


def test_a_doomed_task_runs_and_fails_without_being_drawn() -> None:
    doomed = replace(QUEUED, doom=DOOM)
    assert next_step(doomed, 1000.2, tiny=False) == {}
    assert next_step(doomed, 1002.0, tiny=False) == {"status": "running", "started": 1002.0}
    assert next_step(replace(doomed, status="running", started=1002.0), 1003.5, tiny=False) == {
        "status": "failed",
        "error": DOOM,
    }


@pytest.mark.parametrize("task", [QUEUED, RUNNING])
def test_a_task_expires_queued_or_running(task: Task) -> None:
    short = replace(task, expires_after=3600)
    assert next_step(short, 1000.0 + 3599, tiny=False) == {}
    assert next_step(short, 1000.0 + 3600, tiny=False) == {"status": "expired"}
