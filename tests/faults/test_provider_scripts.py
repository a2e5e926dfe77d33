"""The fake provider's files, and what it does when a script tells it to misbehave."""

import hashlib
import json
import math
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from generations import net
from generations.media import videos
from generations.providers import ark
from generations.providers.base import Phase
from tests.faults.asking import (
    ENDLESS,
    KEY,
    LAB,
    ORDER,
    TASKS,
    account,
    created,
    ended,
    file_at,
    lines_of,
    listed,
    looked,
    send,
)
from tests.faults.provider import Provider, fake_provider
from tests.faults.tiny import sha256_of, smallest, tiny
from tests.running import until

# Files


def test_every_clip_is_whole_and_differs(tmp_path: Path) -> None:
    clips = [tiny("cgt-1"), tiny("cgt-2"), tiny("cgt-1", 50_000)]
    assert len({hashlib.sha256(clip).hexdigest() for clip in clips}) == 3
    assert hashlib.sha256(clips[2]).hexdigest() == sha256_of("cgt-1", 50_000)
    assert [len(clip) for clip in clips] == [smallest(), smallest(), 50_000]
    for clip in clips:
        path = tmp_path / "clip.mp4"
        path.write_bytes(clip)
        facts = videos.check(path)
        assert (facts.width, facts.height, math.isclose(facts.duration, 0.5, abs_tol=0.05)) == (64, 36, True)
    with pytest.raises(ValueError, match="64 bytes at most"):
        tiny("x" * 65)


def test_a_file_is_sent_in_ranges(tmp_path: Path) -> None:
    with fake_provider(tmp_path, bytes=100_000) as provider:
        task_id = created(provider)
        link = ended(provider, task_id).video_url
        whole = file_at(link)
        etag = whole.headers["etag"]
        assert (whole.status_code, len(whole.content), whole.headers["content-length"]) == (200, 100_000, "100000")
        assert etag.startswith('"')
        for asked, start, stop in (("0-9", 0, 10), ("99990-", 99_990, 100_000), ("-7", 99_993, 100_000)):
            part = file_at(link, Range=f"bytes={asked}", If_Range=etag)
            assert (part.status_code, part.content) == (206, whole.content[start:stop])
            assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/100000"
        assert file_at(link, Range="bytes=0-9", If_Range='"other"').status_code == 200
        assert file_at(link, Range="bytes=0-1,5-6").status_code == 200
        assert file_at(link, Range="bytes=100000-").headers["content-range"] == "bytes */100000"
        assert (httpx.head(link).headers["content-length"], httpx.head(link).content) == ("100000", b"")
        assert file_at(link, Authorization=f"Bearer {KEY}").status_code == 400, "a key has no business here"
        until("the answers are noted", lambda: len(lines_of(provider, task_id, "file")) == 10, 5)
        sent = [(line["status"], line["sent"]) for line in lines_of(provider, task_id, "file")]
        assert sent[:4] == [(200, 100_000), (206, 10), (206, 10), (206, 7)]


def test_the_studio_can_download_a_file(provider: Provider) -> None:
    task_id = created(provider)
    link = ended(provider, task_id).video_url
    with net.stream(link, deadline=5, stall=5, cap=1 << 20, rule=LAB) as answer:
        digest = hashlib.sha256(b"".join(answer.chunks())).hexdigest()
    assert digest == lines_of(provider, task_id, "end")[0]["sha256"]


# Scripts


def test_a_scripted_no_is_not_accepted(provider: Provider) -> None:
    provider.script("create", {"status": 429, "headers": {"retry-after": "2"}, "body": {"error": "busy"}}, times=1)
    answer = send(ark.create(account(provider), ORDER))
    post, refusal = provider.of("post")[-1], provider.of("refuse")[-1]
    assert (answer.status, answer.headers["retry-after"], json.loads(answer.body)) == (429, "2", {"error": "busy"})
    assert (refusal["n"], refusal["status"], refusal["retry_after"]) == (post["n"], 429, 2.0)
    assert send(ark.create(account(provider), ORDER)).status == 200, "it was for once"


