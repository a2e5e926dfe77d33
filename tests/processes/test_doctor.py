"""`manage.py doctor` names what is wrong and how to cure it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from generations import keyring
from generations.jobs import disk
from generations.models import Provider, Pulse
from studio.config import config
from tests.make import make_generation, make_project, make_provider, make_user
from tests.running import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs it, on an installation where all is well; answers its exit code and its words."""
    for name in ("tick", "sweep"):
        Pulse.objects.create(name=name)
    monkeypatch.setattr(config(), "sandbox", False)

    def run() -> tuple[int, str]:
        try:
            call_command("doctor")
        except SystemExit as end:
            return int(end.code or 0), capsys.readouterr().out
        return 0, capsys.readouterr().out

    return run


def test_a_well_studio_has_nothing_to_cure(doctor: Any) -> None:
    code, words = doctor()
    assert (code, "ill" in words) == (0, False), words


def test_a_silent_cluster_is_told(doctor: Any) -> None:
    Pulse.objects.filter(name="tick").update(at=timezone.now() - timedelta(hours=1))
    code, words = doctor()
    assert code == 1
    assert "No heartbeat since" in words
    assert "manage.py cluster" in words


def test_a_sweep_that_does_not_run_is_told(doctor: Any) -> None:
    Pulse.objects.filter(name="sweep").update(at=timezone.now() - timedelta(hours=1))
    code, words = doctor()
    assert code == 1
    assert "is not looked for since" in words


def test_a_provider_that_the_studio_paused_is_named_with_its_cure(doctor: Any) -> None:
    why = "its balance or quota is used up. An admin must look."
    make_provider(name="Ark", paused_at=timezone.now(), paused_why=why)
    make_provider(name="Relay", paused_at=timezone.now(), paused_why="Paused by Alice.")
    code, words = doctor()
    assert code == 1
    assert "Ark is paused: its balance or quota is used up. Mend it" in words
    assert "Relay" not in words


def test_takes_past_their_deadline_are_counted_and_named(doctor: Any) -> None:
    alice = make_user()
    old = timezone.now() - timedelta(days=2)
    attempt = {"state": "uncertain", "intent_at": old}
    made = [make_generation(make_project(alice), alice, attempt=attempt) for _ in range(2)]
    code, words = doctor()
    assert code == 1
    assert "2 uncertain for more than a day" in words
    assert all(f"/g/{row.pid}/" in words for row in made)


def test_a_sandbox_that_does_not_answer_is_told(doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "sandbox", True)
    monkeypatch.setattr(config(), "sandbox_port", free_port())
    code, words = doctor()
    assert code == 1
    assert "STUDIO_SANDBOX=false" in words


def test_a_full_disk_is_told(doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "disk_reserve_mb", 2**40)
    assert not disk.has_room_for_new_work()
    code, words = doctor()
    assert code == 1
    assert "free some space" in words


def test_a_key_that_cannot_be_read_is_told_by_its_provider(doctor: Any) -> None:
    provider = make_provider(name="Ark")
    Provider.objects.filter(pk=provider.pk).update(key_box=keyring.seal(provider.pid, "https://elsewhere", "secret"))
    code, words = doctor()
    assert code == 1
    assert "Ark: The stored key was given for another address" in words
