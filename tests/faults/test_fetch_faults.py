"""Every fault while a result is brought home: never a wrong file, never a second order, nothing left lying about."""

import hashlib
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from generations.jobs import download, poll, wishes
from generations.models import Clip, Provider
from generations.times import TIMES
from tests.clips import video
from tests.jobs.conftest import Job

from .raw import chunk, flood, head, said
from .scenes import FAULTS, Fault
from .stage import RULES, Stage, Watch, wait_of

pytestmark = RULES
GIB = 2**30
SMALL = 8 << 20  # bytes: what a file may have in the tests that stream for ever
WHOLE = video()
AT_END = video(faststart=False)
HOLED = WHOLE[: len(WHOLE) // 2] + bytes(len(WHOLE) // 3) + WHOLE[len(WHOLE) // 2 + len(WHOLE) // 3 :]
HLS = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nhttp://127.0.0.1/inner.ts\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
DASH = b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1/</BaseURL></MPD>'
CONCAT = b"ffconcat version 1.0\nfile /etc/passwd\nfile http://127.0.0.1/inner.ts\n"
mp4 = partial(said, Content_Type="video/mp4")


def file(name: str, act: Any, word: str) -> Fault:
    return Fault(name, act, fetch=word)


FILES = [
    file("fast start, cut", mp4(WHOLE[:-200]), "cut short"),
    file("fast start, half of it", mp4(WHOLE[: len(WHOLE) // 2]), "cut short"),
    file("moov at the end, cut", mp4(AT_END[:-200]), "cut short"),
    file("a hole in the middle", mp4(HOLED), "damaged"),
    file("0 bytes", mp4(b""), "empty"),
    file("HTML as mp4", mp4(b"<!doctype html><p>Sign in</p>"), "not a video"),
    file("JSON as mp4", mp4(b'{"error": "gone"}'), "not a video"),
    file("HLS as mp4", mp4(HLS), "not a video"),
    file("DASH as mp4", mp4(DASH), "not a video"),
    file("ffconcat as mp4", mp4(CONCAT), "not a video"),
    file("HTML as such", said(b"<html>", Content_Type="text/html; charset=utf-8"), "text/html, no video"),
    file("XML as such", said(b"<Error/>", Content_Type="application/xml"), "application/xml, no video"),
    file("expired: 403", said(b"<Error/>", 403, Content_Type="application/xml"), "answers 403"),
    file("gone: 410", said(b"", 410), "answers 410"),
    file("a part not asked for", said(WHOLE, 206, Content_Range=f"bytes 0-9/{len(WHOLE)}"), "answers 206"),
    file("4 GiB announced", head(200, Content_Length=str(4 * GIB)), "larger than"),
    file("a length of 5000 digits", head(200, Content_Length="9" * 5000), "broke"),
    file("4 GiB in chunks", flood(head(200, Transfer_Encoding="chunked"), chunk(bytes(2**18)), 4 * GIB), "larger than"),
    file("4 GiB until closed", flood(head(200), bytes(2**18), 4 * GIB), "larger than"),
    file("longer than announced", head(200, Content_Length=str(len(WHOLE) - 500)) + WHOLE, "cut short"),
    file("cut, and no length", head(200, Content_Type="video/mp4") + WHOLE[:-500], "cut short"),
    file("cut, and a length", head(200, Content_Length=str(len(WHOLE))) + WHOLE[:-500], "broke"),
]
GOOD = {
    "octet-stream": said(WHOLE),
    "binary": said(WHOLE, Content_Type="binary/octet-stream"),
    "no content type": said(WHOLE, Content_Type=""),
    "no length": head(200, Content_Type="video/mp4") + WHOLE,
    "chunks": head(200, Transfer_Encoding="chunked") + chunk(WHOLE[:999]) + chunk(WHOLE[999:]) + chunk(b""),
}


def left(job: Job) -> list[str]:
    """What lies in the attempt's folder."""
    folder = Path(default_storage.path(job.row.folder))
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A small cap for what streams for ever; what announces its size meets the real one."""
    if "announced" not in request.node.name:
        monkeypatch.setattr(download, "CAP", SMALL)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS + FILES if fault.fetch], ids=str)
def test_each_fault_of_a_download_is_tried_again_and_then_left_to_a_person(
    stage: Stage, watch: Watch, fault: Fault
) -> None:
    job = stage.finished(stage.doors.urls.get(fault.door, ""))
    with stage.broken("file", fault):
        row = job.carry().row
        assert (row.state, row.fetch_errors) == ("succeeded", 1)
        assert str(fault.fetch) in row.generation.message
        assert "nothing is generated twice" in row.generation.message
        assert 0 < wait_of(row) <= TIMES.retry_cap
        assert left(job) == []
        asked = stage.count("/video")
        job.carry()
        assert stage.count("/video") == asked <= 1, "a bell does not cut the wait short"
        row = job.tried_for_a_day().carry().row
    assert row.state == "result_lost"
    assert str(fault.fetch) in row.generation.message
    assert "costs nothing" in row.generation.message
    assert left(job) == []
    assert not Clip.objects.exists()
    watch.check(posts=0)


@pytest.mark.parametrize("name", GOOD)
def test_an_odd_answer_with_a_whole_video_is_taken(stage: Stage, watch: Watch, name: str) -> None:
    job = stage.finished()
    with stage.broken("file", Fault(name, GOOD[name])):
        job.carry()
    assert_stored(job, WHOLE)
    watch.check(posts=0)


def assert_stored(job: Job, content: bytes) -> None:
    assert job.state == "stored", job.card.message
    clip = Clip.objects.get()
    assert clip.sha256 == hashlib.sha256(content).hexdigest()
    assert default_storage.open(clip.video).read() == content
    assert left(job) == ["last.png", "poster.webp", "preview.mp4", "video.mp4"]


@pytest.mark.parametrize("name", ["0 bytes", "reset in the body", "expired: 403", "4 GiB in chunks", "refused"])
def test_what_was_lost_comes_home_when_the_fault_is_over(stage: Stage, watch: Watch, name: str) -> None:
    fault = next(fault for fault in FAULTS + FILES if fault.name == name)
    stage.video = WHOLE
    job = stage.finished(stage.doors.urls.get(fault.door, "")).tried_for_a_day()
    with stage.broken("file", fault):
        job.carry()
    assert job.state == "result_lost"
    wishes.refetch(job.card, job.card.user)
    job.carry()
    assert_stored(job, WHOLE)
    watch.check(posts=0)


def test_an_expired_address_is_replaced_by_the_newer_one(stage: Stage, watch: Watch) -> None:
    """Succeeded twice, with two addresses: the one that still answers counts."""
    job = stage.finished()
    with stage.broken("file", Fault("expired", said(b"", 403))):
        job.carry()
    stage.video = WHOLE
    newer = stage.video_url().replace("/video.mp4", "/video-2.mp4")
    stage.tasks[job.row.remote_id]["content"] = {"video_url": newer}
    job.due().carry()
    assert_stored(job, WHOLE)
    assert stage.count("/video-2.mp4") == 1
    watch.check(posts=0)


@pytest.mark.parametrize(
    ("task", "word"),
    [
        (None, "no such task"),
        ({"status": "running"}, "gives no fresh address"),
        ({"status": "failed"}, "gives no fresh address"),
        ({"status": "succeeded", "content": {}}, "gives no fresh address"),
        ({"status": "succeeded", "content": {"video_url": "file:///etc/passwd"}}, "gives no fresh address"),
    ],
    ids=["vanished", "back to running", "failed", "no address", "no web address"],
)
def test_a_provider_without_a_fresh_address_never_costs_a_second_order(
    stage: Stage, watch: Watch, task: dict[str, Any] | None, word: str
) -> None:
    job = stage.finished()
    del stage.tasks[job.row.remote_id]
    if task:
        stage.tasks["task-1"] = task
    job.set(result={"video_url": ""}).carry()
    assert job.state == "succeeded"
    assert word in job.card.message
    watch.check(posts=0)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.look][::8], ids=str)
def test_a_fault_of_the_look_for_a_fresh_address_only_delays(stage: Stage, watch: Watch, fault: Fault) -> None:
    job = stage.finished().set(result={"video_url": ""})
    with stage.broken("look", fault):
        job.carry()
    assert job.state == "succeeded"
    assert "gives no fresh address" in job.card.message
    assert str(fault.look) in job.card.message
    assert left(job) == []
    watch.check(posts=0)


# Addresses that nobody may be sent to


INSIDE = "not an address on the public internet"
FORBIDDEN = {
    "http://files.example/v.mp4": "https://",
    "http://127.0.0.1:{port}/v.mp4": "https://",
    "https://127.0.0.1:{port}/v.mp4": INSIDE,
    "https://localhost:{port}/v.mp4": INSIDE,
    "https://2130706433:{port}/v.mp4": "not a properly written IP address",
    "https://0x7f000001:{port}/v.mp4": "not a properly written IP address",
    "https://0177.0.0.1:{port}/v.mp4": "not a properly written IP address",
    "https://127.1:{port}/v.mp4": "not a properly written IP address",
    "https://[::1]:{port}/v.mp4": INSIDE,
    "https://[::ffff:127.0.0.1]:{port}/v.mp4": INSIDE,
    "https://[::127.0.0.1]:{port}/v.mp4": INSIDE,
    "https://[64:ff9b::7f00:1]:{port}/v.mp4": INSIDE,
    "https://[64:ff9b::a9fe:a9fe]/v.mp4": INSIDE,
    "https://[2002:7f00:1::]/v.mp4": INSIDE,
    "https://[fd00::1]/v.mp4": INSIDE,
    "https://[fe80::1]/v.mp4": INSIDE,
    "https://10.0.0.1/v.mp4": INSIDE,
    "https://192.168.1.1/v.mp4": INSIDE,
    "https://172.16.0.1/v.mp4": INSIDE,
    "https://169.254.169.254/latest/meta-data": INSIDE,
    "https://100.100.100.200/latest/meta-data": INSIDE,
    "https://0.0.0.0:{port}/v.mp4": INSIDE,
    "https://user:pass@127.0.0.1:{port}/v.mp4": "user name or password",
    "https://files.example:22/v.mp4": "Port 22",
    "https://mixed.example:{port}/v.mp4": INSIDE,
    "https://inside.example:{port}/v.mp4": INSIDE,
}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What the resolver says of a name, look-up by look-up; the last answer stays."""
    answers = {"mixed.example": [["8.8.8.8", "127.0.0.1"]], "inside.example": [["127.0.0.1"]]}
    look_up = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **words: Any) -> Any:
        if host not in answers:
            return look_up(host, port, *args, **words)
        found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_forbidden_address_is_never_dialled(
    stage: Stage, watch: Watch, names: dict[str, list[list[str]]], url: str
) -> None:
    """A provider that is no lab says that the result is there."""
    job = stage.sent("running")
    told = url.replace("{port}", str(stage.elsewhere.port))
    stage.tasks[job.row.remote_id] |= {"status": "succeeded", "content": {"video_url": told}}
    poll.poll_due()
    assert job.state == "succeeded"
    Provider.objects.update(lab=False)
    job.carry()
    assert job.state == "succeeded"
    assert FORBIDDEN[url] in job.card.message
    job.tried_for_a_day().carry()
    assert job.state == "result_lost"
    assert FORBIDDEN[url] in job.card.message
    assert left(job) == []
    watch.check(posts=0)  # nobody came to the canary either


def test_a_name_that_changes_its_mind_is_dialled_where_it_was_judged(
    stage: Stage, watch: Watch, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names["rebinding.example"] = [["8.8.8.8"], ["127.0.0.1"]]
    dialled: list[Any] = []

    def connect(address: Any, *args: Any, **words: Any) -> socket.socket:
        dialled.append(address)
        raise TimeoutError

    job = stage.finished().set(result={"video_url": f"https://rebinding.example:{stage.elsewhere.port}/v.mp4"})
    Provider.objects.update(lab=False)
    with monkeypatch.context() as patch:
        patch.setattr(socket, "create_connection", connect)
        job.carry()
        assert dialled == [("8.8.8.8", stage.elsewhere.port)]
        job.due().carry()
    assert len(dialled) == 1, "and when it points inside, not at all"
    assert INSIDE in job.card.message
    watch.check(posts=0)
