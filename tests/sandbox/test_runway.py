from typing import Any

import httpx
import pytest

from tests.sandbox.running import until
from tests.sandbox.talk import colour_at, data_uri, fetch, frames_of

VERSION = {"X-Runway-Version": "2024-11-06"}
BODY = {"model": "gen4_turbo", "promptImage": data_uri(), "promptText": "a cat", "ratio": "1280:720", "duration": 5}
SEED_4 = {
    "promptImage": "https://www.bt.cn/bbs/template/qiao/style/image/btlogo.png",
    "model": "gen4_turbo",
    "promptText": "cat dance",
    "watermark": False,
    "duration": 5,
    "ratio": "1280:768",
}


@pytest.fixture
def runway(http: httpx.Client) -> httpx.Client:
    http.headers.update(VERSION)
    return http


def ended(http: httpx.Client, task_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        task = http.get(f"/v1/tasks/{task_id}").json()
        return task if task["status"] in ("SUCCEEDED", "FAILED", "CANCELLED") else None

    found = until(look)
    assert found
    return found


def test_an_image_becomes_a_clip(runway: httpx.Client) -> None:
    created = runway.post("/v1/image_to_video", json=BODY).json()
    assert created["estimatedCost"] == {"credits": 25}
    first = runway.get(f"/v1/tasks/{created['id']}").json()
    assert first["status"] in ("PENDING", "RUNNING")
    assert first["estimatedCost"] == {"credits": 25}
    assert 0 <= first.get("progress", 0) <= 1
    task = ended(runway, created["id"])
    assert (task["status"], task["cost"], len(task["output"])) == ("SUCCEEDED", {"credits": 25}, 1)
    assert frames_of(fetch(task["output"][0]))[0].size == (64, 36)


def test_first_and_last_images_are_taken_by_older_models(runway: httpx.Client) -> None:
    both = [{"uri": data_uri("navy"), "position": "first"}, {"uri": data_uri("orange"), "position": "last"}]
    body = {**BODY, "model": "gen3a_turbo", "ratio": "768:1280", "promptImage": both}
    task = ended(runway, runway.post("/v1/image_to_video", json=body).json()["id"])
    frames = frames_of(fetch(task["output"][0]))
    assert colour_at(frames[0], 6, 50)[2] > colour_at(frames[0], 6, 50)[0]  # navy
    assert colour_at(frames[-1], 6, 50)[0] > 180  # orange
    assert runway.post("/v1/image_to_video", json={**BODY, "promptImage": both}).status_code == 400


def test_words_alone_become_a_clip(runway: httpx.Client) -> None:
    body = {"model": "gen4.5", "promptText": "a lake", "ratio": "720:1280", "duration": 2}
    assert ended(runway, runway.post("/v1/text_to_video", json=body).json()["id"])["status"] == "SUCCEEDED"


def test_the_version_header_is_required(http: httpx.Client) -> None:
    for method, path in (("POST", "/v1/image_to_video"), ("GET", "/v1/tasks/x"), ("GET", "/v1/organization")):
        response = http.request(method, path, json=BODY)
        assert (response.status_code, "X-Runway-Version" in response.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"promptImage": None}, "promptImage"),
        ({"promptImage": "data:image/png;base64,bm90IGEgcG5n"}, "promptImage"),
        ({"ratio": "1280:768"}, "ratio"),
        ({"ratio": "wide"}, "ratio"),
        ({"duration": 11}, "duration"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"promptText": "x" * 1001}, "promptText"),
        ({"model": ""}, "model"),
    ],
)
def test_it_refuses_wrong_fields(runway: httpx.Client, wrong: dict[str, Any], param: str) -> None:
    response = runway.post("/v1/image_to_video", json={**BODY, **wrong})
    assert response.status_code == 400
    assert param in response.json()["error"]
    assert response.json()["issues"][0]["path"] == [param]


