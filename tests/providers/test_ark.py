"""The Ark dialect: against ChainHub's and MaxToken's documents, Volcengine's shapes, and what relays make of them."""

from typing import Any

import pytest

from generations.providers import ark
from generations.providers.base import Cause, Created, Medium, Nonsense, Order, Phase, Refusal, Unwritable

from .answers import KEY, account, created, listed, probed, task
from .documents import PNG, curl_examples, openapi_examples

TASKS = "https://gateway.example/api/v3/contents/generations/tasks"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
FLAGS = {"ratio": "ratio", "duration": "dur", "camera_fixed": "camerafixed"}

SUCCEEDED: dict[str, Any] = {
    "id": "cgt-20260606160057-6bbjd",
    "model": "doubao-seedance-2-0-260128",
    "status": "succeeded",
    "error": None,
    "content": {
        "video_url": "https://ark-acg-cn-beijing.tos-cn-beijing.volces.com/v.mp4?X-Tos-Expires=86400&X-Tos-Signature=s",
        "last_frame_url": "https://ark-acg-cn-beijing.tos-cn-beijing.volces.com/last.png?X-Tos-Expires=86400",
    },
    "usage": {"completion_tokens": 108900, "total_tokens": 108900},
    "created_at": 1780732857,
    "updated_at": 1780732991,
    "seed": 97151,
    "resolution": "720p",
    "ratio": "16:9",
    "duration": 5,
    "framespersecond": 24,
    "service_tier": "default",
    "execution_expires_after": 172800,
    "generate_audio": True,
    "draft": False,
    "priority": 0,
    "safety_identifier": "s1-0123abcd-11111111-2222-4333-8444-555555555555",
}


def order(**fields):
    return Order(**{"model": "m", "prompt": "A fox", **fields})


def body_of(one, **fields) -> dict[str, Any]:
    return dict(ark.create(one, order(**fields)).body or {})


# ---- writing


def test_a_first_frame_is_written_as_chainhub_shows_it():
    expected, _ = openapi_examples("chainhub-first-frame")
    expected["content"][1]["image_url"]["url"] = PNG
    text = expected["content"][0]["text"].removesuffix(" --ratio adaptive --dur 5")
    call = ark.create(
        account(flags=True),
        order(
            model=expected["model"],
            prompt=text,
            media=[Medium("first_frame", "image", PNG, name_role=False)],
            parameters={"ratio": "adaptive", "duration": 5},
            flag_names=FLAGS,
        ),
    )
    assert call.body == expected
    assert (call.method, call.url, call.headers) == ("POST", TASKS, HEADERS)


def test_references_are_written_as_chainhub_shows_them():
    expected, _ = openapi_examples("chainhub-references")
    urls = [item["image_url"]["url"] for item in expected["content"][1:]]
    call = ark.create(
        account(flags=True),
        order(
            model=expected["model"],
            prompt=expected["content"][0]["text"],
            media=[Medium("reference_image", "image", url) for url in urls],
            flag_names=FLAGS,
        ),
    )
    assert call.body == expected


def test_seedance_2_is_written_as_maxtoken_shows_it():
    expected, _ = curl_examples("maxtoken-seedance-2")
    names = ("generate_audio", "resolution", "ratio", "duration", "camera_fixed", "watermark")
    call = ark.create(
        account("http://45.32.108.182:15555/api/v3"),
        order(
            model=expected["model"],
            prompt=expected["content"][0]["text"],
            media=[Medium("reference_image", "image", item["image_url"]["url"]) for item in expected["content"][1:]],
            parameters={name: expected[name] for name in names},
        ),
    )
    assert call.body == expected
    assert call.url == "http://45.32.108.182:15555/api/v3/contents/generations/tasks"
    assert call.headers == HEADERS


def test_every_kind_of_media_has_its_role_beside_its_address():
    media = [
        Medium("reference_image", "image", "https://a.example/i.png"),
        Medium("reference_video", "video", "https://a.example/v.mp4"),
        Medium("reference_audio", "audio", "data:audio/wav;base64,AAAA"),
    ]
    body = body_of(account(), prompt="", media=media)
    assert body == {
        "model": "m",
        "content": [
            {"type": "image_url", "image_url": {"url": "https://a.example/i.png"}, "role": "reference_image"},
            {"type": "video_url", "video_url": {"url": "https://a.example/v.mp4"}, "role": "reference_video"},
            {"type": "audio_url", "audio_url": {"url": "data:audio/wav;base64,AAAA"}, "role": "reference_audio"},
        ],
    }


