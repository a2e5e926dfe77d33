"""Two to four clips beside each other."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from generations.models import Generation
from studio.models import Project
from tests.clips import video
from tests.make import make_clip, make_generation, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def clips(project: Project, alice: Any) -> list[Generation]:
    made = [
        make_generation(project, alice, prompt="A fox", parameters={"ratio": "16:9", "duration": 5 + number})
        for number in range(5)
    ]
    for row in made:
        make_clip(row, video())
    return made


def page(client: Client, rows: list[Generation]) -> Any:
    return client.get(reverse("compare"), {"c": [row.pid for row in rows]})


def test_a_stranger_compares_nothing(client: Client, clips: list[Generation], charlie: Any) -> None:
    client.force_login(charlie)
    assert page(client, clips[:2]).status_code == 404


def test_one_foreign_clip_hides_all(client: Client, clips: list[Generation], alice: Any, charlie: Any) -> None:
    foreign = make_generation(make_project(charlie, "Secret"), charlie)
    client.force_login(alice)
    assert page(client, [clips[0], foreign]).status_code == 404


def test_it_shows_the_clips_in_the_order_asked_for(client: Client, clips: list[Generation], vera: Any) -> None:
    client.force_login(vera)
    body = page(client, [clips[1], clips[0]]).content.decode()
    assert body.index(clips[1].pid) < body.index(clips[0].pid)
    assert "Keep A" not in body, "a viewer keeps nothing"


def test_what_is_the_same_is_told_apart(client: Client, clips: list[Generation], alice: Any) -> None:
    client.force_login(alice)
    lines = {line.label: line for line in page(client, clips[:2]).context["lines"]}
    assert lines["Prompt"].same
    assert lines["Ratio"].same
    assert not lines["Duration"].same
    assert lines["Duration"].values == ("5 s", "6 s")


def test_a_link_with_commas_works(client: Client, clips: list[Generation], alice: Any) -> None:
    client.force_login(alice)
    answer = client.get(reverse("compare") + f"?c={clips[0].pid},{clips[1].pid}")
    assert answer.status_code == 200


def test_too_few_lead_back_with_words(client: Client, project: Project, clips: list[Generation], alice: Any) -> None:
    client.force_login(alice)
    answer = page(client, clips[:1])
    assert answer.headers["Location"] == reverse("project", args=[project.pid])
    unfinished = make_generation(project, alice)
    assert page(client, [clips[0], unfinished]).status_code == 302


def test_of_too_many_the_first_four_are_shown(client: Client, clips: list[Generation], alice: Any) -> None:
    client.force_login(alice)
    answer = page(client, clips)
    assert len(answer.context["sides"]) == 4
    assert "The first 4 of 5 clips" in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?c=", "?c=nonsense"])
def test_nothing_to_compare_is_not_found(client: Client, alice: Any, query: str) -> None:
    client.force_login(alice)
    assert client.get(reverse("compare") + query).status_code == 404
