from typing import Any

import pytest
from django.test import Client

from studio.models import Event, Membership, Project
from tests.make import make_project


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_whoever_begins_a_project_owns_it(charlie: Any) -> None:
    response = as_(charlie).post("/p/new", {"name": "Loops"})
    project = Project.objects.get(name="Loops")
    assert response["Location"] == f"/p/{project.pid}/"
    assert Membership.objects.get(project=project).role == "owner"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_project_needs_a_name_of_a_sane_length(charlie: Any, name: str) -> None:
    assert as_(charlie).post("/p/new", {"name": name}).status_code == 422
    assert not Project.objects.exists()


def test_an_owner_renames_and_the_old_name_stays_in_the_history(alice: Any, project: Any) -> None:
    as_(alice).post(f"/p/{project.pid}/settings", {"name": "Winter"})
    project.refresh_from_db()
    assert project.name == "Winter"
    assert Event.objects.get(kind="project", new="renamed").why == "Autumn campaign"


def test_a_refused_name_changes_nothing(alice: Any, project: Any) -> None:
    assert as_(alice).post(f"/p/{project.pid}/settings", {"name": ""}).status_code == 422
    project.refresh_from_db()
    assert project.name == "Autumn campaign"


def test_trash_hides_it_from_all_and_an_owner_brings_it_back(alice: Any, bob: Any, project: Any) -> None:
    assert as_(alice).post(f"/p/{project.pid}/trash")["Location"] == "/p/"
    assert as_(bob).get(f"/p/{project.pid}/people").status_code == 404
    page = as_(alice).get("/p/").content.decode()
    assert f"/p/{project.pid}/restore" in page
    assert f"/p/{project.pid}/restore" not in as_(bob).get("/p/").content.decode()
    assert as_(bob).post(f"/p/{project.pid}/restore").status_code == 404
    as_(alice).post(f"/p/{project.pid}/restore")
    assert as_(bob).get(f"/p/{project.pid}/people").status_code == 200


@pytest.mark.parametrize("path", ["settings", "trash"])
@pytest.mark.parametrize(("who", "code"), [("bob", 403), ("vera", 403), ("charlie", 404)])
def test_only_owners_change_a_project(request: Any, project: Any, path: str, who: str, code: int) -> None:
    client = as_(request.getfixturevalue(who))
    assert client.post(f"/p/{project.pid}/{path}", {"name": "Mine"}).status_code == code
    project.refresh_from_db()
    assert (project.name, project.trashed_at) == ("Autumn campaign", None)


@pytest.mark.parametrize("path", ["settings", "trash", "restore"])
def test_it_needs_the_form_of_this_site(alice: Any, project: Any, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"/p/{project.pid}/{path}").status_code == 403


def test_the_side_bar_leads_to_all_projects_and_shows_the_open_one(client: Client, alice: Any, project: Any) -> None:
    for number in range(12):
        make_project(alice, f"Later {number}")
    client.force_login(alice)
    side = client.get(f"/p/{project.pid}/").content.decode().split('<nav class="side"')[1].split("</nav>")[0]
    assert 'href="/p/"' in side
    assert side.count(f'href="/p/{project.pid}/" aria-current="page"') == 1
    assert side.count("Later ") == 12
