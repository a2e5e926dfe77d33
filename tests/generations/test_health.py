from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from generations.models import Pulse
from generations.times import TIMES


def test_a_living_process_says_so_without_the_database(client: Client) -> None:
    # No `db` fixture: any query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert not response.cookies


def test_ready_when_database_storage_and_cluster_are(client: Client, db: None) -> None:
    Pulse.objects.create(name="tick")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ok": True, "database": "ok", "storage": "ok", "cluster": "ok"}
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
