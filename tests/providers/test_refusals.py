"""A provider's no: its shapes, its causes, how long to wait, and what it means for the one paid request."""

import json

import pytest

from generations.providers import ark, reading
from generations.providers.base import Cause, Created, Nonsense, Refusal
from generations.providers.refusals import cause_by_code, retry_after

from .answers import created

NESTED = json.dumps({"error": {"code": "InvalidParameter", "message": "bad ratio"}})
NONE = {"code": "task_not_exist", "message": "task_not_exist", "data": None}
PAGE = b"<html><title>502 Bad Gateway</title></html>"
PAGE_SAYS = "and the answer is not JSON but a web page titled “502 Bad Gateway”"


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (
            400,
            {"error": {"code": "InvalidParameter.X", "message": "m", "type": "BadRequest"}},
            "InvalidParameter.X",
            "m",
        ),
        (400, {"error": "m", "issues": [], "docUrl": "https://d.example"}, "", "m"),
        (500, {"code": "fail_to_fetch_task", "message": NESTED, "data": None}, "InvalidParameter", "bad ratio"),
        (200, {"code": "fail_to_fetch_task", "message": NESTED, "data": None}, "InvalidParameter", "bad ratio"),
        (400, {"error": {"message": NESTED, "type": "upstream_error", "code": ""}}, "InvalidParameter", "bad ratio"),
        (200, {"code": 400, "message": "m"}, "400", "m"),
        (200, {"code": "400", "msg": "m"}, "400", "m"),
        (200, {"success": False, "error": {"code": "x", "message": "m"}}, "x", "m"),
        (200, {"success": False, "message": "m"}, "", "m"),
        (422, {"detail": "m"}, "", "m"),
        (422, {"detail": [{"loc": ["body", "x"], "msg": "m", "type": "t"}, {"msg": "n"}]}, "", "m; n"),
        (200, {"base_resp": {"status_code": 1026, "status_msg": "m"}}, "1026", "m"),
        (404, {"message": "m"}, "", "m"),
        (400, NONE, "task_not_exist", "task_not_exist"),
        (502, PAGE, "", f"HTTP 502 Bad Gateway, {PAGE_SAYS}"),
        (500, b"", "", "HTTP 500 Internal Server Error, and the answer is empty"),
        (520, {}, "", "HTTP 520, without a reason"),
        (302, b"", "", "HTTP 302 Found: it sends elsewhere, which is not followed. Check the base URL."),
    ],
)
def test_every_shape_of_an_error_is_read(status, body, code, message):
    found = created(ark, body, status)
    assert isinstance(found, Refusal)
    assert (found.status, found.code, found.message) == (status, code, message)


@pytest.mark.parametrize(
    "quiet",
    [
        {"error": None},
        {"error": {}},
        {"error": ""},
        {"error": {"code": "", "message": ""}},
        {"code": 0},
        {"code": "0"},
        {"code": 0.0},
        {"code": 200},
        {"code": "200"},
        {"code": 201},
        {"code": "SUCCESS", "message": "ok"},
        {"code": "ok"},
        {"code": None},
        {"success": True},
        {"base_resp": {"status_code": 0, "status_msg": "success"}},
        {"detail": []},
        {"message": "welcome"},
    ],
)
def test_no_error_is_seen_where_there_is_none(quiet):
    assert created(ark, {"id": "t-1"} | quiet) == Created("t-1")


def test_a_nest_of_errors_has_a_bottom():
    text = "deep"
    for _ in range(10):
        text = json.dumps({"error": {"code": "outer", "message": text}})
    found = created(ark, text.encode(), 500)
    assert found.code == "outer"
    assert len(found.message) <= 500


CAUSES = {
    Cause.INPUT: (
        "MissingParameter MissingParameter.model InvalidParameter InvalidParameter.UnsupportedParameter"
        " InvalidParameter.TosURLInvalid InvalidParameter.TaskTypeMismatch InvalidParameter.safety_identifier"
        " InvalidImageURL.EmptyURL InvalidImageURL.InvalidFormat InvalidArgumentError.Size OutofContextError"
        " invalid_parameters invalid_request_error ASSET.INVALID BadRequest"
    ),
    Cause.BLOCKED: (
        "SensitiveContentDetected SensitiveContentDetected.SevereViolation InputTextSensitiveContentDetected"
        " InputImageSensitiveContentDetected.PrivacyInformation OutputVideoSensitiveContentDetected"
        " OutputVideoSensitiveContentDetected.DeepFake InputTextRiskDetection OutputImageRiskDetection"
        " ContentSecurityDetectionError SAFETY.INPUT.TEXT content_policy_violation sensitive_words_detected"
    ),
    Cause.AUTH: (
        "AuthenticationError InvalidAccountStatus AccessDenied OperationDenied.ServiceNotOpen"
        " OperationDenied.PermissionDenied InvalidSubscription invalid_api_key Unauthorized"
    ),
    Cause.BALANCE: (
        "AccountOverdueError OperationDenied.ServiceOverdue SetLimitExceeded QuotaExceeded insufficient_user_quota"
        " insufficient_quota"
    ),
    Cause.BUSY: (
        "RateLimitExceeded.EndpointRPMExceeded RateLimitExceeded.EndpointTPMExceeded ModelAccountRpmRateLimitExceeded"
        " APIAccountRpmRateLimitExceeded AccountRateLimitExceeded ServerOverloaded RequestBurstTooFast"
        " InflightBatchsizeExceeded too_many_requests"
    ),
    Cause.MISSING: (
        "InvalidEndpointOrModel.NotFound InvalidEndpointOrModel.ModelIDAccessDisabled ModelNotOpen UnsupportedModel"
        " NotFound.Task task_not_exist model_not_found InvalidEndpoint.ClosedEndpoint"
    ),
    Cause.PROVIDER: "InternalServiceError INTERNAL fail_to_fetch_task THIRD_PARTY.UNAVAILABLE upstream_error",
}