def test_an_empty_prompt_beside_media_is_left_out_but_flags_still_travel():
    media = [Medium("first_frame", "image", PNG)]
    body = body_of(account(flags=True), prompt="", media=media, parameters={"duration": 5}, flag_names=FLAGS)
    assert body["content"][0] == {"type": "text", "text": "--dur 5"}


def test_tag_and_expiry_go_under_arks_names_only_when_given():
    plain = body_of(account())
    assert plain == {"model": "m", "content": [{"type": "text", "text": "A fox"}]}
    body = body_of(account(), tag="s1-x", expires_after=21600)
    assert body == plain | {"safety_identifier": "s1-x", "execution_expires_after": 21600}


def test_it_refuses_a_medium_that_ark_does_not_know():
    with pytest.raises(Unwritable, match="not “font”"):
        ark.create(account(), order(media=[Medium("first_frame", "font", PNG)]))


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("A fox", "A fox --ratio adaptive --dur 5 --camerafixed false"),
        ("A fox  \n", "A fox --ratio adaptive --dur 5 --camerafixed false"),
        ("A fox --dur 7", "A fox --dur 7 --ratio adaptive --camerafixed false"),
        ("A fox --duration=7 --rt 1:1", "A fox --duration=7 --rt 1:1 --camerafixed false"),
        ("A fox --CF true --Ratio 1:1 --dur 5", "A fox --CF true --Ratio 1:1 --dur 5"),
        ("A fox --durable", "A fox --durable --ratio adaptive --dur 5 --camerafixed false"),
        ("A fox --ratio", "A fox --ratio --ratio adaptive --dur 5 --camerafixed false"),
    ],
)
def test_a_flag_that_was_typed_stays_as_typed(prompt, text):
    parameters = {"ratio": "adaptive", "duration": 5, "camera_fixed": False}
    call = ark.create(account(flags=True), order(prompt=prompt, parameters=parameters, flag_names=FLAGS))
    assert call.body == {"model": "m", "content": [{"type": "text", "text": text}]}


def test_a_parameter_without_a_flag_stays_a_field():
    parameters = {"ratio": "16:9", "return_last_frame": True}
    body = body_of(account(flags=True), parameters=parameters, flag_names=FLAGS)
    assert body["return_last_frame"] is True
    assert "ratio" not in body


def test_without_flags_the_prompt_is_untouched():
    body = body_of(account(), parameters={"ratio": "16:9"}, flag_names=FLAGS)
    assert body == {"model": "m", "content": [{"type": "text", "text": "A fox"}], "ratio": "16:9"}


# ---- looking


def test_a_look_is_the_documents_get():
    call = ark.look(account(), "cgt-20251225201056-abc")
    assert (call.method, call.url, call.headers, call.body) == (
        "GET",
        f"{TASKS}/cgt-20251225201056-abc",
        HEADERS,
        None,
    )


def test_many_are_asked_by_id_in_one_call():
    call = ark.look_many(account(), ["cgt-1", "cgt:2"], size=2)
    assert call
    assert call.url == f"{TASKS}?page_num=1&page_size=2&filter.task_ids=cgt-1&filter.task_ids=cgt%3A2"
    page = ark.look_many(account(), page=3, size=500)
    assert page
    assert page.url == f"{TASKS}?page_num=3&page_size=500"


@pytest.mark.parametrize(
    "wrong", [{"ids": ["../x"]}, {"ids": ["a"] * 101}, {"page": 0}, {"page": 501}, {"size": 501}, {"size": 0}]
)
def test_a_list_call_that_ark_would_refuse_is_not_written(wrong):
    with pytest.raises(Unwritable):
        ark.look_many(account(), **wrong)


def test_a_host_without_a_list_is_never_asked_for_one():
    assert ark.look_many(account(lists=False), ["cgt-1"]) is None


