"""One generation's page, and what a member may ask of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generations.models import Attempt, Generation
from studio.models import Event, Project
from tests.clips import video
from tests.make import make_asset, make_clip, make_generation

pytestmark = pytest.mark.django_db

WISHES = ["cancel", "retry", "send-again", "check-again", "it-is", "refetch", "favourite", "trash", "restore"]
HTMX = {"HX-Request": "true"}


def failed(project: Any, user: Any, **fields: Any) -> Generation:
    return make_generation(project, user, status="failed", message="It broke.", attempt={"state": "rejected"}, **fields)


def uncertain(project: Any, user: Any) -> Generation:
    attempt = {"state": "uncertain", "intent_at": timezone.now()}
    return make_generation(project, user, status="attention", message="It may be running.", attempt=attempt)


def get(client: Client, row: Any, name: str = "generation") -> Any:
    return client.get(reverse(name, args=[row.pid]))


def post(client: Client, name: str, row: Any, headers: dict[str, str] | None = None, **data: str) -> Any:
    return client.post(reverse(name, args=[row.pid]), data, headers=headers or {})


def from_card(row: Any) -> dict[str, str]:
    return HTMX | {"HX-Target": f"article#g-{row.pid}"}


# who


def test_a_stranger_finds_neither_page_nor_card(client: Client, project: Any, alice: Any, charlie: Any) -> None:
    row = make_clip(make_generation(project, alice), video()).attempt.generation
    client.force_login(charlie)
    assert get(client, row).status_code == 404
    assert get(client, row, "generation-card").status_code == 404


@pytest.mark.parametrize("name", WISHES)
def test_a_stranger_finds_nothing_to_ask(client: Client, project: Any, alice: Any, charlie: Any, name: str) -> None:
    row = failed(project, alice)
    client.force_login(charlie)
    assert post(client, name, row).status_code == 404


@pytest.mark.parametrize("name", WISHES)
def test_a_viewer_looks_and_asks_nothing(client: Client, project: Any, alice: Any, vera: Any, name: str) -> None:
    row = failed(project, alice)
    client.force_login(vera)
    assert get(client, row).status_code == 200
    assert post(client, name, row).status_code == 403
    assert Generation.objects.count() == Attempt.objects.count() == 1


@pytest.mark.parametrize("name", WISHES)
def test_nothing_changes_by_looking_or_without_the_token(project: Any, alice: Any, name: str) -> None:
    row = failed(project, alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert get(client, row, name).status_code == 405
    assert post(client, name, row).status_code == 403


# the page


def test_it_tells_what_was_asked_and_what_came(client: Client, project: Any, alice: Any) -> None:
    row = make_generation(project, alice, attempt={"seed": 4711, "cost_estimate": "0.36", "currency": "USD"})
    asset = make_asset(project, alice, name="fox.png")
    row.inputs.create(asset=asset, role="first_frame")
    make_clip(row, video())
    attempt = row.attempts.get()
    attempt.request, attempt.answer = {"model": "doubao"}, {"id": "cgt-17"}
    attempt.save()
    Event.record("attempt", str(attempt.uuid), "queued", actor=alice, project_id=project.pk)
    Event.record("attempt", str(attempt.uuid), "stored", project_id=project.pk)
    client.force_login(alice)
    body = get(client, row).content.decode()
    for word in (
        "A fox on a hill",
        "Seedance 2.0",
        "16:9",
        "5 s",
        "4711",
        "≈ 0.36 USD",
        "320 × 180",
        "cgt-17",
        "doubao",
    ):
        assert word in body
    assert "Asked by Alice" in body
    assert "Saved" in body
    assert reverse("asset", args=[asset.pid]) in body
    assert reverse("share-new", args=[row.pid]) in body


def test_it_knows_its_neighbours_and_its_takes(client: Client, project: Any, alice: Any) -> None:
    older, gone, row = (make_generation(project, alice) for _ in range(3))
    twin = make_generation(project, alice, batch=row.batch, take=2)
    Generation.objects.filter(pk=gone.pk).update(trashed_at=timezone.now())
    client.force_login(alice)
    context = get(client, row).context
    assert (context["newer"], context["older"]) == (twin.pid, older.pid)
    assert [take.pid for take in context["takes"]] == [row.pid, twin.pid]


def test_an_uncertain_take_shows_every_way_out(client: Client, project: Any, alice: Any) -> None:
    row = uncertain(project, alice)
    client.force_login(alice)
    body = get(client, row).content.decode()
    assert "It may be running." in body
    for name in ("check-again", "send-again", "it-is"):
        assert reverse(name, args=[row.pid]) in body
    assert "charged twice" in body


@pytest.mark.parametrize(
    ("state", "name"), [("expired", "check-again"), ("result_lost", "refetch"), ("not_accepted", "send-again")]
)
def test_each_failure_offers_its_own_cure(client: Client, project: Any, alice: Any, state: str, name: str) -> None:
    attempt = {"state": state, "intent_at": timezone.now(), "remote_id": "cgt-9"}
    row = make_generation(project, alice, status="failed", attempt=attempt)
    client.force_login(alice)
    assert reverse(name, args=[row.pid]) in get(client, row, "generation-card").content.decode()


def test_a_withdrawn_model_still_has_a_page(client: Client, project: Any, alice: Any) -> None:
    row = failed(project, alice, model="gone-model")
    client.force_login(alice)
    assert "gone-model" in get(client, row).content.decode()


def test_the_page_offers_a_viewer_no_buttons(client: Client, project: Any, alice: Any, vera: Any) -> None:
    row = make_clip(make_generation(project, alice), video()).attempt.generation
    client.force_login(vera)
    body = get(client, row).content.decode()
    assert 'form="act"' not in body
    assert reverse("generation-download", args=[row.pid]) in body


# asking


def test_cancel_stops_what_was_not_sent(client: Client, project: Any, bob: Any) -> None:
    row = make_generation(project, bob)
    client.force_login(bob)
    assert "Cancelled" in post(client, "cancel", row, from_card(row)).content.decode()
    row.refresh_from_db()
    assert row.status == "cancelled"


def test_a_refused_wish_says_why_and_shows_the_present_state(client: Client, project: Any, bob: Any) -> None:
    row = failed(project, bob)
    client.force_login(bob)
    answer = post(client, "cancel", row, from_card(row))
    assert answer.status_code == 409
    assert f'id="g-{row.pid}"' in answer.content.decode()
    assert "there is nothing to cancel" in answer.content.decode().split("#toasts")[1]


def test_a_refused_wish_without_scripts_is_a_message(client: Client, project: Any, bob: Any) -> None:
    row = failed(project, bob)
    client.force_login(bob)
    answer = client.post(reverse("cancel", args=[row.pid]), follow=True)
    assert answer.redirect_chain == [(reverse("generation", args=[row.pid]), 302)]
    assert "there is nothing to cancel" in answer.content.decode()


def test_retry_is_a_card_of_its_own(client: Client, project: Any, bob: Any) -> None:
    row = failed(project, bob)
    client.force_login(bob)
    answer = post(client, "retry", row, from_card(row))
    made = Generation.objects.latest("id")
    assert answer.status_code == 201
    assert f'id="g-{made.pid}"' in answer.content.decode()
    assert (made.pk != row.pk, made.prompt) == (True, row.prompt)


def test_retry_from_the_clip_page_leads_to_the_new_one(client: Client, project: Any, bob: Any) -> None:
    row = failed(project, bob)
    client.force_login(bob)
    answer = post(client, "retry", row, HTMX)
    made = Generation.objects.latest("id")
    assert answer.headers["HX-Redirect"] == reverse("generation", args=[made.pid])


def test_send_again_is_another_attempt_of_the_same_card(client: Client, project: Any, bob: Any) -> None:
    row = uncertain(project, bob)
    client.force_login(bob)
    assert "Queued" in post(client, "send-again", row, from_card(row)).content.decode()
    assert list(row.attempts.order_by("number").values_list("state", flat=True)) == ["not_accepted", "queued"]


def test_a_task_id_settles_what_was_uncertain(client: Client, project: Any, bob: Any) -> None:
    row = uncertain(project, bob)
    client.force_login(bob)
    assert "That is no task id" in post(client, "it-is", row, HTMX, task="<b>").content.decode()
    assert post(client, "it-is", row, HTMX, task="cgt-20260606160057-6bbjd").status_code == 200
    assert row.attempts.get().remote_id == "cgt-20260606160057-6bbjd"


def test_favourite_is_set_and_taken_back(client: Client, project: Any, bob: Any) -> None:
    row = make_clip(make_generation(project, bob), video()).attempt.generation
    rev = Project.objects.get(pk=project.pk).rev
    client.force_login(bob)
    assert 'aria-pressed="true"' in post(client, "favourite", row, from_card(row), on="1").content.decode()
    post(client, "favourite", row, on="1")
    assert Generation.objects.get(pk=row.pk).favourite
    post(client, "favourite", row, on="0")
    row.refresh_from_db()
    assert not row.favourite
    assert row.rev == Project.objects.get(pk=project.pk).rev == rev + 3


def test_the_trash_gives_back(client: Client, project: Any, bob: Any) -> None:
    row = failed(project, bob)
    client.force_login(bob)
    body = post(client, "trash", row, from_card(row)).content.decode()
    assert "In the trash" in body
    assert reverse("restore", args=[row.pid]) in body
    assert "It broke." in post(client, "restore", row, from_card(row)).content.decode()
    assert list(Event.objects.about("generation", row.pid).values_list("new", "actor")) == [
        ("trashed", bob.pk),
        ("restored", bob.pk),
    ]


def test_what_moves_cannot_be_thrown_away(client: Client, project: Any, bob: Any) -> None:
    row = make_generation(project, bob)
    client.force_login(bob)
    answer = post(client, "trash", row, from_card(row))
    assert answer.status_code == 409
    assert "Cancel it first" in answer.content.decode()


@pytest.mark.parametrize("name", ["cancel", "favourite", "trash"])
def test_without_scripts_each_wish_leads_back_to_the_page(client: Client, project: Any, bob: Any, name: str) -> None:
    row = make_generation(project, bob)
    client.force_login(bob)
    assert post(client, name, row).headers["Location"] == reverse("generation", args=[row.pid])


def test_the_pace_is_measured_on_the_projects_own_clips(client: Client, project: Any, alice: Any) -> None:
    now = timezone.now()
    for seconds in (8, 9, 10, 11, 40):
        row = make_generation(project, alice, started_at=now - timedelta(seconds=seconds), ended_at=now)
        make_clip(row, video())
    attempt = {"state": "running", "intent_at": now, "remote_id": "cgt-77"}
    moving = make_generation(project, alice, status="rendering", started_at=now, attempt=attempt)
    client.force_login(alice)
    body = client.get(reverse("project", args=[project.pid])).content.decode()
    card = body.split(f'id="g-{moving.pid}"')[1].split("</article>")[0]
    assert 'data-expected="11" data-measured' in card
