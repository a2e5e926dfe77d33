"""The tray of pages that belong to no project."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generations.models import Generation
from tests.make import make_generation, make_project

pytestmark = pytest.mark.django_db


def seen_in(body: str) -> str:
    return body.split("seen=")[1].split('"')[0]


def ask(client: Client, seen: str = "") -> Any:
    return client.get(reverse("tray"), {"seen": seen}, headers={"HX-Request": "true"})


def test_it_holds_what_is_on_its_way_in_all_projects_of_a_member(client: Client, alice: Any, project: Any) -> None:
    make_generation(project, alice, prompt="A whale")
    make_generation(make_project(alice, "Loops"), alice, prompt="A kite")
    client.force_login(alice)
    body = ask(client).content.decode()
    assert "A whale" in body
    assert "A kite" in body
    assert 'class="count" value="2"' in body


def test_it_names_all_of_a_members_own_that_are_on_their_way(
    client: Client, alice: Any, bob: Any, project: Any
) -> None:
    for _number in range(4):
        make_generation(project, bob)
    own = make_generation(project, alice)
    client.force_login(alice)
    body = ask(client).content.decode()
    assert f'<data class="mine" value="{own.pid}">' in body
    assert body.count('class="mine"') == 1


def test_a_stranger_sees_nothing_of_it(client: Client, alice: Any, charlie: Any, project: Any) -> None:
    make_generation(project, alice, prompt="A whale")
    client.force_login(charlie)
    assert "A whale" not in ask(client).content.decode()


def test_it_is_silent_until_something_changes(client: Client, alice: Any, project: Any) -> None:
    row = make_generation(project, alice)
    client.force_login(alice)
    seen = seen_in(ask(client).content.decode())
    assert ask(client, seen).status_code == 204
    Generation.objects.filter(pk=row.pk).update(status="rendering")
    answer = ask(client, seen)
    assert answer.status_code == 200
    assert seen_in(answer.content.decode()) != seen


def test_it_asks_less_often_when_nothing_runs(client: Client, alice: Any, project: Any) -> None:
    client.force_login(alice)
    assert "every 15s" in ask(client).content.decode()
    make_generation(project, alice)
    assert "every 2s" in ask(client).content.decode()


def test_it_names_ones_own_that_have_just_ended(client: Client, alice: Any, bob: Any, project: Any) -> None:
    now = timezone.now()
    make_generation(project, alice, prompt="Just now", status="done", ended_at=now)
    make_generation(project, alice, prompt="Long ago", status="done", ended_at=now - timedelta(hours=1))
    make_generation(project, bob, prompt="Of Bob", status="done", ended_at=now)
    client.force_login(alice)
    body = ask(client).content.decode()
    assert "Just now" in body
    assert "Long ago" not in body
    assert "Of Bob" not in body


def test_the_list_at_home_keeps_what_waits_for_a_person(client: Client, alice: Any, project: Any) -> None:
    make_generation(
        project,
        alice,
        prompt="Who knows",
        status="attention",
        attempt={"state": "uncertain", "intent_at": timezone.now()},
    )
    client.force_login(alice)
    assert "Who knows" in client.get(reverse("home")).content.decode().split('id="on-the-way"')[1]
    assert "Who knows" in ask(client).content.decode().split("#on-the-way")[1]


def test_pages_without_a_project_ask_for_it(client: Client, alice: Any, project: Any) -> None:
    client.force_login(alice)
    for name in ("home", "library", "activity", "profile"):
        assert reverse("tray") in client.get(reverse(name)).content.decode(), name
