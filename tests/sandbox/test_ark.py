import time
from typing import Any

import httpx
import pytest

from tests.sandbox.talk import ARK, ark_body, ark_create, ark_end, ark_get, data_uri, image, text


def test_a_created_task_goes_from_queued_to_succeeded(http: httpx.Client) -> None:
    task_id = ark_create(http, resolution="480p", ratio="16:9", duration=5, seed=11, return_last_frame=True)
    first = ark_get(http, task_id)
    assert first["status"] in ("queued", "running")
    assert "content" not in first
    task = ark_end(http, task_id)
    assert task["status"] == "succeeded"
    assert (task["resolution"], task["ratio"], task["duration"], task["framespersecond"]) == ("480p", "16:9", 5, 24)
    assert (task["seed"], task["generate_audio"], task["draft"], task["error"]) == (11, True, False, None)
    assert task["usage"]["total_tokens"] == task["usage"]["completion_tokens"] == 864 * 496 * 121 // 1024
    assert task["content"]["video_url"].split("?")[0].endswith(f"/files/{task_id}/video.mp4")
    assert "last_frame_url" in task["content"]
    assert task["created_at"] <= task["updated_at"] <= time.time() + 1


def test_states_never_go_backwards(http: httpx.Client) -> None:
    task_id = ark_create(http)
    seen: list[str] = []
    while not seen or seen[-1] != "succeeded":
        seen.append(ark_get(http, task_id)["status"])
    order = [word for i, word in enumerate(seen) if i == 0 or seen[i - 1] != word]
    assert order in (["queued", "running", "succeeded"], ["running", "succeeded"], ["queued", "succeeded"])


@pytest.mark.parametrize("prefix", ["/api/v3", "/v3", "/volc/v1"])
def test_every_prefix_of_the_seeds_works(http: httpx.Client, prefix: str) -> None:
    created = http.post(f"{prefix}/contents/generations/tasks", json=ark_body()).json()
    assert created["id"].startswith("cgt-")
    assert created.get("status") == ("submitted" if prefix == "/volc/v1" else None)
    assert http.get(f"{prefix}/contents/generations/tasks/{created['id']}").json()["id"] == created["id"]


def test_the_tag_is_echoed_everywhere(http: httpx.Client) -> None:
    tag = "s1-0badcafe-tag-of-an-attempt"
    created = http.post(ARK, json=ark_body(safety_identifier=tag)).json()
    assert created["safety_identifier"] == tag
    assert ark_get(http, created["id"])["safety_identifier"] == tag
    items = http.get(ARK, params={"filter.task_ids": created["id"]}).json()["items"]
    assert items[0]["safety_identifier"] == tag


def test_a_chosen_seed_is_told_when_none_was_given(http: httpx.Client) -> None:
    first, second = (ark_end(http, ark_create(http, seed=seed))["seed"] for seed in (-1, None))
    assert 0 <= first < 2**31
    assert first != second


def test_flags_in_the_prompt_are_understood_and_lose_against_the_body(http: httpx.Client) -> None:
    words = "A corgi --ratio 9:16 --dur 7 --rs 480p --seed=5 --wm true --cf maybe --seed x"
    task = ark_end(http, ark_create(http, text(words), duration=6))
    assert (task["resolution"], task["duration"], task["seed"], task["ratio"]) == ("480p", 6, 5, "9:16")


def test_adaptive_follows_the_picture(http: httpx.Client) -> None:
    portrait = image(data_uri(size=(360, 640)))
    task = ark_end(http, ark_create(http, text("moves"), portrait, ratio="adaptive"))
    assert task["ratio"] == "9:16"


def test_frames_win_over_duration_on_the_first_generation(http: httpx.Client) -> None:
    model = "doubao-seedance-1-0-pro-250528"
    task = ark_end(http, ark_create(http, model=model, frames=57, duration=9))
    assert task["frames"] == 57
    assert "duration" not in task
    assert task["resolution"] == "1080p"  # this model's default


