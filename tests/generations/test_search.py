"""The palette finds pages, projects, clips and files; of others' projects nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Project
from tests.make import make_asset, make_generation, make_project

pytestmark = pytest.mark.django_db


def found(client: Client, words: str) -> str:
    return str(client.get(reverse("search"), {"q": words}, headers={"HX-Request": "true"}).content.decode())


def test_it_finds_prompts_files_projects_and_pages(client: Client, project: Project, alice: Any) -> None:
    generation = make_generation(project, alice, prompt="A whale above the city")
    asset = make_asset(project, alice, name="whale.png")
    make_project(alice, "Whale song")
    client.force_login(alice)
    body = found(client, "WHALE")
    assert reverse("generation", args=[generation.pid]) in body
    assert reverse("asset", args=[asset.pid]) in body
    assert "Whale song" in body
    assert reverse("library") in found(client, "libr")


def test_a_stranger_finds_nothing_of_it(client: Client, project: Project, alice: Any, charlie: Any) -> None:
    make_generation(project, alice, prompt="A whale above the city")
    make_asset(project, alice, name="whale.png")
    client.force_login(charlie)
    assert "Nothing found" in found(client, "whale")
    assert "Autumn campaign" not in found(client, "")


def test_the_empty_palette_shows_where_to_go(client: Client, project: Project, alice: Any) -> None:
    client.force_login(alice)
    body = found(client, "")
    assert reverse("providers") in body
    assert "Autumn campaign" in body


def test_who_is_no_admin_is_not_led_to_the_providers(client: Client, project: Project, bob: Any) -> None:
    client.force_login(bob)
    assert reverse("providers") not in found(client, "")


def test_without_scripts_it_is_a_page(client: Client, project: Project, alice: Any) -> None:
    client.force_login(alice)
    body = client.get(reverse("search"), {"q": "<script>"}).content.decode()
    assert "&lt;script&gt;" in body
    assert "<script>" not in body.split("</head>")[1]


def test_a_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(reverse("search")).status_code == 302
