"""Studio admins are told of a paused provider on every page; nobody else is, and no one twice."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generations.jobs import submit
from generations.models import Provider
from generations.providers.base import Cause, Refusal
from studio.models import Event
from tests.make import make_generation, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(db: None) -> Provider:
    provider = make_provider(name="Ark")
    submit.pause(provider, Refusal(Cause.AUTH, "the key is wrong"))
    return provider


def pages(project: Any) -> list[str]:
    row = make_generation(project, project.memberships.get(role="owner").user)
    return [
        reverse("home"),
        reverse("project", args=[project.pid]),
        reverse("generation", args=[row.pid]),
        reverse("library"),
        reverse("providers"),
        "/nothing-here",
    ]


def test_an_admin_reads_it_on_every_page_with_a_way_on(
    client: Client, project: Any, alice: Any, refused: Provider
) -> None:
    client.force_login(alice)
    for path in pages(project):
        body = client.get(path).content.decode()
        assert "Ark is paused: its key was refused." in body, path
        assert body.split('id="alarms"')[1].count(reverse("provider-pause", args=[refused.pid])) >= 1, path
        assert "1 paused" in body, path


def test_a_member_who_is_no_admin_is_not_told(client: Client, project: Any, bob: Any, refused: Provider) -> None:
    client.force_login(bob)
    assert "Ark is paused" not in client.get(reverse("home")).content.decode()


def test_a_pause_by_hand_names_the_person(client: Client, alice: Any) -> None:
    provider = make_provider(name="Ark")
    client.force_login(alice)
    client.post(reverse("provider-pause", args=[provider.pid]), {"paused": "1"})
    assert "Ark is paused by Alice. What members ask of it waits" in client.get(reverse("home")).content.decode()


def test_several_pauses_are_one_sentence(client: Client, alice: Any, refused: Provider) -> None:
    make_provider(name="Relay", paused_at=timezone.now(), paused_why="Paused by Alice.")
    client.force_login(alice)
    body = client.get(reverse("home")).content.decode()
    assert "Ark is paused: its key was refused; Relay is paused by Alice. What members ask of them waits" in body


def test_resuming_ends_it(client: Client, alice: Any, refused: Provider) -> None:
    client.force_login(alice)
    client.post(reverse("provider-pause", args=[refused.pid]), {"paused": "0"})
    assert 'class="alarm"' not in client.get(reverse("home")).content.decode()


def test_a_provider_that_was_taken_out_is_not_mentioned(client: Client, alice: Any, refused: Provider) -> None:
    Provider.objects.update(trashed_at=timezone.now())
    client.force_login(alice)
    assert "Ark is paused" not in client.get(reverse("home")).content.decode()


def test_further_refusals_announce_nothing_again(client: Client, project: Any, alice: Any, refused: Provider) -> None:
    since = Provider.objects.get().paused_at
    submit.pause(Provider.objects.get(), Refusal(Cause.AUTH, "the key is wrong"))
    assert Provider.objects.get().paused_at == since
    assert Event.objects.filter(kind="provider", new="paused").count() == 1
    client.force_login(alice)
    make_generation(project, alice)
    live = client.get(reverse("live", args=[project.pid]), {"rev": "0"}).content.decode()
    assert "Ark is paused" not in live
