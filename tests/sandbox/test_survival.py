"""Death and what is left: of the server, of its renderer, of a disk's last write."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from generations.sandbox.ledger import Ledger
from generations.sandbox.tasks import Store, Task
from tests.running import ROOT
from tests.sandbox.running import KEY, client, end, run_sandbox, start_sandbox, until
from tests.sandbox.talk import ark_create, ark_end, ark_get, fetch, frames_of, text

pytestmark = pytest.mark.processes
WISH = {"resolution": "480p", "ratio": "1:1", "duration": 8, "seed": 4}


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def half_way(folder: Path, flags: tuple[str, ...] = ()) -> tuple[subprocess.Popen[str], str, list[psutil.Process]]:
    """A server in the middle of a drawing: its process, the task, and the processes that draw."""
    process, url = start_sandbox(folder, *flags)
    with client(url) as http:
        task_id = ark_create(http, text("A forest"), **WISH)
        until(lambda: (folder / "tasks" / task_id / "video.part").exists())
        assert ark_get(http, task_id)["status"] == "running"
    return process, task_id, children_of(process)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_orphan_is_left(folder: Path, number: signal.Signals) -> None:
    process, _, drawing = half_way(folder)
    assert drawing
    end(process, number)
    _, alive = psutil.wait_procs(drawing, timeout=5)
    assert not alive
    assert process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)


def test_no_idle_orphan_is_left(folder: Path) -> None:
    """A renderer without work writes nothing, so no broken pipe would tell it that the server is gone."""
    process, url = start_sandbox(folder, "--tiny")
    with client(url) as http:
        ark_end(http, ark_create(http))
    idle = children_of(process)
    assert idle
    end(process, signal.SIGKILL)
    _, alive = psutil.wait_procs(idle, timeout=5)
    assert not alive


def test_a_task_survives_the_servers_death(folder: Path) -> None:
    process, task_id, _ = half_way(folder)
    end(process, signal.SIGKILL)
    with run_sandbox(folder) as url, client(url) as http:
        assert ark_get(http, task_id)["status"] in ("queued", "running")
        task = ark_end(http, task_id, seconds=120)
        assert (task["status"], task["seed"]) == ("succeeded", 4)
        assert len(frames_of(fetch(task["content"]["video_url"]))) == 24 * 8 + 1
        assert [entry["task"] for entry in http.get("/_ledger").json()] == [task_id]


def test_finished_tasks_and_their_links_survive_a_restart(folder: Path) -> None:
    with run_sandbox(folder, "--tiny") as url, client(url) as http:
        task_id = ark_create(http)
        old = ark_end(http, task_id)["content"]["video_url"]
        content = fetch(old)
    with run_sandbox(folder, "--tiny") as url, client(url) as http:
        again = ark_get(http, task_id)["content"]["video_url"]
        assert again.split("?")[1] == old.split("?")[1]
        assert fetch(again) == content


def test_a_renderer_that_dies_is_replaced(folder: Path) -> None:
    process, url = start_sandbox(folder)
    try:
        with client(url) as http:
            task_id = ark_create(http, text("A lake"), resolution="480p", duration=4)
            until(lambda: (folder / "tasks" / task_id / "video.part").exists())
            for child in children_of(process):
                child.kill()
            assert ark_end(http, task_id, seconds=90)["status"] == "succeeded"
    finally:
        end(process)


def test_a_picture_that_cannot_be_drawn_fails_the_task_and_nothing_else(folder: Path) -> None:
    with run_sandbox(folder, "--tiny") as url, client(url) as http:
        task_id = ark_create(http, text("[queued=1]"))
        record = folder / "tasks" / task_id / "video.part"
        record.mkdir()  # the renderer cannot write there
        task = ark_end(http, task_id)
        assert (task["status"], task["error"]["code"]) == ("failed", "InternalServiceError")
        assert ark_end(http, ark_create(http))["status"] == "succeeded"


def test_two_sandboxes_do_not_share_a_folder(folder: Path) -> None:
    with run_sandbox(folder, "--tiny"):
        command = [sys.executable, "-m", "generations.sandbox", "--port", "0", "--dir", str(folder)]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "another sandbox already works in" in second.stderr


def test_one_clip_is_drawn_at_a_time(folder: Path) -> None:
    with run_sandbox(folder) as url, client(url) as http:
        both = [ark_create(http, text(words), resolution="480p", duration=4) for words in ("one", "two")]
        for task_id in both:
            assert ark_end(http, task_id, seconds=90)["status"] == "succeeded"
    first, second = (folder / "tasks" / task_id for task_id in both)
    begun = json.loads((second / "task.json").read_text())["started"]
    assert begun >= (first / "video.mp4").stat().st_mtime


def test_runway_calls_it_throttled_when_the_renderer_is_taken(folder: Path) -> None:
    with run_sandbox(folder) as url, client(url) as http:
        ark_create(http, text("A long one"), model="doubao-seedance-2-5-260628", resolution="480p", duration=30)
        headers = {**KEY, "X-Runway-Version": "2024-11-06"}
        body = {"model": "gen4.5", "promptText": "waits", "ratio": "1280:720", "duration": 2}
        waiting = http.post("/v1/text_to_video", json=body, headers=headers).json()["id"]
        until(lambda: http.get(f"/v1/tasks/{waiting}", headers=headers).json()["status"] == "THROTTLED")


def task(task_id: str) -> Task:
    return Task(task_id, "ark", "m", "p", 1.0, 1.0, {"pictures": []}, {}, {})


def test_what_was_never_acknowledged_is_swept(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    store = Store(tmp_path / "tasks", ledger)
    store.accept(task("kept"), {"input-1": b"x"}, {"task": "kept"})
    (tmp_path / "tasks" / "half").mkdir()
    (tmp_path / "tasks" / "half" / "task.json").write_text("{}")
    with (tmp_path / "ledger.jsonl").open("ab") as file:
        file.write(b'{"task": "ha')
    again = Store(tmp_path / "tasks", Ledger(tmp_path / "ledger.jsonl"))
    assert [one.id for one in again.newest()] == ["kept"]
    assert [place.name for place in (tmp_path / "tasks").iterdir()] == ["kept"]
    assert [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()] == [{"task": "kept"}]


def test_old_records_are_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "tasks", Ledger(tmp_path / "ledger.jsonl"))
    for name in ("done", "called-off", "waiting"):
        store.accept(task(name), {}, {"task": name})
    store.change("done", ("queued",), status="succeeded")
    store.change("called-off", ("queued",), status="cancelled")
    store.forget_old(time.time() + 2 * 86_400)
    assert {one.id for one in store.newest()} == {"done", "waiting"}
    store.forget_old(time.time() + 8 * 86_400)
    assert {one.id for one in store.newest()} == {"waiting"}
