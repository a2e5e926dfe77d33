from typing import Any

import pytest
from django.test import Client

from generations import first_run
from generations.catalog import PRESETS
from generations.models import Asset, Generation, Provider
from studio.config import config
from studio.models import Membership, Project, User
from tests.make import make_user

PERSON = {"name": "Alice", "email": "alice@example.org", "password": "nine green bottles"}
LAB = [preset for preset in PRESETS.values() if preset.lab]


@pytest.fixture
def link(db: None) -> Any:
    link = first_run.setup_link("http://testserver/")
    yield link
    (config().data / first_run.TOKEN_FILE).unlink(missing_ok=True)


def test_the_link_stays_the_same_until_it_is_used(link: str) -> None:
    assert link.startswith("http://testserver/setup?token=")
    assert first_run.setup_link("http://testserver") == link
    assert (config().data / first_run.TOKEN_FILE).stat().st_mode & 0o777 == 0o600


def test_it_makes_the_first_admin_and_lands_in_a_first_project(client: Client, link: str) -> None:
    assert client.get(link).status_code == 200
    response = client.post(link, PERSON)
    assert response["Location"] == "/setup/engine"
    assert "Try the sandbox" not in client.get("/setup/engine").content.decode(), "there is none in this test"
    response = client.post("/setup/project", {"name": "First project"})
    project = Project.objects.get()
    user = User.objects.get()
    assert response["Location"] == f"/p/{project.pid}/"
    assert (user.is_staff, user.is_superuser, user.check_password(PERSON["password"])) == (True, False, True)
    assert (project.name, Membership.objects.get().role) == ("First project", "owner")
    assert client.get("/providers/").status_code == 200


def test_the_first_project_holds_three_images_to_begin_with(db: None) -> None:
    project = first_run.first_project(make_user("Alice"), "First project")
    assets = list(Asset.objects.filter(project=project))
    assert len({asset.sha256 for asset in assets}) == 3
    assert {(asset.kind, asset.origin, asset.width, asset.height) for asset in assets} == {
        ("image", "sample", 1280, 720)
    }
    assert all(asset.thumbnail for asset in assets)


def test_it_ends_with_three_clips_of_the_sandbox_on_their_way(client: Client, link: str) -> None:
    first_run.offer_sandbox("http://127.0.0.1:9")
    client.post(link, PERSON)
    assert "Try the sandbox" in client.get("/setup/engine").content.decode()
    response = client.post("/setup/project", {"name": "Whales"})
    rows = list(Generation.objects.order_by("id"))
    assert [row.status for row in rows] == ["queued"] * 3
    assert len({row.inputs.get().asset_id for row in rows}) == 3
    assert all(row.provider.lab and row.parameters["resolution"] == "480p" for row in rows)
    page = client.get(response["Location"]).content.decode()
    assert rows[0].prompt in page.split('id="prompt"')[1], "the composer is filled with the first one"


def test_a_second_press_makes_no_second_project(client: Client, link: str) -> None:
    client.post(link, PERSON)
    client.post("/setup/project", {"name": "Whales"})
    assert client.post("/setup/project", {"name": "Whales"})["Location"] == "/"
    assert Project.objects.count() == 1


def test_the_steps_are_an_admins(client: Client, bob: Any) -> None:
    client.force_login(bob)
    assert client.get("/setup/engine").status_code == 403
    assert client.get("/setup/project").status_code == 403


def test_a_key_given_on_the_way_leads_on_to_the_project(client: Client, link: str) -> None:
    client.post(link, PERSON, follow=True)
    fields = {"name": "Ark", "base_url": "https://ark.example.org/api/v3", "key": "k-123", "slots": 3, "per_minute": 60}
    page = client.get("/providers/new?preset=ark").context["form"]
    data = {name: page[name].value() or "" for name in page.fields} | fields
    response = client.post("/providers/new?preset=ark", data)
    assert response.status_code == 302, response.context["form"].errors
    assert response["Location"] == "/setup/project"


