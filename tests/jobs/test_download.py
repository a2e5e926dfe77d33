"""A download that breaks goes on where it broke, and never mixes two versions of a file."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from generations.jobs import poll
from generations.models import Clip
from tests.clips import video
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job
from tests.peer import Peer, Reply, Seen

ETAG = '"v1"'


class Shelf:
    """A file server that knows ranges; breaks the first `breaks` answers half-way."""

    def __init__(self, content: bytes, breaks: int = 1) -> None:
        self.content, self.breaks = content, breaks
        self.validators = {"ETag": ETAG}
        self.asked: list[tuple[str, str]] = []
        self.sent = 0

    def __call__(self, seen: Seen) -> Reply:
        asked, condition = seen.headers.get("range", ""), seen.headers.get("if-range", "")
        self.asked.append((asked, condition))
        found = re.fullmatch(r"bytes=(\d+)-", asked)
        start = int(found[1]) if found and condition in self.validators.values() else 0
        body = self.content[start:]
        headers = {"Content-Type": "video/mp4", **self.validators}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        cut = len(body) // 2 if self.breaks > 0 else None
        self.breaks -= 1
        self.sent += len(body) if cut is None else cut
        return Reply(206 if start else 200, body=body, headers=headers, cut=cut)


@pytest.fixture
def shelved(job: Job, ark: Ark, peer: Peer) -> Callable[[Shelf], Job]:
    """A take that succeeded, whose file stands on the given shelf."""

    def put(shelf: Shelf) -> Job:
        whole = peer.answer
        peer.answer = lambda seen: shelf(seen) if seen.path.startswith("/video.mp4") else whole(seen)
        ark.status = "succeeded"
        job.carry().due()
        poll.poll_due()
        return job

    return put


def folder(job: Job) -> Path:
    return Path(default_storage.path(job.row.folder))


def test_it_goes_on_where_it_broke(shelved: Callable[[Shelf], Job]) -> None:
    shelf = Shelf(video(), breaks=3)
    job = shelved(shelf)
    for _ in range(4):
        job.due().carry()
    assert job.state == "stored"
    assert Clip.objects.get().sha256 == hashlib.sha256(video()).hexdigest()
    assert shelf.sent == len(video()), "no byte came twice"
    assert shelf.asked[0] == ("", "")
    assert shelf.asked[1] == (f"bytes={len(video()) // 2}-", ETAG)
    assert {path.name for path in folder(job).iterdir()} == {"video.mp4", "poster.webp", "preview.mp4", "last.png"}


def test_another_version_is_fetched_from_its_beginning(shelved: Callable[[Shelf], Job]) -> None:
    shelf = Shelf(video())
    job = shelved(shelf)
    job.carry()
    other = video(seconds=0.5)
    shelf.content, shelf.validators = other, {"ETag": '"v2"'}
    job.due().carry()
    assert job.state == "stored"
    assert Clip.objects.get().sha256 == hashlib.sha256(other).hexdigest()


@pytest.mark.parametrize(
    "validators",
    [
        {},
        {"ETag": 'W/"v1"'},
        {"Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT", "Date": "Sat, 21 Nov 2026 10:00:30 GMT"},
    ],
    ids=["none", "weak", "too-fresh"],
)
def test_without_a_strong_validator_it_begins_anew(shelved: Callable[[Shelf], Job], validators: dict[str, str]) -> None:
    shelf = Shelf(video())
    shelf.validators = validators
    job = shelved(shelf)
    job.carry()
    assert not list(folder(job).iterdir())
    job.due().carry()
    assert job.state == "stored"
    assert shelf.asked == [("", ""), ("", "")]


def test_a_settled_date_is_a_strong_validator(shelved: Callable[[Shelf], Job]) -> None:
    shelf = Shelf(video())
    shelf.validators = {"Last-Modified": "Sat, 21 Nov 2020 10:00:00 GMT"}
    job = shelved(shelf)
    job.carry().due().carry()
    assert job.state == "stored"
    assert shelf.asked[1][1] == "Sat, 21 Nov 2020 10:00:00 GMT"


@pytest.mark.parametrize("content_range", ["", "bytes 5-99/100", "bytes */100", "nonsense"])
def test_a_rest_that_does_not_fit_is_not_taken(shelved: Callable[[Shelf], Job], peer: Peer, content_range: str) -> None:
    shelf = Shelf(video())
    job = shelved(shelf)
    job.carry()
    whole = peer.answer
    odd = Reply(206, body=b"x" * 100, headers={"Content-Type": "video/mp4", "Content-Range": content_range})
    peer.answer = lambda seen: odd if seen.path.startswith("/video.mp4") else whole(seen)
    job.due().carry()
    assert job.state == "succeeded"
    assert not Clip.objects.exists()
    peer.answer = whole
    job.due().carry()
    assert job.state == "stored"
    assert shelf.asked[-1] == ("", ""), "what was kept is gone with the odd answer"


def test_bytes_of_unknown_origin_are_not_used(shelved: Callable[[Shelf], Job]) -> None:
    shelf = Shelf(video())
    job = shelved(shelf)
    job.carry()
    (folder(job) / "kept.json").write_text("half a no")
    job.due().carry()
    assert job.state == "stored"
    assert shelf.asked[1] == ("", "")
