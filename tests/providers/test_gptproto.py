"""GPTProto's flat form: against its own page, and the shapes its address also answers in."""

import pytest

from generations.providers import gptproto
from generations.providers.base import Cause, Created, Medium, Order, Phase, Unwritable

from .answers import KEY, account, created, task
from .documents import PNG, curl_examples

SCHEMA, ERROR, REQUEST, REPLY, _ = curl_examples("gptproto-text")
BASE = "https://gptproto.com/api/v3"


def test_an_order_is_written_as_the_page_shows_it():
    settings = {name: REQUEST[name] for name in ("loop", "duration", "dimension", "seed")}
    call = gptproto.create(account(BASE), Order(REQUEST["model"], REQUEST["prompt"], parameters=settings))
    assert call.body == REQUEST
    assert (call.method, call.url) == ("POST", "https://gptproto.com/api/v3/contents/generations/tasks")
    assert call.headers == {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}


def test_every_field_of_the_page_can_be_sent_and_nothing_else_is():
    order = Order(
        "m",
        "p",
        parameters={"loop": True, "duration": "5s", "dimension": "768:768", "seed": 1, "logo": {}},
        tag="s1-x",
        expires_after=60,
    )
    body = gptproto.create(account(BASE), order).body
    assert body is not None
    assert set(body) == set(SCHEMA)


def test_it_refuses_media_and_says_so():
    with pytest.raises(Unwritable, match="text alone"):
        gptproto.create(account(BASE), Order("m", "p", media=[Medium("first_frame", "image", PNG)]))


def test_the_pages_reply_is_read():
    assert created(gptproto, REPLY) == Created("task_xxxxxxxxxx", "pending")


def test_the_pages_error_is_read():
    found = created(gptproto, ERROR, 400)
    assert (found.cause, found.code, found.message) == (
        Cause.INPUT,
        "invalid_parameters",
        "Invalid request parameters",
    )


@pytest.mark.parametrize(
    ("word", "phase"), [("pending", Phase.QUEUED), ("processing", Phase.RUNNING), ("failed", Phase.FAILED)]
)
def test_a_flat_task_is_read(word, phase):
    data = {"task_id": "task_1", "status": word, "model": "m", "video_url": "", "created_at": "2026-01-02T03:04:05Z"}
    found = task(gptproto, {"code": 0, "message": "Success", "data": data}, task_id="task_1")
    assert (found.phase, found.word, found.model) == (phase, word, "m")
    assert found.created_at == 1767323045


def test_a_flat_success_is_read():
    data = {"task_id": "task_1", "status": "completed", "video_url": "https://cdn.example/v.mp4", "error": ""}
    found = task(gptproto, {"code": 0, "message": "Success", "data": data})
    assert (found.phase, found.video_url, found.refusal) == (Phase.SUCCEEDED, "https://cdn.example/v.mp4", None)


def test_a_flat_failure_says_why():
    data = {"task_id": "task_1", "status": "failed", "error": "The image contains sensitive content"}
    found = task(gptproto, {"code": 0, "message": "Success", "data": data})
    assert (found.phase, found.refusal.cause) == (Phase.FAILED, Cause.BLOCKED)
    assert found.refusal.message == "The image contains sensitive content"


def test_a_failure_never_quotes_the_envelopes_success():
    found = task(gptproto, {"code": 0, "message": "Success", "data": {"task_id": "task_1", "status": "failed"}})
    assert found.refusal.message == "The provider gave no reason."


def test_arks_shape_at_the_same_address_is_read():
    content = {"video_url": "https://cdn.example/v.mp4"}
    data = {"id": "cgt-1", "status": "succeeded", "content": content, "seed": "16108", "created_at": "1766663633"}
    found = task(gptproto, data)
    assert (found.video_url, found.seed, found.created_at) == ("https://cdn.example/v.mp4", 16108, 1766663633)


def test_the_unified_shape_is_read():
    data = {"code": 200, "data": {"id": "p-1", "urls": {"get": "https://x.example/p-1"}, "status": "created"}}
    assert created(gptproto, data) == Created("p-1", "created")
    data = {"code": 200, "data": {"id": "p-1", "status": "completed", "outputs": ["https://cdn.example/v.mp4"]}}
    assert task(gptproto, data).video_url == "https://cdn.example/v.mp4"


def test_it_neither_lists_nor_cancels():
    assert gptproto.look_many(account(BASE), ["task_1"]) is None
    assert gptproto.cancel(account(BASE), "task_1") is None
    assert not gptproto.CANCELS


def test_the_probe_looks_for_a_task_that_cannot_exist():
    call = gptproto.probe(account(BASE))
    assert (call.method, call.url) == ("GET", f"{BASE}/contents/generations/tasks/task_0000000000")