@pytest.mark.parametrize(
    ("content", "fields", "code", "param"),
    [
        ([], {}, "MissingParameter", "content"),
        ([text(" ")], {}, "InvalidParameter", "content"),
        ([{"type": "poem"}], {}, "InvalidParameter", "content[0].type"),
        ([text("x")], {"model": ""}, "MissingParameter", "model"),
        ([text("x")], {"resolution": "240p"}, "InvalidParameter", "resolution"),
        ([text("x")], {"ratio": "2:1"}, "InvalidParameter", "ratio"),
        ([text("x")], {"duration": 3}, "InvalidParameter", "duration"),
        ([text("x")], {"duration": "5"}, "InvalidParameter", "duration"),
        ([text("x")], {"frames": 57}, "InvalidParameter", "frames"),
        ([text("x")], {"seed": 2**33}, "InvalidParameter", "seed"),
        ([text("x")], {"watermark": "yes"}, "InvalidParameter", "watermark"),
        ([text("x")], {"service_tier": "flex"}, "InvalidParameter", "service_tier"),
        ([text("x")], {"execution_expires_after": 60}, "InvalidParameter", "execution_expires_after"),
        ([text("x")], {"safety_identifier": "x" * 65}, "InvalidParameter", "safety_identifier"),
        ([text("x")], {"draft": True}, "InvalidParameter.UnsupportedParameter", "draft"),
        ([text("x"), image("https://a.example/1.png", "last_frame")], {}, "InvalidParameter", "content"),
        ([text("x"), image("https://a.example/1.png", "cover")], {}, "InvalidParameter", "content[1].role"),
        (
            [image("https://a.example/1.png", "first_frame"), image("https://a.example/2.png", "reference_image")],
            {},
            "InvalidParameter",
            "content",
        ),
        ([image("https://a.example/1.png")] * 2, {}, "InvalidParameter", "content"),
        ([image("https://a.example/1.png", "reference_image")] * 10, {}, "InvalidParameter", "content"),
        (
            [{"type": "audio_url", "audio_url": {"url": "https://a.example/a.mp3"}, "role": "reference_audio"}],
            {},
            "InvalidParameter",
            "content",
        ),
        ([text("x")], {"model": "doubao-seedance-1-0-lite-i2v-250428"}, "InvalidParameter", "content"),
        ([text("x")], {"model": "doubao-seedance-1-0-pro-250528", "ratio": "adaptive"}, "InvalidParameter", "ratio"),
    ],
)
def test_it_refuses_what_ark_refuses(
    http: httpx.Client, content: list[Any], fields: dict[str, Any], code: str, param: str
) -> None:
    body = {"model": "doubao-seedance-2-0-260128", "content": content, **fields}
    response = http.post(ARK, json=body)
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert (error["code"], error["param"], error["type"]) == (code, param, "BadRequest")
    assert response.headers["X-Request-Id"] in error["message"]


def test_it_tolerates_what_ark_tolerates(http: httpx.Client) -> None:
    ark_create(
        http, camera_fixed=True, watermark=None, made_up_field={"a": 1}, priority=9, tools=[{"type": "web_search"}]
    )


def test_a_body_that_is_no_json_is_refused(http: httpx.Client) -> None:
    for body in (b'{"model": "x",}', b"[1]", b"[" * 100_000):
        response = http.post(ARK, content=body)
        assert (response.status_code, response.json()["error"]["code"]) == (400, "InvalidParameter")


def test_the_list_is_newest_first_and_filters(http: httpx.Client) -> None:
    model = f"ep-list-{time.time_ns()}"
    made = [ark_create(http, model=model) for _ in range(3)]
    listed = http.get(ARK, params={"filter.model": model, "page_size": 2}).json()
    assert ([item["id"] for item in listed["items"]], listed["total"]) == (made[:0:-1], 3)
    rest = http.get(ARK, params={"filter.model": model, "page_size": 2, "page_num": 2}).json()
    assert [item["id"] for item in rest["items"]] == made[:1]
    picked = http.get(ARK, params=[("filter.task_ids", made[0]), ("filter.task_ids", made[2])]).json()
    assert {item["id"] for item in picked["items"]} == {made[0], made[2]}
    for task_id in made:
        ark_end(http, task_id)
    done = http.get(ARK, params={"filter.model": model, "filter.status": "succeeded"}).json()
    assert done["total"] == 3
    assert all(item["content"]["video_url"] for item in done["items"])
    assert http.get(ARK, params={"filter.model": model, "filter.status": "failed"}).json()["total"] == 0


