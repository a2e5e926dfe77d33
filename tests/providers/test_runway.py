"""The Runway dialect: its own API, and ChainHub's, which may answer as Runway, Kling or Luma."""

import pytest

from generations.providers import runway
from generations.providers.base import Cause, Created, Medium, Order, Phase, Unwritable

from .answers import KEY, account, created, probed, task
from .documents import PNG, openapi_examples

REQUEST, REPLY = openapi_examples("chainhub-runway")
OFFICIAL = account("https://api.dev.runwayml.com", headers={"X-Runway-Version": "2024-11-06"})
CHAINHUB = account("https://api.chainhub.tech/runwayml")
ID = "4665a07c-7641-4809-a133-10786201bb56"
FIRST = Medium("first_frame", "image", PNG)
LAST = Medium("last_frame", "image", "https://a.example/last.png")


def test_an_order_is_written_as_chainhub_shows_it():
    settings = {name: REQUEST[name] for name in ("watermark", "duration", "ratio")}
    first = Medium("first_frame", "image", REQUEST["promptImage"])
    call = runway.create(CHAINHUB, Order(REQUEST["model"], REQUEST["promptText"], [first], settings))
    assert call.body == REQUEST
    assert (call.method, call.url) == ("POST", "https://api.chainhub.tech/runwayml/v1/image_to_video")
    assert call.headers == {
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


def test_runway_itself_gets_its_version():
    call = runway.create(OFFICIAL, Order("gen4_turbo", "", [FIRST], {"ratio": "1280:720", "seed": 4294967295}))
    assert call.url == "https://api.dev.runwayml.com/v1/image_to_video"
    assert call.headers["X-Runway-Version"] == "2024-11-06"
    assert call.body == {"promptImage": PNG, "model": "gen4_turbo", "ratio": "1280:720", "seed": 4294967295}


def test_a_last_frame_makes_a_list_of_positions():
    body = runway.create(OFFICIAL, Order("gen3a_turbo", "p", [FIRST, LAST])).body
    assert body == {
        "promptImage": [{"uri": PNG, "position": "first"}, {"uri": LAST.url, "position": "last"}],
        "model": "gen3a_turbo",
        "promptText": "p",
    }
    body = runway.create(OFFICIAL, Order("gen3a_turbo", "p", [LAST])).body
    assert body
    assert body["promptImage"] == [{"uri": LAST.url, "position": "last"}]


def test_text_alone_goes_to_runways_own_text_route():
    call = runway.create(OFFICIAL, Order("gen4.5", "A fox", parameters={"ratio": "1280:720", "duration": 5}))
    assert call.url == "https://api.dev.runwayml.com/v1/text_to_video"
    assert call.body == {"model": "gen4.5", "promptText": "A fox", "ratio": "1280:720", "duration": 5}


def test_text_alone_is_refused_for_a_gateway():
    with pytest.raises(Unwritable, match="add a first frame"):
        runway.create(CHAINHUB, Order("gen4_turbo", "A fox"))


@pytest.mark.parametrize("medium", [Medium("reference_image", "image", PNG), Medium("reference_video", "video", "u")])
def test_it_refuses_references(medium):
    with pytest.raises(Unwritable, match="not a reference"):
        runway.create(OFFICIAL, Order("gen4_turbo", "p", [medium]))


def test_looking_and_cancelling():
    call = runway.look(CHAINHUB, ID)
    assert (call.method, call.url) == ("GET", f"https://api.chainhub.tech/runwayml/v1/tasks/{ID}")
    assert call.headers == {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}
    gone = runway.cancel(OFFICIAL, ID)
    assert gone
    assert (gone.method, gone.url) == ("DELETE", f"https://api.dev.runwayml.com/v1/tasks/{ID}")
    assert gone.headers["X-Runway-Version"] == "2024-11-06"
    assert {Phase.QUEUED, Phase.RUNNING} == runway.CANCELS
    assert runway.look_many(OFFICIAL, [ID]) is None


def test_chainhubs_reply_is_read():
    assert created(runway, REPLY) == Created(ID, "pending")


def test_chainhubs_schema_is_read():
    data = {"task_id": "t-1", "task_status": "submitted", "created_at": 1734874720, "updated_at": 1734874720}
    reply = {"code": 0, "message": "SUCCEED", "request_id": "trace-9", "data": data}
    assert created(runway, reply) == Created("t-1", "submitted")


def test_runways_reply_is_read():
    assert created(runway, {"id": ID, "estimatedCost": {"credits": 25}}) == Created(ID)


def test_a_trace_id_alone_is_no_task():
    found = created(runway, {"code": 0, "message": "SUCCEED", "request_id": "trace-9", "data": {}})
    assert "no task id" in found.message


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("PENDING", Phase.QUEUED),
        ("THROTTLED", Phase.QUEUED),
        ("RUNNING", Phase.RUNNING),
        ("CANCELLED", Phase.CANCELLED),
    ],
)
def test_runways_words_are_known(word, phase):
    found = task(runway, {"id": ID, "createdAt": "2024-12-22T13:38:40.139409Z", "status": word, "progress": 0.25})
    assert (found.phase, found.known, found.progress) == (phase, True, 0.25)
    assert found.created_at == pytest.approx(1734874720.139409)


