"""Every knob, seen from a client."""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from generations.sandbox.faults import FAULTS, knobs_in, knobs_of, table, without_knobs
from tests.sandbox.running import client, run_sandbox, until
from tests.sandbox.talk import ARK, ark_body, ark_create, ark_end, ark_get, fetch, frames_of, text

Check = Callable[[httpx.Client], None]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    def keep(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return keep


def ledger_of(http: httpx.Client, mark: str) -> list[dict[str, Any]]:
    return [entry for entry in http.get("/_ledger").json() if mark in entry["prompt"]]


def mark() -> str:
    return f"mark-{time.time_ns()}"


def post(http: httpx.Client, words: str) -> httpx.Response:
    return http.post(ARK, json=ark_body(text(words)))


def ended_as(http: httpx.Client, words: str) -> tuple[str, str]:
    task = ark_end(http, ark_create(http, text(words)))
    return task["status"], (task.get("error") or {}).get("code", "")


@check("fail")
def _(http: httpx.Client) -> None:
    assert ended_as(http, "[fail]") == ("failed", "InternalServiceError")


@check("blocked")
def _(http: httpx.Client) -> None:
    assert ended_as(http, "[blocked]") == ("failed", "OutputVideoSensitiveContentDetected")


@check("blocked-input")
def _(http: httpx.Client) -> None:
    name = mark()
    response = post(http, f"{name} [blocked-input]")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "InputTextSensitiveContentDetected")
    assert ledger_of(http, name) == []


@check("expired")
def _(http: httpx.Client) -> None:
    assert ended_as(http, "[expired]") == ("expired", "")


@check("queued")
def _(http: httpx.Client) -> None:
    task_id, begun = ark_create(http, text("[queued=1]")), time.time()
    until(lambda: ark_get(http, task_id)["status"] != "queued")
    assert time.time() - begun > 0.9


@check("slow")
def _(http: httpx.Client) -> None:
    begun = time.time()
    slow = ark_create(http, text("[slow=5]"))
    ark_end(http, ark_create(http))  # does not wait behind it
    assert ark_get(http, slow)["status"] == "running"
    assert ark_end(http, slow)["status"] == "succeeded"
    assert time.time() - begun > 4.9


