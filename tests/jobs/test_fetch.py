"""Bringing a result home: checked, drawn, stored once; failing never means generating again."""

import errno
import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from generations import crash
from generations.jobs import disk, partial, poll, wishes
from generations.models import Clip
from generations.times import TIMES
from tests.clips import video
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job
from tests.peer import Peer, Reply


@pytest.fixture
def ready(job: Job, ark: Ark) -> Job:
    """Succeeded at the provider, not fetched yet."""
    ark.status, ark.video = "succeeded", video()
    job.carry().due()
    poll.poll_due()
    assert job.state == "succeeded"
    return job


def folder(job: Job) -> Path:
    return Path(default_storage.path(job.row.folder))


def test_it_stores_the_clip_with_its_pictures_and_facts(ready: Job, ark: Ark) -> None:
    ready.carry()
    assert (ready.state, ready.card.status) == ("stored", "done")
    clip = Clip.objects.get()
    assert ready.card.clip == clip
    assert clip.sha256 == hashlib.sha256(ark.video).hexdigest()
    assert default_storage.open(clip.video).read() == ark.video
    assert (clip.width, clip.height, clip.frames, clip.video_codec) == (128, 72, 24, "h264")
    assert (ready.card.width, ready.card.height) == (128, 72)
    assert {path.name for path in folder(ready).iterdir()} == {"video.mp4", "poster.webp", "preview.mp4", "last.png"}


def test_the_signed_address_is_forgotten_once_stored(ready: Job) -> None:
    ready.carry()
    assert ready.row.result == {}


def test_the_download_carries_no_key(ready: Job, peer: Peer) -> None:
    ready.carry()
    downloads = [seen for seen in peer.seen if seen.path.startswith("/video.mp4")]
    assert len(downloads) == 1
    assert "authorization" not in downloads[0].headers


def test_what_browsers_cannot_play_gets_a_copy(job: Job, ark: Ark) -> None:
    ark.status, ark.video = "succeeded", video(codec="libx265")
    job.carry().due()
    poll.poll_due()
    job.carry()
    clip = Clip.objects.get()
    assert clip.is_copy
    assert clip.video_codec == "hevc"
    assert default_storage.open(clip.video).read() == ark.video
    assert default_storage.exists(clip.playable)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(body=video()[:-200], headers={"Content-Type": "video/mp4"}), ""),
        (Reply(body=video(), cut=500, headers={"Content-Type": "video/mp4"}), ""),
        (Reply(body=b"", headers={"Content-Type": "video/mp4"}), ""),
        (Reply(body=b"<html>sorry</html>", headers={"Content-Type": "text/html"}), "no video"),
        (Reply(500), "500"),
        (Reply(drop=True), ""),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), "302"),
    ],
    ids=["truncated", "cut", "empty", "html", "500", "drop", "redirect"],
)
def test_a_broken_download_is_tried_again(ready: Job, ark: Ark, peer: Peer, reply: Reply, words: str) -> None:
    whole = peer.answer
    peer.answer = lambda seen: reply if seen.path.startswith("/video.mp4") else whole(seen)
    ready.carry()
    assert ready.state == "succeeded"
    assert ready.row.fetch_errors == 1
    assert "nothing is generated twice" in ready.card.message
    assert words in ready.card.message
    assert not Clip.objects.exists()
    assert not list(folder(ready).iterdir())
    peer.answer = whole
    ready.due().carry()
    assert ready.state == "stored"
    assert len(peer.posts) == 1


def test_a_stale_address_is_asked_for_anew(ready: Job, peer: Peer) -> None:
    whole = peer.answer
    peer.answer = lambda seen: Reply(403) if seen.path.startswith("/video.mp4") else whole(seen)
    ready.carry()
    assert ready.row.result["video_url"] == ""
    peer.answer = whole
    ready.due().carry()
    assert ready.state == "stored"


