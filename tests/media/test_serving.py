"""Ranges, tags and headers of private media."""

import random

import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from generations.media import serving

SIZE = 3_000_001
DATA = random.Random(7).randbytes(SIZE)
TAG = '"abc"'


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "video.mp4"
    path.write_bytes(DATA)
    return path


def get(path, method="get", **words):
    headers = words.pop("headers", {})
    options = {"content_type": "video/mp4", "etag": "abc", "cache": "private, no-cache", **words}
    return serving.respond(getattr(RequestFactory(), method)("/g/x/video.mp4", headers=headers), path, **options)


def body(response):
    data = response.getvalue() if response.streaming else response.content
    response.close()
    return data


def asked(path, header, **headers):
    return get(path, headers={"Range": header, **headers})


def test_the_whole_file_with_its_headers(video):
    response = get(video, filename="Prairie 草.mp4")
    assert (response.status_code, body(response)) == (200, DATA)
    assert dict(response.items()) == {
        "Content-Type": "video/mp4",
        "Content-Length": str(SIZE),
        "ETag": TAG,
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": "inline; filename*=utf-8''Prairie%20%E8%8D%89.mp4",
    }


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-1", 0, 2),
        ("bytes=100-199", 100, 200),
        ("Bytes= 100-199 ", 100, 200),
        ("bytes=0-2999999999", 0, SIZE),
        (f"bytes={SIZE - 1}-{SIZE - 1}", SIZE - 1, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-1", SIZE - 1, SIZE),
        ("bytes=-2000000", SIZE - 2_000_000, SIZE),
        ("bytes=-99999999999", 0, SIZE),
        ("bytes=0-", 0, 1 << 20),
        ("bytes=1000-", 1000, 1000 + (1 << 20)),
    ],
)
def test_one_range(video, header, start, end):
    response = asked(video, header)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response["Content-Length"] == str(end - start)
    assert response["Content-Type"] == "video/mp4"
    assert body(response) == DATA[start:end]


def test_a_thousand_random_ranges_are_byte_equal(video):
    rng = random.Random(11)
    for _ in range(1000):
        start = rng.randrange(SIZE)
        end = min(SIZE, start + 1 + int(rng.expovariate(1 / 40_000)))
        response = asked(video, f"bytes={start}-{end - 1}")
        assert (response.status_code, response["Content-Range"]) == (206, f"bytes {start}-{end - 1}/{SIZE}")
        assert body(response) == DATA[start:end]


def test_open_ended_ranges_one_after_the_other_give_the_whole_file(video):
    got = b""
    while len(got) < SIZE:
        response = asked(video, f"bytes={len(got)}-")
        assert int(response["Content-Length"]) <= 1 << 20
        got += body(response)
    assert got == DATA


@pytest.mark.parametrize(
    "header", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", "bytes=99999999999999999-"]
)
def test_a_range_beyond_the_end(video, header):
    response = asked(video, header)
    assert (response.status_code, response["Content-Range"], body(response)) == (416, f"bytes */{SIZE}", b"")


@pytest.mark.parametrize(
    "header",
    [
        *(
            "bytes=0-1,5-9",
            "bytes=0-1, -5",
            "bytes=5-2",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes",
            "items=0-1",
            "",
            "=0-1",
        ),
        *("bytes=1-2-3", "bytes=--5", "bytes=0x1-0x2", "bytes=+1-2", "bytes=１-２", "bytes=1.5-2", "bytes=0-1;"),
        "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(600)),
        "bytes=" + "9" * 100_000 + "-",
        "bytes=" + "0-," * 300_000,
    ],
    ids=lambda header: header[:20],
)
def test_what_is_not_one_well_formed_range_gets_the_whole_file(video, header):
    response = asked(video, header)
    assert (response.status_code, body(response)) == (200, DATA)
    assert "Content-Range" not in response