def test_cancelling_deletes_the_task():
    call = ark.cancel(account(), "cgt-1")
    assert call
    assert (call.method, call.url, call.headers) == ("DELETE", f"{TASKS}/cgt-1", HEADERS)
    assert frozenset({Phase.QUEUED}) == ark.CANCELS
    assert ark.ERASES


# ---- reading


@pytest.mark.parametrize(
    ("document", "task_id", "word"),
    [
        ("chainhub-first-frame", "cgt-20250918170604-vd988", "submitted"),
        ("chainhub-references", "cgt-20250918170909-j7gxl", "submitted"),
    ],
)
def test_chainhubs_replies_are_read(document, task_id, word):
    _, reply = openapi_examples(document)
    assert created(ark, reply) == Created(task_id, word)


def test_maxtokens_reply_is_read():
    _, reply = curl_examples("maxtoken-seedance-2")
    assert created(ark, reply) == Created("cgt-20251225201056-abc")


def test_arks_reply_with_the_tag_is_read():
    assert created(ark, {"id": "cgt-1", "safety_identifier": "s1-x"}) == Created("cgt-1")


def test_a_success_is_read_whole():
    found = task(ark, SUCCEEDED)
    assert (found.phase, found.word, found.known, found.refusal) == (Phase.SUCCEEDED, "succeeded", True, None)
    assert found.video_url == SUCCEEDED["content"]["video_url"]
    assert found.last_frame_url == SUCCEEDED["content"]["last_frame_url"]
    assert (found.seed, found.tag, found.model) == (97151, SUCCEEDED["safety_identifier"], SUCCEEDED["model"])
    assert found.created_at == 1780732857
    assert found.facts == {
        "resolution": "720p",
        "ratio": "16:9",
        "duration": 5,
        "framespersecond": 24,
        "generate_audio": True,
        "service_tier": "default",
        "usage": {"completion_tokens": 108900, "total_tokens": 108900},
    }


def test_numbers_as_text_are_read_as_numbers():
    strings = {"seed": "16108", "created_at": "1766663633", "duration": "5", "framespersecond": "24"}
    found = task(ark, SUCCEEDED | strings)
    assert (found.seed, found.created_at) == (16108, 1766663633)
    assert (found.facts["duration"], found.facts["framespersecond"]) == (5, 24)


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("queued", Phase.QUEUED),
        ("running", Phase.RUNNING),
        ("cancelled", Phase.CANCELLED),
        ("expired", Phase.EXPIRED),
        ("failed", Phase.FAILED),
    ],
)
def test_arks_words_are_known(word, phase):
    found = task(ark, {"id": "cgt-1", "model": "m", "status": word, "created_at": 1, "updated_at": 2})
    assert (found.phase, found.known) == (phase, True)
    assert (found.refusal is not None) == (phase in {Phase.CANCELLED, Phase.EXPIRED, Phase.FAILED})
    assert found.video_url == ""


def test_an_unknown_word_keeps_running_and_says_so():
    found = task(ark, {"id": "cgt-1", "status": "Beautifying"})
    assert (found.phase, found.known, found.word) == (Phase.RUNNING, False, "Beautifying")


@pytest.mark.parametrize("key", ["error", "failure_reason"])
@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("OutputVideoSensitiveContentDetected.PolicyViolation", Cause.BLOCKED),
        ("InvalidParameter.TaskTypeConstraint", Cause.INPUT),
        ("InternalServiceError", Cause.PROVIDER),
        ("SomethingNew", Cause.UNKNOWN),
    ],
)
def test_a_failure_says_why(key, code, cause):
    found = task(ark, {"id": "cgt-1", "status": "failed", key: {"code": code, "message": "Request id: 0217"}})
    assert found.refusal == Refusal(cause, "Request id: 0217", code, 200)


def test_an_envelope_of_a_gateway_is_opened():
    raw = SUCCEEDED | {"status": "succeeded"}
    found = task(ark, {"code": "success", "message": "", "data": {"status": "IN_PROGRESS", "progress": "50%"}})
    assert (found.phase, found.progress) == (Phase.RUNNING, 0.5)
    found = task(ark, {"code": "success", "data": {"task_id": "t", "status": "SUCCESS", "data": raw}})
    assert (found.phase, found.video_url) == (Phase.SUCCEEDED, SUCCEEDED["content"]["video_url"])
    assert (found.seed, found.facts["resolution"]) == (97151, "720p")


