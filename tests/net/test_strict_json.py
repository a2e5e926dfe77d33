"""JSON from strangers."""

import pytest

from generations.answers import Answer, Lost, Nonsense

BAD = [
    (b"", "empty"),
    (b"  \n", "empty"),
    (b"<!DOCTYPE html><p>Bad gateway", "web page"),
    (b'{"id": "a",}', "not JSON"),
    (b'{"id": "a"} {"id": "b"}', "not JSON"),
    (b"{'id': 'a'}", "not JSON"),
    (b'{"x": NaN}', "NaN"),
    (b'{"x": -Infinity}', "Infinity"),
    (b'{"x": 1e999}', "too large"),
    (b'{"x": ' + b"9" * 5000 + b"}", "not JSON"),
    (b'{"id": "a", "id": "b"}', "two values"),
    (b'{"x": [{"id": 1, "y": 2, "id": 3}]}', "two values"),
    (b'{"x": "\xff"}', "UTF-8"),
    ('{"x": "ä"}'.encode("latin-1"), "UTF-8"),
    ('{"x": 1}'.encode("utf-16"), "UTF-8"),
    (b'{"x": "\\ud800"}', "UTF-8"),
    (b'{"x": "a\\u0000b"}', "NUL"),
    (b'{"a\\\\\\u0000": 1}', "NUL"),
    (b"[" * 65 + b"]" * 65, "levels"),
    (b"[" * 100_000, "levels"),
    (b'{"a":' * 100_000, "levels"),
    (b"[" * 100_000 + b"]" * 100_000, "levels"),
]


@pytest.mark.parametrize(("body", "reason"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_a_surprise_is_nonsense(body, reason):
    with pytest.raises(Nonsense, match=reason) as caught:
        Answer(200, {}, body).json()
    assert isinstance(caught.value, Lost)
    assert "HTTP 200" in caught.value.reason


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"id": "cgt-1", "n": 1.5, "ok": true, "none": null}', {"id": "cgt-1", "n": 1.5, "ok": True, "none": None}),
        (b'\xef\xbb\xbf{"id": 1}', {"id": 1}),
        (b'{"id": "a", "id": "a"}', {"id": "a"}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\u0000"', "\\u0000"),
        (b"[" * 64 + b"]" * 64, eval("[" * 64 + "]" * 64)),
    ],
)
def test_plain_json_is_read(body, value):
    assert Answer(200, {}, body).json() == value
