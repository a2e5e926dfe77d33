from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.running import until
from tests.sandbox.talk import ARK, ark_body, fetch, frames_of

FLAT = {
    "model": "seedance-1-0-lite-i2v-250428",
    "prompt": "White daisies under a blue sky --ratio 16:9 --resolution 720p --duration 5 --camerafixed false",
    "loop": False,
    "duration": "10s",
    "dimension": "768:768",
    "seed": 12345,
}


def finish(http: httpx.Client, path: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        data = http.get(path).json()["data"]
        return data if data["status"] in ("completed", "failed") else None

    found = until(ended)
    assert found
    return found


@pytest.mark.parametrize("prefix", ["/api/v3", "/gptproto/api/v3"])
def test_the_seeds_request_becomes_a_clip(http: httpx.Client, prefix: str) -> None:
    path = f"{prefix}/contents/generations/tasks"
    created = http.post(path, json=FLAT).json()
    assert (created["code"], created["message"], created["data"]["status"]) == (0, "Success", "pending")
    task_id = created["data"]["task_id"]
    assert task_id.startswith("task_")
    first = http.get(f"{path}/{task_id}").json()
    assert (first["code"], first["data"]["status"] in ("pending", "processing")) == (0, True)
    data = finish(http, f"{path}/{task_id}")
    assert (data["task_id"], data["status"], data["error"], data["model"]) == (task_id, "completed", "", FLAT["model"])
    assert datetime.fromisoformat(data["created_at"]) <= datetime.fromisoformat(data["completed_at"])
    assert frames_of(fetch(data["video_url"]))[0].size == (64, 64)


def test_defaults_are_the_seeds(http: httpx.Client) -> None:
    created = http.post(ARK, json={"model": "m", "prompt": "A fox"}).json()
    assert finish(http, f"{ARK}/{created['data']['task_id']}")["status"] == "completed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": ""},
        {"model": None},
        {"duration": 5},
        {"duration": "7s"},
        {"dimension": "1:1"},
        {"seed": 0},
        {"seed": 2**31},
        {"loop": "yes"},
        {"logo": "x.png"},
    ],
)
def test_it_refuses_wrong_fields_in_its_own_words(http: httpx.Client, wrong: dict[str, Any]) -> None:
    response = http.post(ARK, json={**FLAT, **wrong})
    error = response.json()["error"]
    assert (response.status_code, error["type"], error["code"]) == (400, "invalid_request_error", "invalid_parameters")
    assert next(iter(wrong)) in error["message"]


def test_it_refuses_a_stranger(sandbox: str) -> None:
    response = httpx.post(sandbox + ARK, json=FLAT, trust_env=False)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "invalid_api_key")


def test_an_unknown_task_is_not_found(http: httpx.Client) -> None:
    response = http.get(f"{ARK}/task_unknown")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "task_not_found")


def test_a_failure_is_told_as_a_text(http: httpx.Client) -> None:
    created = http.post(ARK, json={**FLAT, "prompt": "[fail]"}).json()
    data = finish(http, f"{ARK}/{created['data']['task_id']}")
    assert data["status"] == "failed"
    assert "internal error" in data["error"]
    assert data["video_url"] == ""


def test_the_ark_like_dialect_writes_numbers_as_strings(http: httpx.Client) -> None:
    path = "/gptproto/api/v3/contents/generations/tasks"
    task_id = http.post(path, json=ark_body(seed=7)).json()["id"]

    def ended() -> dict[str, Any] | None:
        task = http.get(f"{path}/{task_id}").json()
        return task if task["status"] == "succeeded" else None

    task = until(ended)
    assert task
    assert (task["seed"], task["created_at"].isdigit(), task["generate_audio"]) == ("7", True, True)