def test_a_fresh_address_that_is_refused_again_and_again_is_final(ready: Job, peer: Peer) -> None:
    whole = peer.answer
    peer.answer = lambda seen: Reply(403) if seen.path.startswith("/video.mp4") else whole(seen)
    ready.set(fetch_errors=TIMES.fetch_attempts).carry()
    assert ready.state == "succeeded", "the address may have died of age"
    ready.due().carry()
    assert ready.state == "result_lost"


def test_who_stood_still_sweeps_nothing_away(ready: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(ready).mkdir(parents=True)
    saved = folder(ready) / "video.mp4"

    def overtaken(path: Path) -> None:
        saved.write_bytes(b"of the one that took over")
        (folder(ready) / "theirs.part").write_bytes(b"")
        ready.set(lease="another")

    monkeypatch.setattr(disk, "need_room", overtaken)
    ready.carry()
    assert saved.exists()
    assert (folder(ready) / "theirs.part").exists()


def test_after_many_tries_a_person_decides(ready: Job, peer: Peer) -> None:
    whole = peer.answer
    peer.answer = lambda seen: Reply(500) if seen.path.startswith("/video.mp4") else whole(seen)
    kept = Path(default_storage.path(ready.row.folder)) / partial.KEPT
    kept.parent.mkdir(parents=True)
    kept.touch()
    ready.set(fetch_errors=TIMES.fetch_attempts - 1).carry()
    assert ready.state == "succeeded", "a network that is down costs no result"
    kept.touch()
    ready.tried_for_a_day().carry()
    assert ready.state == "result_lost"
    assert not kept.exists()
    assert "costs nothing" in ready.card.message
    peer.answer = whole
    wishes.refetch(ready.card, ready.card.user)
    ready.carry()
    assert ready.state == "stored"


def test_two_workers_store_one_clip(ready: Job) -> None:
    ready.set(state="fetching", lease="other", lease_until=timezone.now() + timedelta(seconds=60))
    ready.carry()
    assert ready.state == "fetching", "a live lease is respected"
    ready.set(lease_until=timezone.now() - timedelta(seconds=1))
    ready.carry()
    assert ready.state == "stored"
    ready.carry()
    assert Clip.objects.count() == 1


def test_what_a_killed_worker_left_is_swept(ready: Job) -> None:
    folder(ready).mkdir(parents=True)
    (folder(ready) / "dead.part").write_bytes(b"x")
    (folder(ready) / "dead.draft").mkdir()
    ready.carry()
    assert ready.state == "stored"
    assert not any(path.name.startswith("dead") for path in folder(ready).iterdir())


def test_a_disk_that_runs_full_while_saving_is_told_without_its_paths(
    ready: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))

    monkeypatch.setattr(disk, "need_room", full)
    ready.carry()
    assert "disk is full" in ready.card.message
    assert str(folder(ready)) not in ready.card.message
    assert ready.row.fetch_errors == 0


def test_a_full_disk_waits(ready: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path) -> None:
        raise disk.Full("the studio's disk is full. Free some space; the download goes on by itself")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "need_room", full)
        for _ in range(TIMES.fetch_attempts + 1):
            ready.due().carry()
    assert ready.state == "succeeded", "a disk that is full for long costs no try"
    assert "disk is full" in ready.card.message
    ready.due().carry()
    assert ready.state == "stored"


def test_a_clip_that_another_worker_stored_meanwhile_is_no_error(
    ready: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def here(name: str) -> None:
        if name == "fetch.after_rename":
            monkeypatch.setattr(crash, "here", lambda name: None)
            ready.set(lease_until=timezone.now() - timedelta(seconds=1))
            ready.carry()

    monkeypatch.setattr(crash, "here", here)
    ready.carry()
    assert (ready.state, Clip.objects.count()) == ("stored", 1)
    assert "another worker has taken over" in caplog.text
    assert "IntegrityError" not in caplog.text