@check("429")
def _(http: httpx.Client) -> None:
    name = mark()
    answers = [post(http, f"{name} [429]") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert (answers[0].headers["retry-after"], answers[0].json()["error"]["code"]) == ("2", "ServerOverloaded")
    assert len(ledger_of(http, name)) == 1


@check("500")
def _(http: httpx.Client) -> None:
    name = mark()
    response = post(http, f"{name} [500]")
    assert (response.status_code, response.json()["error"]["code"]) == (500, "InternalServiceError")
    assert ledger_of(http, name) == []


@check("hang")
def _(http: httpx.Client) -> None:
    name = mark()
    with pytest.raises(httpx.ReadTimeout):
        http.post(ARK, json=ark_body(text(f"{name} [hang]")), timeout=3)
    (entry,) = ledger_of(http, name)
    assert ark_end(http, entry["task"])["status"] == "succeeded"
    with pytest.raises(httpx.RemoteProtocolError):  # closed without a word in the end
        post(http, "[hang=0.2]")


@check("drop")
def _(http: httpx.Client) -> None:
    name = mark()
    with pytest.raises(httpx.ReadError):
        post(http, f"{name} [drop]")
    (entry,) = ledger_of(http, name)
    assert ark_end(http, entry["task"])["status"] == "succeeded"


@check("nonsense")
def _(http: httpx.Client) -> None:
    response = http.get(f"{ARK}/{ark_create(http, text('[nonsense]'))}")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in response.text
    with pytest.raises(json.JSONDecodeError):
        response.json()


@check("unknown")
def _(http: httpx.Client) -> None:
    task_id = ark_create(http, text("[unknown=3]"))
    assert ark_get(http, task_id)["status"] == "pondering"
    assert ark_end(http, task_id)["status"] == "succeeded"


@check("vanish")
def _(http: httpx.Client) -> None:
    task_id = ark_create(http, text("[vanish=3]"))
    assert http.get(f"{ARK}/{task_id}").status_code == 404
    until(lambda: http.get(f"{ARK}/{task_id}").status_code == 200)


@check("busy")
def _(http: httpx.Client) -> None:
    task_id = ark_create(http, text("[busy=3]"))
    response = http.get(f"{ARK}/{task_id}")
    assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    until(lambda: http.get(f"{ARK}/{task_id}").status_code == 200)


@check("late")
def _(http: httpx.Client) -> None:
    task_id = ark_create(http, text("[late=3]"))
    query = {"filter.task_ids": task_id}
    assert http.get(ARK, params=query).json()["total"] == 0
    assert ark_get(http, task_id)["id"] == task_id
    until(lambda: http.get(ARK, params=query).json()["total"] == 1)


@check("nourl")
def _(http: httpx.Client) -> None:
    task = ark_end(http, ark_create(http, text("[nourl]")))
    assert (task["status"], "video_url" in task["content"]) == ("succeeded", False)


@check("badurl")
def _(http: httpx.Client) -> None:
    for words, status in (("[badurl]", 404), ("[badurl=403]", 403)):
        task = ark_end(http, ark_create(http, text(words)))
        assert http.get(task["content"]["video_url"]).status_code == status


@check("truncated")
def _(http: httpx.Client) -> None:
    url = ark_end(http, ark_create(http, text("[truncated]")))["content"]["video_url"]
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        http.get(url)


@check("hevc")
def _(http: httpx.Client) -> None:
    content = fetch(ark_end(http, ark_create(http, text("[hevc]")))["content"]["video_url"])
    with av.open(io.BytesIO(content)) as container:
        assert container.streams.video[0].codec_context.name == "hevc"
    assert len(frames_of(content)) == 12


@check("schema")
def _(http: httpx.Client) -> None:
    body = {
        "model": "gen4_turbo",
        "promptImage": "https://a.example/1.png",
        "promptText": "[schema]",
        "ratio": "1280:720",
    }
    assert set(http.post("/runwayml/v1/image_to_video", json=body).json()) == {"code", "message", "request_id", "data"}


@pytest.mark.parametrize("name", FAULTS)
def test_knob(http: httpx.Client, name: str) -> None:
    CHECKS[name](http)


def test_a_flag_holds_for_every_request(folder: Path) -> None:
    with run_sandbox(folder, "--tiny", "--fault", "fail", "--fault", "unknown=3") as url, client(url) as http:
        task_id = ark_create(http, text("nothing special"))
        assert ark_get(http, task_id)["status"] == "pondering"
        assert ark_end(http, task_id)["status"] == "failed"


def test_every_answer_can_be_delayed(folder: Path) -> None:
    with run_sandbox(folder, "--tiny", "--delay", "0.4") as url, client(url) as http:
        begun = time.monotonic()
        task_id = ark_create(http)
        ark_get(http, task_id)
        assert time.monotonic() - begun > 0.8


def test_knobs_are_read_and_taken_off_the_picture() -> None:
    words = "[slow=2.5] A fox [fail] in [Figure 1] [unheard-of]"
    assert knobs_in(words) == {"slow": 2.5, "fail": 1.0}
    assert without_knobs(words) == "A fox in [Figure 1] [unheard-of]"
    assert knobs_of(["slow", "hang=3"]) == {"slow": 60, "hang": 3}


def test_an_unknown_flag_is_an_error_that_names_the_choice() -> None:
    with pytest.raises(ValueError, match=r"no fault 'slowly'.*slow"):
        knobs_of(["slowly"])


def test_every_knob_is_explained() -> None:
    assert all(name in table() and len(FAULTS[name]) > 20 for name in FAULTS)
    assert set(CHECKS) == set(FAULTS)
