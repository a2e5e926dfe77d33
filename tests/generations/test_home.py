from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studio.models import Project
from tests.make import make_clip, make_generation, make_project


def page(user: Any, path: str = "/") -> str:
    client = Client()
    client.force_login(user)
    return client.get(path).content.decode()


def test_a_newcomer_is_told_what_to_do(charlie: Any) -> None:
    assert "Your first project" in page(charlie)
    assert "No projects yet" in page(charlie, "/p/")


def test_it_shows_the_last_project_what_runs_and_the_latest_clips(alice: Any, project: Any) -> None:
    make_clip(make_generation(project, alice, prompt="A whale in the fjord"), b"video")
    make_generation(project, alice, prompt="A fox on the moon", status="rendering")
    other = make_project(alice, "Loops")
    html = page(alice)
    assert "Continue where you left off" in html
    page_of = html[html.index('id="main"') :]
    assert page_of.index("Autumn campaign") < page_of.index("A fox on the moon")
    assert "A whale in the fjord" in html
    assert "1 on the way" in html
    assert f"/p/{other.pid}/" in html


def test_nobody_sees_the_work_of_others(alice: Any, charlie: Any, project: Any) -> None:
    make_clip(make_generation(project, alice, prompt="A whale in the fjord"), b"video")
    make_generation(project, alice, prompt="A fox on the moon", status="rendering")
    for path in ("/", "/p/"):
        assert not any(words in page(charlie, path) for words in ("A whale in", "A fox on", "Autumn"))


def test_trashed_clips_and_projects_are_not_shown(alice: Any, project: Any) -> None:
    make_clip(make_generation(project, alice, prompt="A whale", trashed_at="2026-11-21T10:00Z"), b"video")
    assert "A whale" not in page(alice)
    assert "No clips yet" in page(alice)
    Project.objects.update(trashed_at="2026-11-21T10:00Z")
    assert "Your first project" in page(alice)


def test_a_tile_shows_the_four_latest_posters(alice: Any, project: Any) -> None:
    clips = [make_generation(project, alice) for _ in range(6)]
    for clip in clips:
        make_clip(clip, b"video")
    html = page(alice, "/p/")
    shown = [clip.pid in html for clip in clips]
    assert shown == [False, False, True, True, True, True]
    assert "6 clips" in html


def test_more_projects_take_no_more_queries(alice: Any, project: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(alice)
        return len(captured)

    make_clip(make_generation(project, alice), b"video")
    few = queries()
    for number in range(5):
        make_clip(make_generation(make_project(alice, f"Project {number}"), alice), b"video")
    assert queries() == few


def test_prompts_are_shown_as_text(alice: Any, project: Any) -> None:
    make_generation(project, alice, prompt="<script>alert(1)</script>", status="rendering")
    assert "<script>alert(1)" not in page(alice)
    assert "&lt;script&gt;" in page(alice)