@pytest.mark.parametrize("word", ["expired", "cancelled"])
def test_what_a_gateway_takes_for_progress_is_seen_to_have_ended(word):
    data = {"code": "success", "data": {"status": "IN_PROGRESS", "data": {"id": "cgt-1", "status": word}}}
    assert task(ark, data).phase == word


def test_the_relay_that_wraps_arks_answer_in_a_response_is_read():
    data = {"id": "x", "request": {"prompt": "a"}, "response": {"success": True, "data": SUCCEEDED}}
    found = task(ark, data)
    assert (found.phase, found.seed) == (Phase.SUCCEEDED, 97151)
    assert found.video_url == SUCCEEDED["content"]["video_url"]


def test_an_address_in_the_reason_of_an_old_fork_counts_only_beside_success():
    data = {"code": "success", "data": {"status": "SUCCESS", "fail_reason": "https://a.example/v.mp4"}}
    assert task(ark, data).video_url == "https://a.example/v.mp4"
    data = {"code": "success", "data": {"status": "FAILURE", "fail_reason": "out of memory"}}
    found = task(ark, data)
    assert (found.video_url, found.refusal.message) == ("", "out of memory")


def test_a_success_without_an_address_has_none():
    assert task(ark, {"id": "cgt-1", "status": "succeeded", "content": {"video_url": ""}}).video_url == ""


@pytest.mark.parametrize("data", [{"code": "task_not_exist", "message": "task_not_exist", "data": None}])
@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_task_that_is_not_there_is_a_refusal(data, status):
    found = task(ark, data, status)
    assert (found.cause, found.code, found.status) == (Cause.MISSING, "task_not_exist", status)


def test_the_list_is_read():
    data = {"total": 3, "items": [SUCCEEDED, {"id": "cgt-2", "status": "queued"}, {"status": "queued"}]}
    found = listed(ark, data)
    assert [(one.id, one.phase) for one in found] == [(SUCCEEDED["id"], "succeeded"), ("cgt-2", "queued")]


def test_an_empty_list_is_a_list():
    assert list(listed(ark, {"total": 0, "items": []})) == []


@pytest.mark.parametrize("data", [{}, {"items": None}, {"items": {}}, [], b"<html></html>", {"data": {}}])
def test_what_is_no_list_is_nonsense(data):
    assert isinstance(listed(ark, data), Nonsense)


def test_a_list_with_a_business_error_is_a_refusal():
    found = listed(ark, {"code": 401, "message": "bad key"})
    assert found.cause is Cause.AUTH


# ---- probing


def test_the_probe_is_the_shortest_list_or_a_task_that_cannot_exist():
    assert ark.probe(account()).url == f"{TASKS}?page_num=1&page_size=1"
    assert ark.probe(account(lists=False)).url == f"{TASKS}/cgt-20000101000000-xxxxx"
    assert ark.probe(account()).headers == HEADERS


def test_a_good_key_passes():
    assert probed(ark, {"total": 0, "items": []}, 200) is None
    missing = {"error": {"code": "NotFound.Task", "message": "The task was not found. Request id: 02"}}
    assert probed(ark, missing, 404) is None
    assert probed(ark, {"code": "task_not_exist", "message": "", "data": None}, 400) is None


def test_a_bad_key_does_not():
    body = {"error": {"code": "AuthenticationError", "message": "the API key or AK/SK is missing or invalid"}}
    assert probed(ark, body, 401).cause is Cause.AUTH
    assert probed(ark, {"code": 401, "message": "bad key"}, 200).cause is Cause.AUTH
    overdue = {"error": {"code": "AccountOverdueError", "message": "overdue"}}
    assert probed(ark, overdue, 403).cause is Cause.BALANCE


def test_a_wrong_address_does_not():
    web = b"<html><title>404 Not Found</title></html>"
    assert "check the base URL" in probed(ark, web, 404).message
    assert "Check the base URL" in probed(ark, b"<html><title>Welcome</title></html>", 200).message
    lost = {"error": {"message": "Invalid URL (GET /v3/contents)", "type": "invalid_request_error", "code": ""}}
    assert "check the base URL" in probed(ark, lost, 404).message
    assert "base URL" in probed(ark, b"", 301, location="https://elsewhere.example/").message