def test_runways_success_is_read():
    data = {"id": ID, "status": "SUCCEEDED", "output": ["https://cdn.example/v.mp4?_jwt=x"], "cost": {"credits": 25}}
    found = task(runway, data)
    assert (found.video_url, found.cost) == ("https://cdn.example/v.mp4?_jwt=x", 25)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("SAFETY.INPUT.IMAGE", Cause.BLOCKED),
        ("SAFETY.OUTPUT.VIDEO", Cause.BLOCKED),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", Cause.BLOCKED),
        ("THIRD_PARTY.SAFETY", Cause.BLOCKED),
        ("INPUT_PREPROCESSING.INTERNAL", Cause.PROVIDER),
        ("THIRD_PARTY.UNAVAILABLE", Cause.PROVIDER),
        ("INTERNAL", Cause.PROVIDER),
        ("", Cause.PROVIDER),
        (None, Cause.PROVIDER),
        ("INTERNAL.BAD_OUTPUT.CODE01", Cause.INPUT),
        ("ASSET.INVALID", Cause.INPUT),
    ],
)
def test_every_failure_code_has_its_cause(code, cause):
    found = task(runway, {"id": ID, "status": "FAILED", "failure": "It did not work.", "failureCode": code})
    assert (found.phase, found.refusal.cause, found.refusal.code) == (Phase.FAILED, cause, code or "")
    assert found.refusal.message == "It did not work."


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("pending", Phase.QUEUED),
        ("queued", Phase.QUEUED),
        ("dreaming", Phase.RUNNING),
        ("processing", Phase.RUNNING),
        ("failed", Phase.FAILED),
    ],
)
def test_lumas_words_are_known(state, phase):
    assert task(runway, REPLY | {"state": state}).phase == phase


@pytest.mark.parametrize(
    "result",
    [
        {"video": "https://cdn.example/v.mp4"},
        {"video": {"url": "https://cdn.example/v.mp4", "width": 1280}},
        {"video_raw": "https://cdn.example/v.mp4"},
        {"video": {"url": ""}, "video_raw": {"url": "https://cdn.example/v.mp4"}},
    ],
)
def test_lumas_success_is_read(result):
    frame = {"url": "https://cdn.example/last.png"}
    found = task(runway, REPLY | {"state": "completed", "last_frame": frame} | result)
    assert (found.phase, found.video_url) == (Phase.SUCCEEDED, "https://cdn.example/v.mp4")
    assert found.last_frame_url == "https://cdn.example/last.png"


def test_klings_task_is_read():
    data = {"task_id": "t-1", "task_status": "succeed", "created_at": 1734874720000}
    data |= {"task_result": {"videos": [{"id": "v", "url": "https://cdn.example/v.mp4", "duration": "5.1"}]}}
    found = task(runway, {"code": 0, "message": "SUCCEED", "request_id": "r", "data": data})
    assert (found.phase, found.video_url, found.created_at) == (
        Phase.SUCCEEDED,
        "https://cdn.example/v.mp4",
        1734874720,
    )


def test_klings_failure_says_why():
    data = {"task_id": "t-1", "task_status": "failed", "task_status_msg": "Failure to pass the risk control system"}
    found = task(runway, {"code": 0, "message": "SUCCEED", "data": data})
    assert found.refusal.message == "Failure to pass the risk control system"


def test_the_word_goes_before_the_number_beside_it():
    data = {"id": ID, "state": "succeeded", "status": "3", "video": "https://cdn.example/v.mp4"}
    assert task(runway, data).phase == Phase.SUCCEEDED


def test_an_error_with_its_issues_is_read():
    body = {"error": "Validation of body failed", "issues": [{"message": "ratio: bad value"}], "docUrl": "https://x.y"}
    found = created(runway, body, 400)
    assert (found.cause, found.message) == (Cause.INPUT, "Validation of body failed ratio: bad value")


def test_an_empty_purse_is_no_matter_of_the_input():
    found = created(runway, {"error": "You do not have enough credits to run this task."}, 400)
    assert found.cause is Cause.BALANCE


def test_the_probe_asks_runway_for_the_organization_and_a_gateway_for_nothing():
    assert runway.probe(OFFICIAL).url == "https://api.dev.runwayml.com/v1/organization"
    zero = "00000000-0000-0000-0000-000000000000"
    assert runway.probe(CHAINHUB).url == f"https://api.chainhub.tech/runwayml/v1/tasks/{zero}"
    assert probed(runway, {"tier": {}, "creditBalance": 100}, 200) is None
    assert probed(runway, {"error": "Unauthorized"}, 401).cause is Cause.AUTH
