import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from generations.models import Pulse
from generations.times import TIMES
from studio.config import config
from studio.models import Event
from tests.make import make_generation, make_provider


def test_a_living_process_says_so_without_the_database(client: Client) -> None:
    # No `db` fixture: any query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert not response.cookies


def test_ready_when_database_storage_and_cluster_are(client: Client, db: None) -> None:
    Pulse.objects.create(name="tick")
    Pulse.objects.create(name="sweep")
    response = client.get("/readyz")
    assert response.status_code == 200
    parts = ("database", "storage", "cluster", "sweep", "disk", "providers")
    assert response.json() == {"ok": True, "warnings": {}} | dict.fromkeys(parts, "ok")
    assert default_storage.listdir("health")[1] == []


def test_not_ready_before_the_first_heartbeat(client: Client, db: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["cluster"] == "has not started"


def test_not_ready_when_the_heartbeat_is_old(client: Client, db: None) -> None:
    Pulse.objects.create(name="tick", at=timezone.now() - timedelta(seconds=TIMES.heartbeat_old + 1))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["cluster"].startswith("no heartbeat since")


def test_not_ready_when_the_storage_cannot_be_written(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.open", full)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["storage"] == "cannot be written"


def test_not_ready_when_the_database_does_not_answer(client: Client, db: None) -> None:
    def down(*args: Any) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(down):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "does not answer"


# the rest of what can be wrong


@pytest.fixture
def well(db: None) -> None:
    for name in ("tick", "sweep"):
        Pulse.objects.create(name=name)


def ask(client: Client) -> tuple[int, dict[str, Any]]:
    response = client.get("/readyz")
    return response.status_code, response.json()


def long_ago(**past: float) -> Any:
    return timezone.now() - timedelta(**past)


def test_red_when_the_sweep_does_not_run(client: Client, well: None) -> None:
    Pulse.objects.filter(name="sweep").update(at=long_ago(minutes=10))
    code, said = ask(client)
    assert code == 503
    assert said["sweep"].startswith("not run since")


def test_red_when_the_disk_is_below_its_reserve(client: Client, well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "disk_reserve_mb", 2**40)
    code, said = ask(client)
    assert (code, said["disk"]) == (503, "below the reserve")


def test_red_for_a_refused_key_without_telling_strangers_whose(client: Client, well: None) -> None:
    make_provider(name="Ark of Alice", paused_at=timezone.now(), paused_why="its key was refused. An admin must look.")
    code, said = ask(client)
    assert (code, said["providers"]) == (503, "a provider is paused")
    assert "Alice" not in json.dumps(said)


def test_a_pause_by_a_person_is_no_fault(client: Client, well: None) -> None:
    make_provider(paused_at=timezone.now(), paused_why="Paused by Alice.")
    assert ask(client)[0] == 200


def test_a_paused_provider_that_is_gone_is_no_fault(client: Client, well: None) -> None:
    why = "its key was refused. An admin must look."
    make_provider(paused_at=timezone.now(), paused_why=why, trashed_at=timezone.now())
    assert ask(client)[0] == 200


OLD = {
    "submitting": {"state": "submitting", "intent_at": "hour", "post_deadline": "hour"},
    "uncertain": {"state": "uncertain", "intent_at": "days"},
    "rendering": {"state": "running", "intent_at": "days", "accepted_at": "days", "remote_id": "cgt-1"},
    "results": {"state": "succeeded", "intent_at": "days", "accepted_at": "days", "remote_id": "cgt-1"},
}


def attempt_of(shape: dict[str, str], moments: dict[str, Any]) -> dict[str, Any]:
    return {name: moments.get(value, value) for name, value in shape.items()}


@pytest.mark.parametrize("name", OLD)
def test_a_row_past_its_deadline_is_a_warning(client: Client, well: None, project: Any, alice: Any, name: str) -> None:
    moments = {"hour": long_ago(hours=1), "days": long_ago(days=2)}
    row = make_generation(project, alice, attempt=attempt_of(OLD[name], moments))
    event = Event.record("attempt", str(row.attempts.get().uuid), "succeeded")
    Event.objects.filter(pk=event.pk).update(at=long_ago(hours=2))
    code, said = ask(client)
    assert (code, said["ok"], list(said["warnings"])) == (200, True, [name])
    assert row.pid not in json.dumps(said)


@pytest.mark.parametrize("name", OLD)
def test_a_row_within_its_deadline_is_not(client: Client, well: None, project: Any, alice: Any, name: str) -> None:
    moments = {"hour": timezone.now(), "days": timezone.now()}
    row = make_generation(project, alice, attempt=attempt_of(OLD[name], moments))
    Event.record("attempt", str(row.attempts.get().uuid), "succeeded")
    assert ask(client)[1]["warnings"] == {}


def test_a_long_rendering_that_has_just_ended_is_no_old_result(
    client: Client, well: None, project: Any, alice: Any
) -> None:
    moments = {"days": long_ago(hours=3)}
    row = make_generation(project, alice, attempt=attempt_of(OLD["results"], moments))
    Event.record("attempt", str(row.attempts.get().uuid), "succeeded")
    assert ask(client)[1]["warnings"] == {}