@pytest.mark.parametrize(
    ("code", "cause"), [(code, cause) for cause, codes in CAUSES.items() for code in codes.split()]
)
def test_every_documented_code_has_its_cause(code, cause):
    assert cause_by_code(code) is cause


def test_a_full_queue_passes_and_a_used_up_quota_does_not():
    assert cause_by_code("QuotaExceeded", "The queued task count exceeded the limit") is Cause.BUSY
    assert cause_by_code("QuotaExceeded", "Your free trial quota is used up") is Cause.BALANCE


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (400, {"error": "You do not have enough credits"}, Cause.BALANCE),
        (403, {"error": {"message": "用户额度不足", "type": "new_api_error", "code": ""}}, Cause.BALANCE),
        (401, {"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}}, Cause.AUTH),
        (404, {"error": {"message": "gone", "type": "invalid_request_error"}}, Cause.MISSING),
        (400, {"error": {"message": "bad", "type": "invalid_request_error"}}, Cause.INPUT),
        (503, {"error": {"message": "当前分组上游负载已饱和", "type": "new_api_error"}}, Cause.BUSY),
        (500, {"error": {"message": "The prompt violates our content policy"}}, Cause.BLOCKED),
        (402, {}, Cause.BALANCE),
        (429, {}, Cause.BUSY),
        (503, {}, Cause.PROVIDER),
        (418, {}, Cause.UNKNOWN),
        (200, {"code": 401, "message": "x"}, Cause.AUTH),
        (200, {"code": 503, "message": "x"}, Cause.PROVIDER),
    ],
)
def test_where_the_code_says_nothing_words_and_numbers_do(status, body, cause):
    assert created(ark, body, status).cause is cause


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "0"}, 0),
        ({"Retry-After": "5"}, 5),
        ({"retry-after": "999999"}, 999999),
        ({"retry-after": "-5"}, 0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:27:30 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "garbage"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Thu, 99 Foo 2015"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read(headers, seconds):
    assert retry_after(headers) == seconds


def no(status: int, code: str = "", message: str = "", cause: Cause = Cause.UNKNOWN) -> Refusal:
    return Refusal(cause, message, code, status)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 300, 301, 302, 307, 308])
def test_a_definite_no_is_final(status):
    assert reading.verdict("ark", status, no(status)) == "final"


@pytest.mark.parametrize("status", [405, 408, 409, 410, 418, 425, 500, 501, 502, 503, 504, 520, 522, 524, 599, 100])
def test_any_other_status_leaves_it_open_whether_it_was_made(status):
    assert reading.verdict("ark", status, no(status)) == "uncertain"


@pytest.mark.parametrize(
    ("code", "message", "verdict"),
    [
        ("", "", "later"),
        ("RateLimitExceeded.EndpointRPMExceeded", "", "later"),
        ("ServerOverloaded", "", "later"),
        ("QuotaExceeded", "queued task count exceeded", "later"),
        ("QuotaExceeded", "weekly quota used up", "final"),
        ("SetLimitExceeded", "", "final"),
        ("insufficient_quota", "", "final"),
    ],
)
def test_too_many_requests_pass_later_unless_money_is_the_matter(code, message, verdict):
    assert reading.verdict("ark", 429, no(429, code, message)) == verdict


def test_runway_shedding_load_has_made_nothing_but_a_relay_in_between_may_have():
    assert [reading.verdict("runway", status, no(status)) for status in (502, 503)] == ["later", "later"]
    assert reading.verdict("runway", 504, no(504)) == "uncertain"
    assert reading.verdict("runway", 500, no(500)) == "uncertain"
    assert reading.verdict("runway", 502, no(502), relay=True) == "uncertain"
    assert reading.verdict("gptproto", 502, no(502)) == "uncertain"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ({"code": 400, "message": "bad"}, "final"),
        ({"code": "InvalidParameter", "message": "bad"}, "final"),
        ({"error": {"code": "InputTextSensitiveContentDetected", "message": "m"}}, "final"),
        ({"code": "insufficient_user_quota", "message": "m"}, "final"),
        ({"code": 429, "message": "slow down"}, "final"),
        ({"code": 500, "message": "internal"}, "uncertain"),
        ({"code": 408, "message": "timeout"}, "uncertain"),
        ({"code": "fail_to_fetch_task", "message": "upstream"}, "uncertain"),
        ({"code": -1, "message": "something"}, "uncertain"),
        ({"success": False, "message": "invalid answer from upstream"}, "uncertain"),
        ({"error": "You do not have enough credits"}, "uncertain"),
    ],
)
def test_an_error_inside_a_success_is_final_only_when_its_code_is_clear(body, verdict):
    found = created(ark, body)
    assert isinstance(found, Refusal)
    assert reading.verdict("ark", found.status, found) == verdict


def test_nonsense_never_says_no():
    for status in (200, 404, 429):
        assert reading.verdict("runway", status, Nonsense("?")) == "uncertain"


def test_an_id_beside_an_error_is_for_a_person_to_judge():
    found = created(ark, {"error": {"message": "overloaded"}, "id": "req-1"})
    assert isinstance(found, Nonsense)
    assert "req-1" in found.message
    found = created(ark, {"code": 1, "message": "odd", "data": {"task_id": "t-1", "task_status": "submitted"}})
    assert isinstance(found, Nonsense)


def test_a_task_that_failed_at_once_is_a_task():
    assert created(ark, {"id": "t-1", "status": "failed", "error": {"code": "x", "message": "m"}}) == Created(
        "t-1", "failed"
    )