def test_it_works_once(client: Client, link: str) -> None:
    Client().post(link, PERSON)
    again = Client().post(link, PERSON | {"email": "eve@example.org"})
    assert again.status_code == 404
    assert User.objects.count() == 1
    assert first_run.setup_link("http://testserver") is None


def test_two_visitors_with_the_same_link_make_one_admin(link: str) -> None:
    first = first_run.make_admin("alice@example.org", "Alice", "nine green bottles")
    second = first_run.make_admin("eve@example.org", "Eve", "nine green bottles")
    assert (first is not None, second) == (True, None)


def test_a_failure_on_the_way_keeps_the_link_alive(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*args: Any, **kwargs: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("studio.models.user.UserManager.create_user", full_disk)
    with pytest.raises(OSError, match="disk full"):
        first_run.make_admin("alice@example.org", "Alice", "nine green bottles")
    assert first_run.setup_link("http://testserver/") == link


@pytest.mark.parametrize("token", ["", "wrong", "é", "x" * 5000])
def test_a_wrong_token_opens_nothing(client: Client, link: str, token: str) -> None:
    for method in (client.get, client.post):
        response = method("/setup", {"token": token})
        assert response.status_code == 404
        assert "This link does not work" in response.content.decode()
    assert client.post(f"/setup?token={token}", PERSON).status_code == 404
    assert not User.objects.exists()


def test_without_a_token_file_no_token_fits(client: Client, db: None) -> None:
    assert client.post("/setup?token=", PERSON).status_code == 404


def test_a_studio_with_people_has_no_way_in_here(client: Client, link: str) -> None:
    make_user("Bob")
    assert client.post(link, PERSON).status_code == 404
    assert User.objects.count() == 1


def test_a_weak_password_is_refused_and_the_rest_is_kept(client: Client, link: str) -> None:
    response = client.post(link, PERSON | {"password": "short"})
    assert response.status_code == 422
    assert 'value="alice@example.org"' in response.content.decode()
    assert not User.objects.exists()


def test_it_needs_the_form_of_this_site(link: str) -> None:
    assert Client(enforce_csrf_checks=True).post(link, PERSON).status_code == 403
    assert not User.objects.exists()


def test_the_sandbox_is_offered_with_every_face(db: None) -> None:
    first_run.offer_sandbox("http://127.0.0.1:8900")
    rows = {row.preset: row for row in Provider.objects.all()}
    assert set(rows) == {preset.name for preset in LAB}
    for preset in LAB:
        row = rows[preset.name]
        assert (row.lab, row.dialect, row.open_key()) == (True, preset.dialect, "sandbox")
        assert set(row.offers) == set(preset.models)


def test_offering_it_again_changes_nothing_but_a_moved_port(db: None) -> None:
    first_run.offer_sandbox("http://127.0.0.1:8900")
    before = set(Provider.objects.values_list("pk", "base_url"))
    first_run.offer_sandbox("http://127.0.0.1:8900")
    assert set(Provider.objects.values_list("pk", "base_url")) == before
    first_run.offer_sandbox("http://127.0.0.1:8999")
    after = set(Provider.objects.values_list("pk", "base_url"))
    assert after == {(pk, url.replace(":8900", ":8999")) for pk, url in before}
    assert {row.open_key() for row in Provider.objects.all()} == {"sandbox"}


def test_what_an_admin_trashed_or_paused_stays_so(db: None) -> None:
    first_run.offer_sandbox("http://127.0.0.1:8900")
    Provider.objects.update(trashed_at="2026-11-21T10:00Z", paused_at="2026-11-21T10:00Z")
    first_run.offer_sandbox("http://127.0.0.1:8999")
    assert not Provider.objects.filter(trashed_at=None).exists()
    assert not Provider.objects.filter(paused_at=None).exists()


def test_a_taken_name_gets_a_number(db: None) -> None:
    Provider.objects.create(name="Sandbox", dialect="ark", base_url="https://ark.example/api/v3")
    first_run.offer_sandbox("http://127.0.0.1:8900")
    assert Provider.objects.get(preset="sandbox").name == "Sandbox 2"
