"""A bug that changes nothing would prove nothing: each is planted in a process of its own, and seen to work."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT, free_port, settings_for

PLANTED = "tests.faults.planted.settings"
# name: (as the product does it, as the bug does)
BEHAVIOUR: dict[str, tuple[Any, Any]] = {
    "naive_retry": (1, 3),
    "sdk_retry": (1, 3),
    "requeue_uncertain": ("uncertain", "queued"),
    "no_sweep": ("uncertain", "submitting"),
    "tag_reuse": ([False, False], [True, True]),
    "terminal_not_absorbing": ("rejected", "queued"),
    "gate_without_lock": (1, 2),
    "truncated_accepted": (["lost", "rejected"], ["taken", "taken"]),
    "forgets_id": (
        ["generations.jobs.submit", "00000000-0000-0000-0000-000000000000.json"],
        ["tests.faults.planted.bugs"],
    ),
    "leaks_key": (False, True),
}
Probe = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("migrated")
    words = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
    subprocess.run(words, cwd=ROOT, env=settings_for(data, free_port()), check=True, timeout=120)
    return data / "studio.sqlite3"


@pytest.fixture
def probe(migrated: Path, tmp_path: Path) -> Probe:
    """Run probes in a fresh process on a fresh database."""

    def run(*names: str, **environment: str) -> dict[str, Any]:
        shutil.copy(migrated, tmp_path / "studio.sqlite3")
        words = [sys.executable, "-m", "tests.faults.planted.probes", *names]
        where = settings_for(tmp_path, free_port()) | {"DJANGO_SETTINGS_MODULE": PLANTED} | environment
        done = subprocess.run(words, cwd=ROOT, env=where, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return said

    return run


def test_without_a_bug_the_product_does_what_it_does(probe: Probe) -> None:
    assert probe(*BEHAVIOUR) == {name: sound for name, (sound, _) in BEHAVIOUR.items()}


@pytest.mark.parametrize("name", BEHAVIOUR)
def test_a_planted_bug_changes_what_the_process_does(probe: Probe, name: str) -> None:
    sound, spoilt = BEHAVIOUR[name]
    assert sound != spoilt
    assert probe(name, PLANTED=name) == {name: spoilt}


def test_every_bug_is_tried() -> None:
    words = [sys.executable, "-m", "tests.faults.planted.probes"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": PLANTED, "PLANTED": "unheard_of"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert f"PLANTED is one of {', '.join(BEHAVIOUR)}, not unheard_of" in done.stderr


def test_the_clock_is_wrong_everywhere_in_the_process_but_time_goes_on(probe: Probe, tmp_path: Path) -> None:
    right = probe("clock")["clock"]
    wrong = probe("clock", PLANTED_CLOCK=str(tmp_path / "clock"))["clock"]
    assert set(right.values()) == {0}
    assert wrong == {name: 0 if name == "time.monotonic" else 1 for name in right}


@pytest.mark.parametrize("door", ["manage.py", "generations.supervisor.queue", "studio.wsgi"])
def test_every_process_of_the_studio_keeps_to_the_settings_it_was_given(door: str, tmp_path: Path) -> None:
    """Each door refuses the unheard-of bug, so each has loaded the planted settings."""
    commands = {
        "manage.py": ["manage.py", "check"],
        "generations.supervisor.queue": ["-m", "generations.supervisor.queue", "look", str(os.getpid())],
        "studio.wsgi": ["-c", "import studio.wsgi"],
    }
    environment = settings_for(tmp_path, free_port()) | {"DJANGO_SETTINGS_MODULE": PLANTED, "PLANTED": "unheard_of"}
    words = [sys.executable, *commands[door]]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "PLANTED is one of" in done.stderr
