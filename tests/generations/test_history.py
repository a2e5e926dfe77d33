"""A project's page: who sees it, what it shows, how Generate answers."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from generations.gallery import PAGE
from generations.models import Attempt, Generation
from tests.clips import video
from tests.make import make_asset, make_clip, make_generation, make_project, make_provider

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
TOKEN = "token-of-this-form"


def ask(client: Client, project: Any, headers: dict[str, str] | None = None, **data: Any) -> Any:
    provider = make_provider() if "model" not in data else None
    fields = {"prompt": "A fox", "client_token": TOKEN}
    if provider:
        fields["model"] = f"{provider.pid}:seedance-2.0"
    return client.post(reverse("generate", args=[project.pid]), fields | data, headers=headers or {})


def page(client: Client, project: Any, query: str = "", **headers: str) -> Any:
    return client.get(reverse("project", args=[project.pid]) + query, headers=headers)


# who


def test_it_asks_a_visitor_to_log_in(client: Client, project: Any) -> None:
    assert page(client, project).headers["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", ["project", "live", "composer"])
def test_a_stranger_finds_nothing(client: Client, project: Any, charlie: Any, name: str) -> None:
    client.force_login(charlie)
    assert client.get(reverse(name, args=[project.pid])).status_code == 404


def test_a_stranger_generates_nothing(client: Client, project: Any, charlie: Any) -> None:
    client.force_login(charlie)
    assert ask(client, project).status_code == 404
    assert not Generation.objects.exists()


def test_a_viewer_sees_the_history_without_a_composer(client: Client, project: Any, alice: Any, vera: Any) -> None:
    make_generation(project, alice)
    client.force_login(vera)
    body = page(client, project).content.decode()
    assert "A fox on a hill" in body
    assert 'id="composer"' not in body
    assert "You can look and download here." in body
    assert 'form="act"' not in body
    assert client.get(reverse("composer", args=[project.pid])).status_code == 403
    assert ask(client, project).status_code == 403


def test_an_editor_has_a_composer(client: Client, project: Any, bob: Any) -> None:
    make_provider()
    client.force_login(bob)
    assert 'id="composer"' in page(client, project).content.decode()


def test_without_a_provider_only_an_admin_is_sent_to_add_one(
    client: Client, project: Any, alice: Any, bob: Any
) -> None:
    client.force_login(bob)
    assert reverse("provider-new") not in page(client, project).content.decode()
    client.force_login(alice)
    assert reverse("provider-new") in page(client, project).content.decode()


# what


def test_the_states_are_told_apart_in_words(client: Client, project: Any, alice: Any) -> None:
    now = timezone.now()
    states = {"queued": "queued", "attention": "uncertain", "failed": "failed", "cancelled": "cancelled"}
    for status, state in states.items():
        make_generation(project, alice, status=status, attempt={"state": state, "intent_at": now})
    make_generation(
        project, alice, status="rendering", attempt={"state": "running", "intent_at": now, "remote_id": "cgt-1"}
    )
    make_clip(make_generation(project, alice), video())
    client.force_login(alice)
    body = page(client, project).content.decode()
    for word in ("Queued", "Needs attention", "Failed", "Cancelled", "Rendering", "0:01"):
        assert word in body
    for name in ("cancel", "check-again", "send-again", "retry"):
        assert f"/{name}" in body


def test_a_trashed_clip_is_found_only_in_the_trash(client: Client, project: Any, alice: Any) -> None:
    make_generation(project, alice, prompt="Thrown away", trashed_at=timezone.now())
    client.force_login(alice)
    assert "Thrown away" not in page(client, project).content.decode()
    assert "Thrown away" in page(client, project, "?status=trash").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"one", "two", "three"}),
        ("?status=failed", {"two"}),
        ("?status=open", {"one", "three"}),
        ("?fav=1", {"three"}),
        ("?q=TWO", {"two"}),
        ("?model=other-model", {"three"}),
        ("?shape=tall", {"two"}),
        ("?shape=square", {"three"}),
        ("?rating=4", {"three"}),
        ("?since=week", {"one", "two", "three"}),
        ("?view=table&fav=1", {"three"}),
        ("?view=takes&fav=1", {"three"}),
        ("?status=nonsense&fav=x&shape=x&rating=9&since=ever&view=x", {"one", "two", "three"}),
        ("?q=%00", {"one", "two", "three"}),
    ],
)
def test_chips_and_search_narrow_it(client: Client, project: Any, alice: Any, query: str, found: set[str]) -> None:
    made = {
        "one": make_generation(project, alice, prompt="take one"),
        "two": make_generation(
            project, alice, prompt="take two", status="failed", height=40, attempt={"state": "rejected"}
        ),
        "three": make_generation(
            project, alice, prompt="take three", favourite=True, model="other-model", rating=5, width=9
        ),
    }
    client.force_login(alice)
    body = page(client, project, query).content.decode()
    assert {word for word, row in made.items() if f'id="g-{row.pid}"' in body} == found


def test_a_prompt_is_text_and_nothing_else(client: Client, project: Any, alice: Any) -> None:
    make_generation(project, alice, prompt="<script>alert(1)</script>")
    client.force_login(alice)
    assert "<script>alert(1)" not in page(client, project).content.decode()


def test_it_pages_by_key_and_never_twice(client: Client, project: Any, alice: Any) -> None:
    made = [make_generation(project, alice, prompt=f"number {number:03}") for number in range(PAGE + 3)]
    client.force_login(alice)
    first = page(client, project)
    assert first.context["more"] == made[3].pid
    second = page(client, project, f"?before={made[3].pid}", **HTMX).content.decode()
    assert [row for row in made if f"g-{row.pid}" in second] == made[:3]
    # The day goes on: its cards join the gallery that is there.
    assert f'hx-target="#day-{timezone.localdate().isoformat()}" hx-swap="beforeend"' in second
    assert "Load more" not in second


def test_without_scripts_load_more_is_a_page(client: Client, project: Any, alice: Any) -> None:
    made = [make_generation(project, alice) for _ in range(3)]
    client.force_login(alice)
    body = page(client, project, f"?before={made[2].pid}").content.decode()
    assert "<html" in body
    assert f"g-{made[1].pid}" in body
    assert f'id="g-{made[2].pid}"' not in body
    assert page(client, project, "?before=11111111111").status_code == 404


@time_machine.travel("2026-11-21T12:00:00Z", tick=False)
def test_days_are_those_of_the_viewer(client: Client, project: Any, alice: Any) -> None:
    for hour in (9, 11):  # in Kiritimati 23:00 and, of the next day, 01:00
        made = make_generation(project, alice)
        moment = datetime(2026, 11, 21, hour, tzinfo=UTC)
        Generation.objects.filter(pk=made.pk).update(created_at=moment)
    client.force_login(alice)
    assert "Yesterday" not in page(client, project).content.decode()
    alice.time_zone = "Pacific/Kiritimati"
    alice.save()
    body = page(client, project).content.decode()
    assert body.index("Today") < body.index("Yesterday")


def test_the_page_asks_a_fixed_number_of_queries(client: Client, project: Any, alice: Any) -> None:
    client.force_login(alice)
    asset = make_asset(project, alice)

    def queries(more: int) -> int:
        for _ in range(more):
            make_generation(project, alice).inputs.create(asset=asset, role="first_frame")
        with CaptureQueriesContext(connection) as seen:
            assert page(client, project).status_code == 200
        return len(seen)

    assert queries(2) == queries(8)


# Generate


def test_generate_makes_the_rows_and_rings(
    client: Client, project: Any, bob: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(bob)
    with django_capture_on_commit_callbacks(execute=True):
        answer = ask(client, project, takes=2)
    assert answer.headers["Location"] == reverse("project", args=[project.pid])
    assert list(Generation.objects.order_by("take").values_list("take", "user", "status")) == [
        (1, bob.pk, "queued"),
        (2, bob.pk, "queued"),
    ]
    assert OrmQ.objects.count() == Attempt.objects.count() == 2


def test_a_double_click_is_one_job(client: Client, project: Any, bob: Any) -> None:
    client.force_login(bob)
    model = f"{make_provider().pid}:seedance-2.0"
    first = ask(client, project, HTMX, model=model)
    second = ask(client, project, HTMX, model=model)
    assert (first.status_code, second.status_code) == (201, 200)
    assert Generation.objects.count() == Attempt.objects.count() == 1


def test_htmx_gets_cards_composer_and_tray(client: Client, project: Any, bob: Any) -> None:
    client.force_login(bob)
    body = ask(client, project, HTMX, takes=2).content.decode()
    for row in Generation.objects.all():
        assert f'id="g-{row.pid}"' in body
    assert "2 clips queued" in body
    assert 'hx-target="#composer" hx-swap="outerMorph"' in body
    assert 'hx-target="#tray"' in body
    assert TOKEN not in body  # the next press is another job
    assert ">\nA fox</textarea>" in body


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_keeps_what_was_typed_and_dropped(
    client: Client, project: Any, bob: Any, headers: dict[str, str]
) -> None:
    client.force_login(bob)
    asset = make_asset(project, bob)
    answer = ask(
        client, project, headers, prompt="Kept words", takes=3, **{"set:duration": "99", "slot:first_frame": asset.pid}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "from 4 to 15" in body
    assert ">\nKept words</textarea>" in body
    assert f'name="slot:first_frame" value="{asset.pid}"' in body
    assert ("<html" in body) is (not headers)
    assert not Generation.objects.exists()


def test_a_post_without_the_csrf_token_is_refused(project: Any, bob: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert ask(client, project).status_code == 403
    assert not Generation.objects.exists()


# the composer


def switch(client: Client, project: Any, **data: Any) -> str:
    return client.post(reverse("composer", args=[project.pid]), data, headers=HTMX).content.decode()


def test_another_model_keeps_what_fits_it(client: Client, project: Any, bob: Any) -> None:
    client.force_login(bob)
    provider = make_provider(offers={"seedance-2.0": "a", "seedance-1.0-lite-references": "b", "seedance-1.0-pro": "c"})
    asset = make_asset(project, bob)
    body = switch(
        client,
        project,
        model=f"{provider.pid}:seedance-2.0",
        to=f"{provider.pid}:seedance-1.0-lite-references",
        prompt="Kept words",
        takes="3",
        client_token=TOKEN,
        **{"slot:first_frame": asset.pid},
    )
    assert f'name="model" value="{provider.pid}:seedance-1.0-lite-references"' in body
    assert ">\nKept words</textarea>" in body
    assert "×3" in body
    # A first frame becomes a reference where the model knows only those.
    assert f'name="slot:reference_image" value="{asset.pid}"' in body


def test_a_setting_that_the_other_model_cannot_take_gets_its_default(client: Client, project: Any, bob: Any) -> None:
    client.force_login(bob)
    provider = make_provider(offers={"seedance-2.0": "a", "seedance-1.0-pro": "c"})
    body = switch(
        client,
        project,
        model=f"{provider.pid}:seedance-2.0",
        to=f"{provider.pid}:seedance-1.0-pro",
        **{"set:duration": "14", "set:ratio": "9:16"},
    )
    assert 'name="set:ratio" value="9:16" data-shown="9:16" checked' in body
    assert 'name="set:duration" value="14"' not in body


def test_the_estimate_answers_with_cost_and_warnings_alone(client: Client, project: Any, bob: Any) -> None:
    client.force_login(bob)
    provider = make_provider(preset="byteplus", paused_at=timezone.now(), paused_why="Rest.")
    answer = client.post(
        reverse("composer", args=[project.pid]),
        {"model": f"{provider.pid}:seedance-2.0", "prompt": "A fox", "part": "estimate", "takes": "2"},
        headers=HTMX,
    )
    body = answer.content.decode()
    assert "≈ $" in body
    assert "is paused: Rest." in body
    assert 'id="prompt"' not in body


def test_reuse_fills_the_composer(client: Client, project: Any, bob: Any) -> None:
    made = make_generation(project, bob, prompt="Once more please")
    client.force_login(bob)
    assert ">\nOnce more please</textarea>" in page(client, project, f"?from={made.pid}").content.decode()
    fragment = client.get(reverse("composer", args=[project.pid]) + f"?from={made.pid}", headers=HTMX)
    assert ">\nOnce more please</textarea>" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()


def test_another_projects_clip_cannot_be_reused_here(client: Client, project: Any, alice: Any, charlie: Any) -> None:
    theirs = make_generation(make_project(charlie, "Secret"), charlie)
    own = make_generation(make_project(alice, "Other"), alice)
    client.force_login(alice)
    assert page(client, project, f"?from={theirs.pid}").status_code == 404
    assert page(client, project, f"?from={own.pid}").status_code == 404
