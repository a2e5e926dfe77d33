"""The checker's command, run beside a real database, real files and real logs."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from generations.models import Attempt as AttemptRow
from generations.models import Pulse
from studio.models import Event as EventRow
from tests.clips import video
from tests.faults.test_checker import HOST, SHA, accept, asked, end, events_to, post
from tests.make import make_clip, make_generation, make_project, make_provider, make_user
from tests.running import ROOT

SECRET = "sk-secret-key-of-the-test"


class Scene:
    """Alice's clip is stored: in the rows, on the disk, and in the provider's ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        alice = make_user("Alice", is_staff=True)
        self.provider = make_provider(base_url=f"http://{HOST}/api/v3", key=SECRET)
        made = make_generation(make_project(alice), alice, self.provider, client_token="token-1")
        self.clip = make_clip(made, video(64, 36, 0.5))
        row = AttemptRow.objects.get()
        AttemptRow.objects.update(tag="s1-1", request_sha256=SHA["body"])
        for event in events_to("stored", str(row.uuid)):
            EventRow.record("attempt", event.attempt, event.new, old=event.old)
        Pulse.objects.create(name="tick", at=timezone.now())
        key = hashlib.sha256(SECRET.encode()).hexdigest()[:12]
        self.lines = [post(key=key), accept(id=row.remote_id), end(id=row.remote_id, sha256=self.clip.sha256)]
        (folder / "client.jsonl").write_text(json.dumps(asked()) + "\n")
        (folder / "up.log").write_text("all is well\n")

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        (self.folder / "ledger.jsonl").write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        done = command("--folder", str(self.folder), "--json", *words)
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, json.loads(done.stdout)

    def wrong(self, *words: str) -> set[str]:
        code, said = self.run(*words)
        found = {name for name, one in said["invariants"].items() if one["violations"]}
        assert (code, said["ok"]) == (1 if found else 0, not found)
        return found


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """As it is run beside a studio; here the studio's database is the test's."""
    rows = settings.DATABASES["default"]
    environment = dict(os.environ)
    if rows["ENGINE"].endswith("sqlite3"):
        environment["DATABASE_URL"] = f"sqlite://{rows['NAME']}"
    else:
        environment["DATABASE_URL"] = environment["DATABASE_URL"].rpartition("/")[0] + f"/{rows['NAME']}"
    line = [sys.executable, "-m", "tests.faults.checker", *words]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def scene(transactional_db: None, tmp_path: Path) -> Scene:
    shutil.rmtree(settings.CONFIG.data / "media", ignore_errors=True)
    return Scene(tmp_path)


@pytest.mark.processes
def test_the_command_reads_a_real_studio(scene: Scene) -> None:
    code, said = scene.run("--kills", "0")
    assert said["ok"], said
    assert code == 0
    assert said["figures"] | {"accepts": 1, "stored": 1, "lost": 0, "double": 0} == said["figures"]
    assert all(one["checked"] for one in said["invariants"].values()), said
    assert scene.wrong("--quiet") == set()


Spoil = Callable[[Scene], object]
SPOILT: dict[str, tuple[set[str], Spoil]] = {
    "a truncated file": ({"I8"}, lambda scene: cut(Path(settings.CONFIG.data / "media" / scene.clip.video))),
    "a half-done file": ({"I8"}, lambda scene: (settings.CONFIG.data / "media" / "x.part").write_text("half")),
    "a key in a log": ({"I11"}, lambda scene: (scene.folder / "up.log").write_text(f"Bearer {SECRET}")),
    "a key in a row": (
        {"I11"},
        lambda scene: AttemptRow.objects.update(answer={"echo": [{"key": SECRET}]}),
    ),
    "a key in a task's arguments": ({"I11"}, lambda scene: async_task("time.sleep", SECRET, cluster="carry")),
    "an event too few": ({"I7"}, lambda scene: EventRow.objects.order_by("-pk")[:1].get().delete()),
    "a second charge": ({"I1", "I2", "I3", "I6"}, lambda scene: scene.lines.append(accept(9, tag="s1-1"))),
}


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.processes
@pytest.mark.parametrize("name", SPOILT)
def test_the_command_sees(scene: Scene, name: str) -> None:
    expected, spoil = SPOILT[name]
    spoil(scene)
    assert scene.wrong("--quiet") == expected


@pytest.mark.processes
def test_the_command_searches_for_canaries_and_says_it_in_words(scene: Scene) -> None:
    scene.run()
    done = command("--folder", str(scene.folder), "--secrets", "all is well,never there")
    assert done.returncode == 1
    assert "I11  VIOLATED (1)" in done.stdout
    assert "up.log:1 holds the secret" in done.stdout
    assert "I1   ok" in done.stdout


@pytest.mark.processes
def test_the_command_says_what_is_missing(tmp_path: Path, transactional_db: None) -> None:
    done = command("--folder", str(tmp_path))
    assert done.returncode == 1
    assert "Nothing can be checked" in done.stderr
    assert "ledger.jsonl" in done.stderr
    assert "Traceback" not in done.stderr
    short = command("--folder", str(tmp_path), "--secrets", "abc")
    assert short.returncode == 2
