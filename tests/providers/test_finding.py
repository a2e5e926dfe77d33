"""Finding ids, addresses, words, numbers and times in any shape of answer."""

import pytest

from generations.providers import finding
from generations.providers.base import Phase

URL = "https://cdn.example/v.mp4?sig=1"


@pytest.mark.parametrize(
    "data",
    [
        {"id": "t-1"},
        {"id": "t-1", "task_id": "t-2", "object": "video"},
        {"task_id": "t-1", "status": "processing"},
        {"taskId": "t-1"},
        {"code": 0, "data": {"task_id": "t-1", "status": "pending"}},
        {"code": 0, "request_id": "trace", "data": {"task_id": "t-1", "task_status": "submitted"}},
        {"code": "success", "data": "t-1"},
        {"code": 200, "data": {"id": "t-1", "urls": {"get": "u"}}},
        {"code": 200, "data": {"taskId": "t-1"}},
        {"success": True, "task_id": "t-1", "trace_id": "x", "data": {"id": "cgt-2"}},
        {"output": {"task_id": "t-1", "task_status": "PENDING"}, "request_id": "trace"},
        {"task_id": "t-1", "base_resp": {"status_code": 0}},
        {"code": "success", "data": {"data": {"task_id": "t-1"}}},
        {"id": None, "task_id": "t-1"},
        {"id": "", "task_id": "t-1"},
        {"id": 17, "task_id": "t-1"},
        {"id": "../17", "task_id": "t-1"},
    ],
)
def test_the_id_is_found_in_every_shape(data):
    assert finding.find_id(data) == "t-1"


@pytest.mark.parametrize("data", [{}, [], None, "t-1", {"id": None}, {"id": 7}, {"data": []}, {"request_id": "trace"}])
def test_where_there_is_no_id_there_is_none(data):
    assert finding.find_id(data) is None


@pytest.mark.parametrize("odd", ["../x", "a/b", "a?b", "a#b", "a b", "a\n", "ä", "", "a" * 201, ".", "..", "%2e"])
def test_an_odd_id_is_not_legal(odd):
    assert not finding.legal_id(odd)


@pytest.mark.parametrize("good", ["cgt-20260606160057-6bbjd", "task_x", "a" * 200, "models:1.2", "4665a07c-7641"])
def test_a_usual_id_is_legal(good):
    assert finding.legal_id(good)


@pytest.mark.parametrize(
    "data",
    [
        {"content": {"video_url": URL}},
        {"content": {"video_url": {"url": URL}}},
        {"task_status": "succeeded", "content": [{"type": "text"}, {"video_url": {"url": URL}}]},
        {"data": {"content": {"video_url": URL}}},
        {"data": {"data": {"content": {"video_url": URL}}}},
        {"data": {"video_url": URL}},
        {"video_url": URL},
        {"result_url": URL},
        {"data": {"result_url": URL}},
        {"metadata": {"url": URL}},
        {"url": URL},
        {"video": URL},
        {"video": {"url": URL}},
        {"video": None, "video_raw": URL},
        {"output": [URL]},
        {"output": [{"url": URL}]},
        {"output": {"video_url": URL}},
        {"outputs": [URL]},
        {"data": {"outputs": [URL]}},
        {"data": {"task_result": {"videos": [{"id": "1", "url": URL}]}}},
        {"videos": [{"url": URL}]},
        {"unsigned_urls": [URL]},
        {"urls": [URL]},
        {"response": {"data": {"content": {"video_url": URL}}}},
        {"content": {"video_url": ""}, "url": URL},
        {"content": {"video_url": "file:///etc/passwd"}, "url": URL},
    ],
)
def test_the_video_is_found_in_every_shape(data):
    assert finding.find_url(data) == URL


@pytest.mark.parametrize(
    "value",
    [
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
        "ftp://a.example/v.mp4",
        "javascript:alert(1)",
        "//a.example/v.mp4",
        "https://",
        "https:///v.mp4",
        "http://[::1",
        "http://a.example:99999/",
        "http://a.example\\@b.example/",
        "https://a.example/a b",
        "https://a.example/\n",
        "https://a.example/" + "x" * 8000,
        "a.example/v.mp4",
        7,
        None,
        ["https://a.example/v.mp4"],
    ],
)
def test_what_is_no_web_address_is_none(value):
    expected = "https://a.example/" if value == "https://a.example/\n" else ""
    assert finding.web_url(value) == expected


