"""What holds for every dialect, whatever it is sent."""

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generations import providers
from generations.providers.base import (
    ENDED,
    Account,
    Call,
    Created,
    Dialect,
    Medium,
    Nonsense,
    Order,
    Phase,
    Refusal,
    Task,
    Unwritable,
)
from generations.providers.finding import legal_id

from .answers import KEY, account, as_bytes, created, task

every_dialect = pytest.mark.parametrize("dialect", providers.DIALECTS, ids=lambda one: one.NAME)

HOSTILE = [
    b"",
    b"null",
    b"[]",
    b'"cgt-1"',
    b"{}",
    b"<html><title>200 OK</title></html>",
    b'{"id": "cgt-1"',
    b'{"id": NaN}',
    b"[" * 100_000 + b"]" * 100_000,
    b'{"id": "a", "id": "b"}',
    b'{"id": ""}',
    b'{"id": null}',
    b'{"id": 7}',
    b'{"id": true}',
    b'{"id": ["cgt-1"]}',
    b'{"id": "../../organization"}',
    b'{"id": "cgt-1\\n"}',
    b'{"id": ".."}',
    b'{"id": "' + b"a" * 100_000 + b'"}',
    b"\xff\xfe\x00",
]


def accounts() -> list[Account]:
    return [
        account(),
        account(flags=True, lists=False),
        account("https://api.example", headers={"X-Runway-Version": "2024-11-06"}),
    ]


def calls(dialect: Dialect, one: Account, task_id: str = "cgt-1") -> list[Call]:
    found = [
        dialect.look(one, task_id),
        dialect.cancel(one, task_id),
        dialect.probe(one),
        dialect.look_many(one, [task_id]),
    ]
    return [call for call in found if call]


def test_the_registry_is_what_it_says():
    names = [one.NAME for one in providers.DIALECTS]
    assert {"ark", "gptproto", "runway"} <= set(names)
    assert len(set(names)) == len(names)
    assert all(providers.dialect(one.NAME) is one for one in providers.DIALECTS)
    with pytest.raises(KeyError, match=f"there are {', '.join(names)}"):
        providers.dialect("unheard-of")


@every_dialect
def test_it_names_itself(dialect):
    assert dialect.LABEL
    assert isinstance(dialect.LISTS, bool)
    assert all(isinstance(phase, Phase) and phase not in ENDED for phase in dialect.CANCELS)
    assert bool(dialect.look_many(account(), ["cgt-1"])) is dialect.LISTS
    assert bool(dialect.cancel(account(), "cgt-1")) is bool(dialect.CANCELS)


@every_dialect
@pytest.mark.parametrize("one", accounts())
def test_every_call_stays_at_the_account_and_carries_its_key_in_one_header(dialect, one):
    media = [] if dialect.NAME == "gptproto" else [Medium("first_frame", "image", "https://a.example/i.png")]
    order = Order("m", "A fox", media)
    for call in [dialect.create(one, order), *calls(dialect, one)]:
        assert call.url.startswith(one.base_url + "/")
        assert call.headers["Authorization"] == f"Bearer {KEY}"
        assert KEY not in call.url + json.dumps(call.body)
        assert KEY not in repr(call)
        assert KEY not in repr(one)
        assert (call.body is not None) == (call.method == "POST")


@every_dialect
@pytest.mark.parametrize("task_id", ["../x", "a/b", "a?b", "a b", "..", "x" * 201, "a\n"])
def test_an_odd_id_never_gets_into_a_path(dialect, task_id):
    with pytest.raises(Unwritable, match="no task id"):
        dialect.look(account(), task_id)


@every_dialect
def test_an_id_is_escaped_in_the_path(dialect):
    call = dialect.look(account(), "a:b.c-d_e")
    assert urlsplit(call.url).path.endswith("/a%3Ab.c-d_e")


@every_dialect
@pytest.mark.parametrize("key", ["sk-1\r\nX-Evil: 1", "sk 1", "schlüssel", "sk-1\x00"])
def test_a_key_that_cannot_be_a_header_is_refused(dialect, key):
    one = Account("https://a.example", key)
    with pytest.raises(Unwritable, match="paste it again"):
        dialect.look(one, "cgt-1")


@every_dialect
def test_the_accounts_own_headers_never_replace_the_key(dialect):
    one = account(headers={"authorization": "Bearer other", "X-Own": "1"})
    headers = dialect.look(one, "cgt-1").headers
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["X-Own"] == "1"
    assert "authorization" not in headers


@every_dialect
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_strange_answer_to_an_order_is_nonsense(dialect, body):
    found = created(dialect, body)
    assert isinstance(found, Nonsense)
    assert 0 < len(found.message) < 300


@every_dialect
@pytest.mark.parametrize("body", HOSTILE[:10], ids=range(10))
def test_a_strange_answer_to_a_look_is_nonsense(dialect, body):
    assert isinstance(task(dialect, body), Nonsense)


@every_dialect
@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 502, 504, 522])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"id": "cgt-1", "status": "succeeded"}'])
def test_no_status_but_success_makes_a_task(dialect, status, body):
    for found in (created(dialect, body, status), task(dialect, body, status)):
        assert isinstance(found, Refusal)
        assert found.status == status
        assert found.message


@every_dialect
@pytest.mark.parametrize("word", ["queued", "PENDING", "Running", "succeeded", "FAILED", "cancelled", "expired", "?"])
def test_an_end_has_a_reason_and_nothing_else_has(dialect, word):
    found = task(dialect, {"id": "cgt-1", "status": word})
    assert isinstance(found, Task)
    assert found.id == "cgt-1"
    assert bool(found.refusal) == (found.phase in ENDED - {Phase.SUCCEEDED})
    if found.refusal:
        assert found.refusal.message


@every_dialect
def test_an_error_of_the_request_is_not_an_end_of_the_task(dialect):
    found = task(dialect, {"status": "error", "code": 500, "message": "database is down"})
    assert isinstance(found, Refusal)


@every_dialect
def test_a_list_is_read_or_refused_but_never_made_up(dialect):
    found = dialect.read_many(200, {}, as_bytes({"items": [{"id": "cgt-1", "status": "queued"}]}))
    assert isinstance(found, list) if dialect.LISTS else isinstance(found, Nonsense)


KEYS = [
    "id",
    "task_id",
    "data",
    "status",
    "state",
    "error",
    "code",
    "message",
    "content",
    "video_url",
    "output",
    "video",
]
leaf = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["succeeded", "failed", "cgt-1", "https://a.example/v.mp4", "0", "success", '{"error": "x"}']),
)
anything = st.recursive(
    leaf,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)),
    max_leaves=12,
)


@every_dialect
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=anything)
def test_no_json_makes_a_reader_stumble(dialect, data):
    body = json.dumps(data).encode()
    answer = dialect.read_created(200, {}, body)
    assert isinstance(answer, Created | Refusal | Nonsense)
    if isinstance(answer, Created):
        assert legal_id(answer.id)
    seen = dialect.read_task(200, {}, body, "cgt-1")
    assert isinstance(seen, Task | Refusal | Nonsense)
    if isinstance(seen, Task):
        assert seen.id == "cgt-1"
        assert seen.video_url == "" or seen.video_url.startswith(("http://", "https://"))
        json.dumps(dict(seen.facts))
    assert isinstance(dialect.read_many(200, {}, body), list | Refusal | Nonsense)
    assert isinstance(dialect.read_probe(200, {}, body), Refusal | Nonsense | None)