def test_a_task_may_be_made_and_the_answer_lie(provider: Provider) -> None:
    before = len(provider.accepts())
    provider.script("create", {"status": 502, "body": "<html>Bad gateway</html>", "accept": True})
    answer = send(ark.create(account(provider), ORDER))
    assert (answer.status, answer.body) == (502, b"<html>Bad gateway</html>")
    assert len(provider.accepts()) == before + 1
    assert provider.of("post")[-1]["n"] not in {line["n"] for line in provider.of("refuse")}


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("fate", ["hang", "reset", "close"])
def test_a_create_may_bring_no_answer(provider: Provider, fate: str, accept: bool) -> None:
    before, posts = len(provider.accepts()), provider.counts()["posts"]
    provider.script("create", {"fate": fate, "seconds": 0.2, "accept": accept})
    with pytest.raises(net.Lost):
        send(ark.create(account(provider), ORDER))
    assert (len(provider.accepts()) - before, provider.counts()["posts"] - posts) == (accept, 1)
    number = provider.of("post")[-1]["n"]
    assert number not in {line["n"] for line in provider.of("refuse")}, "no answer is no refusal"


def test_a_reset_is_a_reset_and_a_close_is_not(provider: Provider) -> None:
    for fate, wanted in (("reset", ConnectionResetError), ("close", None)):
        provider.clear()
        provider.script("look", {"fate": fate})
        with socket.create_connection(("127.0.0.1", provider.port), timeout=5) as client:
            client.sendall(f"GET {TASKS}/cgt-1 HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            if wanted:
                with pytest.raises(wanted):
                    client.recv(100)
            else:
                assert client.recv(100) == b""


def test_half_an_answer(provider: Provider) -> None:
    before = len(provider.accepts())
    provider.script("create", {"fate": "half", "accept": True}, times=1)
    with pytest.raises(net.Lost):
        send(ark.create(account(provider), ORDER))
    assert len(provider.accepts()) == before + 1
    provider.script("file", {"fate": "half"}, times=1)
    task_id = created(provider)
    link = ended(provider, task_id).video_url
    with pytest.raises(httpx.RemoteProtocolError):
        file_at(link)
    until("it is noted", lambda: lines_of(provider, task_id, "file"), 5)
    # Another process may encode it a few bytes smaller.
    assert abs(lines_of(provider, task_id, "file")[0]["sent"] - smallest() // 2) < 16


def test_a_dripping_answer(provider: Provider) -> None:
    provider.script("look", {"fate": "drip", "seconds": 0.05})
    task_id = created(provider)
    with pytest.raises(net.DeadlinePassed):
        send(ark.look(account(provider), task_id), deadline=0.5)
    provider.clear()
    provider.script("look", {"fate": "drip", "seconds": 0.0001})
    assert looked(provider, task_id).id == task_id, "in the end it is the true answer"


def test_a_slow_answer_is_a_true_one(provider: Provider) -> None:
    provider.script("create", {"delay": 0.4}, times=1)
    with pytest.raises(net.DeadlinePassed):
        send(ark.create(account(provider), ORDER), deadline=0.2)
    posts = provider.counts()["posts"]
    until("it is made although the client left", lambda: provider.accepts()[-1]["n"] == posts, 5)


def test_what_a_look_shows_may_be_changed(provider: Provider) -> None:
    provider.script("create", {"lasts": ENDLESS}, times=2)
    one, other = created(provider, "the wolf"), created(provider, "the hare")
    provider.script("look|list", {"task": {"status": "daydreaming"}}, where={"prompt": "wolf"})
    assert [looked(provider, task_id).word for task_id in (one, other)] == ["daydreaming", "queued"]
    assert [task.word for task in listed(provider, ids=[one, other])] == ["queued", "daydreaming"]
    provider.script("look", {"status": 404}, where={"id": other})
    assert (send(ark.look(account(provider), other)).status, looked(provider, one).word) == (404, "daydreaming")


def test_scripts_know_the_kinds_of_requests(provider: Provider) -> None:
    task_id = created(provider)
    link = ended(provider, task_id).video_url
    calls = {
        "look": lambda: send(ark.look(account(provider), task_id)).status,
        "list": lambda: send(ark.look_many(account(provider), [task_id])).status,
        "probe": lambda: send(ark.probe(account(provider))).status,
        "file": lambda: file_at(link).status_code,
        "create": lambda: send(ark.create(account(provider), ORDER)).status,
        "cancel": lambda: send(ark.cancel(account(provider), task_id)).status,
    }
    for told in calls:
        provider.clear()
        provider.script(told, {"status": 503})
        free = [kind for kind in calls if kind != "cancel" or told == "cancel"]  # a true one would erase the task
        assert [kind for kind in free if calls[kind]() == 503] == [told]
    provider.clear()
    assert looked(provider, task_id).id == task_id, "a scripted no to a cancel cancels nothing"


def test_a_cancel_may_work_and_the_answer_lie(provider: Provider) -> None:
    provider.script("create", {"lasts": ENDLESS}, times=1)
    task_id = created(provider)
    provider.script("cancel", {"status": 500, "accept": True})
    assert send(ark.cancel(account(provider), task_id)).status == 500
    assert looked(provider, task_id).phase is Phase.CANCELLED


def test_scripts_are_skipped_counted_and_left_to_chance(provider: Provider) -> None:
    script = provider.script("look", {"status": 503}, skip=1, times=2)
    task_id = created(provider)
    statuses = [send(ark.look(account(provider), task_id)).status for _ in range(4)]
    assert (statuses, provider.used(script)) == ([200, 503, 503, 200], 2)
    provider.script("look", {"status": 500}, chance=0.5)
    statuses = [send(ark.look(account(provider), task_id)).status for _ in range(60)]
    assert 10 < statuses.count(500) < 50


def test_chance_is_the_same_again(tmp_path: Path) -> None:
    def tossed(number: int) -> list[int]:
        with fake_provider(tmp_path / str(number), random=7) as provider:
            provider.script("look", {"status": 500}, chance=0.5)
            return [send(ark.look(account(provider), "cgt-1")).status for _ in range(20)]

    first, second = tossed(1), tossed(2)
    assert first == second
    assert set(first) == {404, 500}


def test_a_task_may_be_told_its_end(provider: Provider) -> None:
    provider.script("create", {"ends": "failed", "lasts": 0.1}, where={"prompt": "doomed"})
    task_id = created(provider, "a doomed fox")
    task = ended(provider, task_id)
    assert (task.phase, task.refusal is not None, lines_of(provider, task_id)[-1]["status"]) == (
        "failed",
        True,
        "failed",
    )


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ({"on": "dance", "do": {}}, "“on” is one or more of"),
        ({"on": "create"}, "“do” is an object"),
        ({"on": "create", "do": {"colour": 1}}, "has no “colour”"),
        ({"on": "create", "do": {"status": "503"}}, "“status” is int"),
        ({"on": "create", "do": {"status": True}}, "“status” is int"),
        ({"on": "create", "do": {"status": 99}}, "200 to 599"),
        ({"on": "look", "do": {"fate": "explode"}}, "“fate” is one of"),
        ({"on": "create", "do": {"ends": "well"}}, "“ends” is one of"),
        ({"on": "create", "do": {"fate": "half", "accept": False}}, "no true answer"),
        ({"on": "create", "do": {}, "where": {"id": "cgt-1"}}, "no id yet"),
        ({"on": "look", "do": {}, "where": {"colour": "red"}}, "a prompt, an id or both"),
    ],
)
def test_a_script_without_sense_is_refused(provider: Provider, script: dict[str, Any], word: str) -> None:
    answer = httpx.post(f"{provider.base}/_script", json=script)
    assert answer.status_code == 400
    assert word in answer.json()["error"]
    with pytest.raises(ValueError, match="has no"):
        provider.script("create", {}, colour="red")
