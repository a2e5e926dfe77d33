"""What an open page hears: nothing while nothing changed, then just those cards."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from generations.models import Generation
from generations.views import live as view
from studio.models import Project
from tests.clips import video
from tests.make import make_clip, make_generation

pytestmark = pytest.mark.django_db


def live(client: Client, project: Any, rev: Any, **query: str) -> Any:
    return client.get(reverse("live", args=[project.pid]), {"rev": rev} | query, headers={"HX-Request": "true"})


def rev_of(project: Any) -> int:
    return Project.objects.values_list("rev", flat=True).get(pk=project.pk)


def touch(generation: Any, **fields: Any) -> None:
    Generation.objects.filter(pk=generation.pk).update(rev=Project.bump(generation.project_id), **fields)


def test_nothing_new_is_said_before_any_row_is_read(client: Client, project: Any, alice: Any) -> None:
    make_generation(project, alice)
    client.force_login(alice)
    with CaptureQueriesContext(connection) as seen:
        answer = live(client, project, rev_of(project))
    assert (answer.status_code, answer.content) == (204, b"")
    assert not [query["sql"] for query in seen if "generations_" in query["sql"]]


def test_it_writes_nothing(client: Client, project: Any, alice: Any) -> None:
    made = make_generation(project, alice)
    client.force_login(alice)
    live(client, project, 0)
    before = list(Session.objects.values_list("session_data", "expire_date"))
    with CaptureQueriesContext(connection) as seen:
        assert live(client, project, 0).status_code == 200
        assert live(client, project, 0, clip=made.pid).status_code == 200
    written = [query["sql"] for query in seen if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE", "BEGIN"}]
    assert not written
    assert list(Session.objects.values_list("session_data", "expire_date")) == before


def test_only_what_changed_is_sent(client: Client, project: Any, alice: Any) -> None:
    still, moving = make_generation(project, alice), make_generation(project, alice)
    seen = rev_of(project)
    touch(moving, status="rendering", progress=0.4)
    client.force_login(alice)
    body = live(client, project, seen, newest=moving.pid).content.decode()
    assert f'hx-target="#g-{moving.pid}" hx-swap="outerMorph"' in body
    assert "Rendering" in body
    assert f"g-{still.pid}" not in body
    assert f"rev={rev_of(project)}" in body


def test_a_card_that_is_new_to_the_page_goes_to_the_top(client: Client, project: Any, alice: Any, bob: Any) -> None:
    old = make_generation(project, alice)
    seen = rev_of(project)
    new = make_generation(project, bob)
    client.force_login(alice)
    body = live(client, project, seen, newest=old.pid).content.decode()
    assert 'hx-swap="afterbegin"' in body
    assert f'id="g-{new.pid}"' in body
    assert f"newest={old.pid}" in body


def test_each_day_since_a_page_was_opened_gets_its_place(client: Client, project: Any, alice: Any, bob: Any) -> None:
    seen, rev = make_generation(project, alice), rev_of(project)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        saturday = make_generation(project, bob)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        client.force_login(alice)
        opened = timezone.localdate() - timedelta(days=3)
        monday = make_generation(project, bob)
        body = live(client, project, rev, newest=seen.pid, day=opened.isoformat()).content.decode()
        places = [f'id="day-{(opened + timedelta(days=days)).isoformat()}"' for days in (3, 2, 1)]
    order = [body.index(word) for word in (places[0], monday.pid, places[1], places[2], f"g-{saturday.pid}")]
    assert order == sorted(order)
    assert body.count(">Today") == 1
    assert f".day-group:has(&gt; #day-{opened.isoformat()})" in body  # which is no longer called today


@pytest.mark.parametrize("day", ["", "soon", "0001-01-01", "9999-12-31"])
def test_an_odd_day_breaks_nothing(client: Client, project: Any, alice: Any, day: str) -> None:
    seen, rev = make_generation(project, alice), rev_of(project)
    new = make_generation(project, alice)
    client.force_login(alice)
    assert f"g-{new.pid}" in live(client, project, rev, newest=seen.pid, day=day).content.decode()


def test_a_new_card_that_the_filters_hide_stays_away(client: Client, project: Any, alice: Any) -> None:
    old = make_generation(project, alice)
    seen = rev_of(project)
    make_generation(project, alice, prompt="Something else")
    client.force_login(alice)
    body = live(client, project, seen, newest=old.pid, q="fox").content.decode()
    assert 'hx-swap="afterbegin"' not in body
    assert "q=fox" in body  # the next question narrows it too


def test_a_card_that_comes_to_match_the_filters_comes_in(client: Client, project: Any, alice: Any) -> None:
    old, first, second = (make_generation(project, alice) for _ in range(3))
    client.force_login(alice)
    for row in (second, first):
        seen = rev_of(project)
        make_clip(row, video())
        touch(row)
        body = live(client, project, seen, newest=old.pid, status="done").content.decode()
        assert f'id="g-{row.pid}"' in body.split('hx-swap="afterbegin"')[1]


def test_asking_does_not_hide_what_others_did_meanwhile(client: Client, project: Any, alice: Any, bob: Any) -> None:
    make_generation(project, alice)
    seen = rev_of(project)
    theirs = make_generation(project, bob)
    client.force_login(alice)
    model = f"{theirs.provider.pid}:seedance-2.0"
    data = {"model": model, "prompt": "A fox", "client_token": "token-of-this-form"}
    answer = client.post(reverse("generate", args=[project.pid]), data, headers={"HX-Request": "true"})
    assert answer.status_code == 201
    assert 'id="live"' not in answer.content.decode()
    assert f"g-{theirs.pid}" in live(client, project, seen).content.decode()


def test_the_pace_follows_the_work(client: Client, project: Any, alice: Any) -> None:
    made = make_generation(project, alice)
    client.force_login(alice)
    assert 'hx-trigger="every 2s, wake"' in live(client, project, 0).content.decode()
    touch(made, status="attention")
    assert 'hx-trigger="every 15s, wake"' in live(client, project, 0).content.decode()


def test_many_changes_come_in_portions_and_none_is_lost(
    client: Client, project: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "MOST", 3)
    made = [make_generation(project, alice) for _ in range(5)]
    for row in made:
        touch(row)
    client.force_login(alice)
    first = live(client, project, 0, newest=made[-1].pid)
    assert first.context["project"].rev == Generation.objects.get(pk=made[2].pk).rev
    rest = live(client, project, first.context["project"].rev, newest=made[-1].pid).content.decode()
    assert f"g-{made[3].pid}" in rest
    assert f"g-{made[4].pid}" in rest


def test_takes_of_one_change_are_never_torn_apart(
    client: Client, project: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of one rev come together: the page would never ask for the second half."""
    monkeypatch.setattr(view, "MOST", 3)
    made = [make_generation(project, alice) for _ in range(5)]
    Generation.objects.filter(pk__in=[row.pk for row in made[1:]]).update(rev=Project.bump(project.pk))
    client.force_login(alice)
    seen, sent = 0, ""
    while (answer := live(client, project, seen, newest=made[-1].pid)).status_code == 200:
        sent, seen = sent + answer.content.decode(), answer.context["project"].rev
    assert all(f'id="g-{row.pid}"' in sent for row in made)


@pytest.mark.parametrize("rev", ["", "x", "-1", "9" * 40, "²"])
def test_an_odd_rev_counts_as_none(client: Client, project: Any, alice: Any, rev: str) -> None:
    make_generation(project, alice)
    client.force_login(alice)
    assert live(client, project, rev).status_code == 200


def test_an_open_clip_page_gets_its_parts(client: Client, project: Any, alice: Any) -> None:
    made = make_generation(project, alice)
    seen = rev_of(project)
    make_clip(made, video())
    touch(made)
    client.force_login(alice)
    body = live(client, project, seen, clip=made.pid).content.decode()
    for part in ("#headline", "#stage", "#inspector"):
        assert f'hx-target="{part}" hx-swap="outerMorph"' in body
    assert reverse("generation-video", args=[made.pid]) in body
    assert f"clip={made.pid}" in body


def test_a_viewer_gets_cards_without_buttons(client: Client, project: Any, alice: Any, vera: Any) -> None:
    make_generation(project, alice)
    client.force_login(vera)
    body = live(client, project, 0).content.decode()
    assert "Queued" in body
    assert "formaction" not in body
