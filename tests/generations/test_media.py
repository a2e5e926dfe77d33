"""A clip's files: for members alone, in parts, with names."""

import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from generations.models import Input
from tests.clips import video
from tests.make import make_asset, make_clip, make_generation

pytestmark = pytest.mark.django_db

FILES = ["generation-video", "generation-poster", "generation-preview", "generation-last-frame", "generation-download"]


@pytest.fixture
def clip(project: Any, alice: Any) -> Any:
    return make_clip(make_generation(project, alice, prompt="Ein Fuchs / auf dem Hügel: 狐狸"), video())


def url(name: str, clip: Any) -> str:
    return reverse(name, args=[clip.attempt.generation.pid])


def get(client: Client, name: str, clip: Any, **headers: str) -> Any:
    return client.get(url(name, clip), headers=headers)


@pytest.mark.parametrize("name", FILES)
def test_a_member_of_any_role_gets_it(client: Client, clip: Any, vera: Any, name: str) -> None:
    client.force_login(vera)
    answer = get(client, name, clip)
    assert answer.status_code == 200
    assert len(b"".join(answer)) > 0
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}])
def test_a_stranger_finds_nothing(client: Client, clip: Any, charlie: Any, name: str, headers: dict[str, str]) -> None:
    client.force_login(charlie)
    assert get(client, name, clip, **headers).status_code == 404
    assert client.head(url(name, clip)).status_code == 404


@pytest.mark.parametrize("name", FILES)
def test_a_visitor_is_sent_to_the_login(client: Client, clip: Any, name: str) -> None:
    assert get(client, name, clip).status_code == 302


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_served_of_a_trashed_project_or_before_there_is_a_clip(
    client: Client, clip: Any, project: Any, alice: Any, name: str
) -> None:
    client.force_login(alice)
    waiting = make_generation(project, alice)
    assert client.get(reverse(name, args=[waiting.pid])).status_code == 404
    project.trashed_at = timezone.now()
    project.save()
    assert get(client, name, clip).status_code == 404


def test_the_video_comes_in_parts(client: Client, clip: Any, alice: Any) -> None:
    client.force_login(alice)
    part = get(client, "generation-video", clip, Range="bytes=10-19")
    assert part.status_code == 206
    assert b"".join(part) == video()[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(video())}"
    assert get(client, "generation-video", clip, Range=f"bytes={len(video())}-").status_code == 416


def test_the_video_is_asked_for_each_time_and_sent_once(client: Client, clip: Any, alice: Any) -> None:
    client.force_login(alice)
    first = get(client, "generation-video", clip)
    assert first.headers["ETag"] == f'"{hashlib.sha256(video()).hexdigest()}"'
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert get(client, "generation-video", clip, **{"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["generation-poster", "generation-preview", "generation-last-frame"])
def test_small_pictures_are_kept_by_the_browser(client: Client, clip: Any, alice: Any, name: str) -> None:
    client.force_login(alice)
    assert "immutable" in get(client, name, clip).headers["Cache-Control"]
    assert "private" in get(client, name, clip).headers["Cache-Control"]


def test_a_download_is_called_after_its_prompt(client: Client, clip: Any, alice: Any) -> None:
    client.force_login(alice)
    answer = get(client, "generation-download", clip)
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment")
    assert f"{clip.attempt.generation.pid}.mp4" in said
    assert "/" not in said.split("filename")[1]
    assert b"".join(answer) == video()


def test_a_post_is_not_an_answer(client: Client, clip: Any, alice: Any) -> None:
    client.force_login(alice)
    assert client.post(url("generation-video", clip)).status_code == 405


def test_a_picture_asks_for_no_inputs(client: Client, clip: Any, project: Any, alice: Any) -> None:
    Input.objects.create(generation=clip.attempt.generation, asset=make_asset(project, alice), role="first_frame")
    client.force_login(alice)
    with CaptureQueriesContext(connection) as queries:
        assert get(client, "generation-poster", clip).status_code == 200
    assert not any("generations_input" in query["sql"] for query in queries)
