"""manage.py generate: the composer's form, from a terminal."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django_q.models import OrmQ

from generations.models import Asset, Generation
from tests.clips import video
from tests.make import make_clip, make_membership, make_project, make_provider, make_user, png

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(transactional_db: None) -> Any:
    alice = make_user("Alice")
    project = make_project(alice)
    make_provider(name="Home", offers={"seedance-2.0": "doubao-seedance-2-0-260128", "seedance-1.0-lite": "lite"})
    return project


def run(*words: str, project: str = "Autumn campaign") -> str:
    out = io.StringIO()
    call_command("generate", "--project", project, *words, stdout=out)
    return out.getvalue().strip()


@contextmanager
def worker(work: Callable[[Generation], Any]) -> Iterator[None]:
    """Does `work` to the first generation that appears."""

    def wait() -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            found = Generation.objects.first()
            if found:
                work(found)
                break
            time.sleep(0.05)
        connection.close()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        thread.join(30)


def test_it_asks_as_the_projects_first_owner_and_rings(desk: Any) -> None:
    out = run("--prompt", "A fox", "--takes", "2", "--set", "duration=8")
    rows = list(Generation.objects.order_by("take"))
    assert out.split() == [row.pid for row in rows]
    assert {row.user.email for row in rows} == {"alice@example.org"}
    assert rows[0].parameters["duration"] == 8
    assert OrmQ.objects.count() == 2


def test_the_project_may_be_named_by_its_id(desk: Any) -> None:
    assert run("--prompt", "A fox", project=desk.pid)


def test_it_acts_as_the_member_that_was_named(desk: Any) -> None:
    make_membership(desk, make_user("Bob"), "editor")
    run("--prompt", "A fox", "--as", "BOB@example.org")
    assert Generation.objects.get().user.name == "Bob"


def test_files_come_in_by_the_librarys_rules(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "fox=1.png"
    path.write_bytes(png(800, 600))
    run("--model", "seedance-1.0-lite", "--prompt", "It runs", "--image", str(path))
    asset = Asset.objects.get()
    assert (asset.name, asset.width, asset.origin) == ("fox=1.png", 800, "upload")
    assert Generation.objects.get().inputs.get().role == "first_frame"


def test_links_and_roles(desk: Any) -> None:
    link = "https://files.example.org/a.png?x=1"
    run("--model", "seedance-2.0", "--prompt", "It runs", "--image", f"reference_image={link}")
    entry = Generation.objects.get().inputs.get()
    assert (entry.role, entry.asset.url) == ("reference_image", link)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--prompt", ""], "Write a prompt"),
        (["--prompt", "x", "--set", "duration=99"], "from 4 to 15"),
        (["--prompt", "x", "--set", "speed=9"], "NAME=VALUE with one of"),
        (["--prompt", "x", "--takes", "9"], "4"),
        (["--prompt", "x", "--model", "sora"], "Nothing offers “sora”"),
        (["--prompt", "x", "--provider", "Elsewhere"], "Home: seedance-2.0"),
        (["--prompt", "x", "--as", "charlie@example.org"], "not a member"),
        (["--prompt", "x", "--as", "vera@example.org"], "not generate in it"),
        (["--prompt", "x", "--image", "/no/such/file.png"], "cannot be read"),
        (["--prompt", "x", "--image", "second_frame=a.png"], "takes first_frame"),
        (["--prompt", "x", "--image", "http://files.example.org/a.png"], "https://"),
    ],
)
def test_a_refusal_says_why_and_asks_for_nothing(desk: Any, words: list[str], reason: str) -> None:
    make_user("Charlie")
    make_membership(desk, make_user("Vera"), "viewer")
    with pytest.raises(CommandError, match=reason):
        run(*words)
    assert not Generation.objects.exists()


def test_an_unknown_or_ambiguous_project_is_refused(desk: Any) -> None:
    with pytest.raises(CommandError, match="There is no project"):
        run("--prompt", "x", project="Spring")
    make_project(make_user("Bob"))
    with pytest.raises(CommandError, match="Several projects"):
        run("--prompt", "x")


def test_it_waits_and_prints_where_the_clip_is(desk: Any) -> None:
    with worker(lambda row: make_clip(row, video())):
        out = run("--prompt", "A fox", "--wait", "--timeout", "20")
    assert Path(out).read_bytes() == video()
    clip = Generation.objects.get().clip
    assert clip
    assert out == default_storage.path(clip.video)


def test_a_failed_take_is_an_error_with_its_reason(desk: Any) -> None:
    def fail(row: Generation) -> None:
        Generation.objects.filter(pk=row.pk).update(status="blocked", message="The filter said no.")

    with worker(fail), pytest.raises(CommandError, match="Blocked: The filter said no"):
        run("--prompt", "A fox", "--wait", "--timeout", "20")


def test_when_time_is_up_it_says_that_the_work_goes_on(desk: Any) -> None:
    with pytest.raises(CommandError, match="still queued; it goes on"):
        run("--prompt", "A fox", "--wait", "--timeout", "0.1")


def test_json_tells_everything(desk: Any) -> None:
    [told] = json.loads(run("--prompt", "A fox", "--json"))
    row = Generation.objects.get()
    assert told == {"pid": row.pid, "status": "queued", "message": "", "path": "", "seconds": None}