@pytest.mark.parametrize(
    ("words", "phase"),
    [
        ("queued QUEUED not-start NOT_START in_queue Waiting submitted THROTTLED", Phase.QUEUED),
        ("running In-Progress IN_PROGRESS dreaming generating cancelling", Phase.RUNNING),
        ("succeeded SUCCESS Succeed completed done FINISHED", Phase.SUCCEEDED),
        ("failed FAILURE fail error nsfw content_moderated", Phase.FAILED),
        ("cancelled canceled", Phase.CANCELLED),
        ("expired timed-out TIMEOUT", Phase.EXPIRED),
    ],
)
def test_words_of_all_makers_are_known(words, phase):
    assert {finding.phase_of(word) for word in words.split()} == {(phase, True)}


def test_words_with_spaces_and_no_word_at_all_are_known():
    assert finding.phase_of(" In progress ") == (Phase.RUNNING, True)
    assert finding.phase_of("") == (Phase.QUEUED, True)


@pytest.mark.parametrize("word", ["unknown", "UNKNOWN", "3", "beautifying"])
def test_any_other_word_means_still_running(word):
    assert finding.phase_of(word) == (Phase.RUNNING, False)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({"status": "queued"}, "queued"),
        ({"state": "pending"}, "pending"),
        ({"task_status": "submitted"}, "submitted"),
        ({"status": "success", "data": {"status": "processing"}}, "processing"),
        ({"status": "3", "state": "succeeded"}, "succeeded"),
        ({"status": 200, "data": {"state": "generating"}}, "generating"),
        ({"data": {"status": "FAILURE", "data": {"status": "running"}}}, "FAILURE"),
        ({"data": {"status": "IN_PROGRESS", "data": {"status": "expired"}}}, "expired"),
        ({"data": {"status": "IN_PROGRESS", "data": {"status": "whatever"}}}, "IN_PROGRESS"),
        ({"output": {"task_status": "RUNNING"}}, "RUNNING"),
        ({"status": None}, ""),
        ({}, ""),
    ],
)
def test_the_word_that_speaks_of_the_task_is_found(data, word):
    assert finding.find_word(data) == word


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1780732857, 1780732857),
        ("1780732857", 1780732857),
        (1780732857123, 1780732857.123),
        ("1780732857123", 1780732857.123),
        ("2024-12-22T13:38:40.139409Z", 1734874720.139409),
        ("2024-12-22T14:38:40+01:00", 1734874720),
        ("2024-12-22T13:38:40", 1734874720),
        (0, None),
        (-5, None),
        (True, None),
        ("soon", None),
        ("9" * 400, None),
        (None, None),
        ({}, None),
    ],
)
def test_times_of_all_kinds_are_read(value, seconds):
    assert finding.moment(value) == (pytest.approx(seconds) if seconds else None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.25, 0.25), ("50%", 0.5), ("0.5", 0.5), (75, 0.75), (1, 1), ("100%", 1), (250, 1), (-1, None), ("x", None)],
)
def test_progress_is_a_share(value, expected):
    assert finding.share(value) == expected


@pytest.mark.parametrize(("value", "expected"), [("7", 7), (7.0, 7), (7.5, None), (2**60, None), (True, None)])
def test_whole_numbers_fit_a_column(value, expected):
    assert finding.whole(value) == expected


@pytest.mark.parametrize("secret", ["sk-test-0123456789abcdef", "Bearer abc.def", "key_" + "0123456789abcdef" * 8])
def test_words_for_a_page_hold_no_key(secret):
    assert finding.clean(f"Incorrect key {secret} given") == "Incorrect key (key) given"


def test_words_for_a_page_hold_no_signature_no_image_and_no_odd_letters():
    text = "at https://a.example/v.mp4?X-Sig=secret got data:image/png;base64,AAAA==\x00\n\u202e\ud800 ok"
    assert finding.clean(text) == "at https://a.example/v.mp4?… got (data) ok"


def test_words_for_a_page_are_not_too_long():
    assert len(finding.clean("word " * 100_000)) == 500
    assert finding.clean("abcdef", 4) == "abc…"


def test_a_parameters_name_is_no_secret():
    assert finding.clean("key_frame_interval and task-key-words are fine") == (
        "key_frame_interval and task-key-words are fine"
    )


def test_the_title_of_a_proxys_page_is_told():
    with pytest.raises(finding.Unreadable, match="a web page titled “502 Bad Gateway”"):
        finding.parse(b"<html><head><title>502 Bad Gateway</title></head></html>")


@pytest.mark.parametrize(
    "body", [b'{"id": NaN}', b"[" * 100_000, b'{"id": "a", "id": "b"}', b"", b"\xff", b'{"a":1e999}']
)
def test_json_is_read_strictly(body):
    with pytest.raises(finding.Unreadable):
        finding.parse(body)