@pytest.mark.parametrize("query", [{"page_size": 501}, {"page_num": 0}, {"page_size": "x"}, {"filter.status": "odd"}])
def test_the_list_refuses_odd_questions(http: httpx.Client, query: dict[str, Any]) -> None:
    assert http.get(ARK, params=query).status_code == 400


def test_a_queued_task_can_be_cancelled_once(http: httpx.Client) -> None:
    task_id = ark_create(http, text("wait [queued]"))
    assert http.delete(f"{ARK}/{task_id}").json() == {}
    assert ark_get(http, task_id)["status"] == "cancelled"
    assert http.delete(f"{ARK}/{task_id}").status_code == 409


def test_a_running_task_cannot_be_deleted(http: httpx.Client) -> None:
    task_id = ark_create(http, text("wait [slow]"))
    while ark_get(http, task_id)["status"] == "queued":
        time.sleep(0.05)
    response = http.delete(f"{ARK}/{task_id}")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "OperationDenied.InvalidState")
    assert ark_get(http, task_id)["status"] == "running"


def test_deleting_a_finished_task_takes_record_and_file_away(http: httpx.Client) -> None:
    task_id = ark_create(http)
    url = ark_end(http, task_id)["content"]["video_url"]
    assert http.delete(f"{ARK}/{task_id}").status_code == 200
    response = http.get(f"{ARK}/{task_id}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NotFound.Task")
    assert http.get(url).status_code == 404
    assert http.get(ARK, params={"filter.task_ids": task_id}).json() == {"items": [], "total": 0}


def test_a_draft_is_made_again_in_full(http: httpx.Client) -> None:
    model = "doubao-seedance-2-5-260628"
    draft = ark_create(http, text("A forest"), model=model, draft=True, resolution="480p", duration=4, seed=9)
    assert ark_end(http, draft)["draft"] is True
    again = {"type": "draft_task", "draft_task": {"id": draft}}
    refused = http.post(ARK, json=ark_body(again, model=model, seed=9))
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "seed")
    task = ark_end(http, ark_create(http, again, model=model))
    assert (task["resolution"], task["seed"], task["duration"]) == ("1080p", 9, 4)
    assert (task["draft"], task["draft_task_id"]) == (False, draft)


def test_a_draft_that_is_none_is_refused(http: httpx.Client) -> None:
    again = {"type": "draft_task", "draft_task": {"id": ark_create(http)}}
    assert http.post(ARK, json=ark_body(again)).status_code == 404


def test_seedance_2_5_refuses_a_fixed_ratio_with_frames_late(http: httpx.Client) -> None:
    body = ark_body(text("x"), image(data_uri(), "first_frame"), model="doubao-seedance-2-5-260628", ratio="16:9")
    created = http.post(ARK, json=body)
    assert created.status_code == 200
    task = ark_end(http, created.json()["id"])
    assert (task["status"], task["error"]["code"]) == ("failed", "InvalidParameter.TaskTypeConstraint")


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer bad-key"}]
)
def test_it_refuses_a_stranger(sandbox: str, headers: dict[str, str]) -> None:
    for method, path in (("POST", ARK), ("GET", ARK), ("GET", f"{ARK}/cgt-1"), ("DELETE", f"{ARK}/cgt-1")):
        response = httpx.request(method, sandbox + path, headers=headers, trust_env=False)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "AuthenticationError"
        assert response.json()["error"]["type"] == "Unauthorized"