def test_an_empty_file(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    assert (get(path).status_code, get(path)["Content-Length"]) == (200, "0")
    for header in ("bytes=0-", "bytes=0-0", "bytes=-1"):
        assert (asked(path, header).status_code, asked(path, header)["Content-Range"]) == (416, "bytes */0")


@pytest.mark.parametrize("known", [TAG, f"W/{TAG}", f'"x", {TAG}', f'W/"y",W/{TAG}', "*"])
def test_a_known_tag_is_not_sent_again(video, known):
    for headers in ({"If-None-Match": known}, {"If-None-Match": known, "Range": "bytes=0-1"}):
        response = get(video, headers=headers)
        assert (response.status_code, body(response), response["ETag"]) == (304, b"", TAG)
        assert response["Cache-Control"] == "private, no-cache"
        assert "Content-Type" not in response


@pytest.mark.parametrize("known", ['"other"', "abc", '"abcd", W/"ab"', "", '"abc' + "x" * 5000, TAG + ", " * 5000])
def test_an_unknown_tag_gets_the_file(video, known):
    response = get(video, headers={"If-None-Match": known})
    assert (response.status_code, body(response)) == (200, DATA)


def test_if_range_needs_exactly_this_tag(video):
    assert asked(video, "bytes=0-9", **{"If-Range": TAG}).status_code == 206
    for other in ('"old"', f"W/{TAG}", "Wed, 21 Oct 2026 07:28:00 GMT", ""):
        response = asked(video, "bytes=0-9", **{"If-Range": other})
        assert (response.status_code, body(response)) == (200, DATA)


def test_head_says_the_same_without_a_body(video):
    for headers in ({}, {"Range": "bytes=0-9"}):
        response = get(video, "head", headers=headers)
        assert (response.status_code, response["Content-Length"], body(response)) == (200, str(SIZE), b"")
        assert response["Content-Type"] == "video/mp4"
    assert get(video, "head", headers={"If-None-Match": TAG}).status_code == 304


def test_other_methods_are_not_allowed(video):
    for method in ("post", "put", "delete", "patch", "options"):
        assert get(video, method).status_code == 405


def test_a_download_is_named(video):
    assert get(video, download=True, filename='A "b".mp4')["Content-Disposition"] == 'attachment; filename="A _b_.mp4"'
    for evil in ("a\r\nX: y.mp4", "../../x.mp4", "a\\b.mp4", "a\0.mp4", "x\u202e4pm.exe"):
        named = get(video, download=True, filename=evil)["Content-Disposition"]
        assert not set(named.partition("filename")[2]) & set("\r\n\0/\\\u202e")
        assert "%E2%80%AE" not in named
    assert get(video, download=True)["Content-Disposition"] == "attachment"
    assert "Content-Disposition" not in get(video)


def test_only_media_types_are_sent(video):
    for evil in ("text/html", "image/svg+xml", "application/octet-stream", "video/mp4; charset=utf-8"):
        with pytest.raises(ValueError, match="type"):
            get(video, content_type=evil)


def test_a_missing_file_is_for_the_caller_to_answer(tmp_path):
    with pytest.raises(FileNotFoundError):
        get(tmp_path / "gone.mp4")


def test_every_file_is_closed(video, monkeypatch):
    opened = []
    real = type(video).open

    def remembered(*args, **words):
        opened.append(real(*args, **words))
        return opened[-1]

    monkeypatch.setattr(type(video), "open", remembered)
    body(get(video))
    body(asked(video, "bytes=5-9"))
    get(video).close()  # the browser went away before the first byte
    half_read = get(video)
    assert isinstance(half_read, StreamingHttpResponse)
    next(iter(half_read))
    half_read.close()
    get(video, "head")
    asked(video, f"bytes={SIZE}-")
    get(video, headers={"If-None-Match": TAG})
    assert len(opened) == 7
    assert all(file.closed for file in opened)


def test_a_large_file_is_sent_in_small_blocks(video):
    response = get(video)
    sizes = [len(block) for block in response]
    assert sum(sizes) == SIZE
    assert max(sizes) <= 64 * 1024