def test_deleting_an_open_task_cancels_it_and_a_finished_one_goes(runway: httpx.Client) -> None:
    body = {**BODY, "promptText": "[slow]"}
    task_id = runway.post("/v1/image_to_video", json=body).json()["id"]
    until(lambda: runway.get(f"/v1/tasks/{task_id}").json()["status"] == "RUNNING")
    assert runway.delete(f"/v1/tasks/{task_id}").status_code == 204
    task = runway.get(f"/v1/tasks/{task_id}").json()
    assert (task["status"], task["cost"]) == ("CANCELLED", {"credits": 0})
    assert runway.delete(f"/v1/tasks/{task_id}").status_code == 204
    assert runway.get(f"/v1/tasks/{task_id}").status_code == 404


def test_failures_have_codes(runway: httpx.Client) -> None:
    codes = {
        "[blocked]": "SAFETY.OUTPUT.VIDEO",
        "[fail]": "INTERNAL",
        "[blocked-input]": "SAFETY.INPUT.TEXT",
        "[expired]": None,
    }
    for knob, code in codes.items():
        created = runway.post("/v1/image_to_video", json={**BODY, "promptText": knob})
        task = ended(runway, created.json()["id"])
        assert (task["status"], task.get("failureCode"), task["cost"]["credits"]) == ("FAILED", code, 0)
        assert task["failure"]


def test_the_organization_counts(runway: httpx.Client) -> None:
    before = runway.get("/v1/organization").json()
    ended(runway, runway.post("/v1/image_to_video", json=BODY).json()["id"])
    after = runway.get("/v1/organization").json()
    assert after["creditBalance"] == before["creditBalance"] - 25
    count = after["usage"]["models"]["gen4_turbo"]["dailyGenerations"]
    assert count == before["usage"]["models"]["gen4_turbo"]["dailyGenerations"] + 1
    assert after["tier"]["models"]["gen4_turbo"]["maxConcurrentGenerations"] == 1


def test_it_refuses_a_stranger(sandbox: str) -> None:
    response = httpx.post(f"{sandbox}/v1/image_to_video", json=BODY, headers=VERSION, trust_env=False)
    assert response.status_code == 401
    assert isinstance(response.json()["error"], str)


def test_the_relay_answers_like_the_seeds_example(http: httpx.Client) -> None:
    created = http.post("/runwayml/v1/image_to_video", json=SEED_4).json()
    assert set(created) == {
        "id", "prompt", "state", "queue_state", "created_at", "batch_id", "video", "video_raw", "liked",
        "estimate_wait_seconds", "thumbnail", "last_frame",
    }  # fmt: skip
    assert (created["state"], created["video"]) == ("pending", None)

    def done() -> dict[str, Any] | None:
        task = http.get(f"/runwayml/v1/tasks/{created['id']}").json()
        return task if task["state"] not in ("pending", "processing") else None

    task = until(done)
    assert task
    assert task["state"] == "completed"
    assert frames_of(fetch(task["video"]))[0].size == (64, 38)


@pytest.mark.parametrize(("query", "words"), [("?shape=schema", "a cat"), ("", "a cat [schema]")])
def test_the_relay_answers_like_the_seeds_schema(http: httpx.Client, query: str, words: str) -> None:
    created = http.post(f"/runwayml/v1/image_to_video{query}", json={**SEED_4, "promptText": words}).json()
    assert set(created) == {"code", "message", "request_id", "data"}
    data = created["data"]
    assert (created["code"], data["task_status"], type(data["created_at"])) == (0, "pending", int)

    def done() -> dict[str, Any] | None:
        found = http.get(f"/runwayml/v1/tasks/{data['task_id']}{query}").json()["data"]
        return found if found["task_status"] == "completed" else None

    finished = until(done)
    assert finished
    assert finished["video"].startswith("http")


def test_the_relay_can_answer_in_runways_own_shape(http: httpx.Client) -> None:
    created = http.post("/runwayml/v1/image_to_video?shape=official", json=SEED_4).json()
    assert created["status"] == "PENDING"


def test_the_relay_knows_no_stranger_and_no_unknown_task(sandbox: str, http: httpx.Client) -> None:
    assert httpx.post(f"{sandbox}/runwayml/v1/image_to_video", json=SEED_4, trust_env=False).status_code == 401
    response = http.get("/runwayml/v1/tasks/none")
    assert (response.status_code, response.json()["code"]) == (400, "task_not_exist")
