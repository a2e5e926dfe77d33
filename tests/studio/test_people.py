import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from studio.config import config
from studio.models import Event, Membership, User
from tests.make import PASSWORD, make_membership, make_project, make_user


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def role_of(user: Any, project: Any) -> str | None:
    return Membership.objects.filter(user=user, project=project).values_list("role", flat=True).first()


def number_of(user: Any, project: Any) -> int:
    return Membership.objects.get(user=user, project=project).pk


def link_on(response: Any) -> str:
    """The path of the one welcome link that the page shows."""
    (link,) = re.findall(r'value="http://testserver(/welcome/[^"]+)"', response.content.decode())
    return str(link)


def invite(owner: Any, project: Any, email: str = "new@example.org", role: str = "editor") -> Any:
    return as_(owner).post(f"/p/{project.pid}/people", {"email": email, "role": role})


@pytest.mark.parametrize("who", ["alice", "bob", "vera"])
def test_every_member_sees_who_is_there(request: Any, project: Any, bob: Any, vera: Any, who: str) -> None:
    page = as_(request.getfixturevalue(who)).get(f"/p/{project.pid}/people").content.decode()
    assert all(name in page for name in ("Alice", "Bob", "Vera", "bob@example.org"))


def test_it_refuses_a_stranger(charlie: Any, project: Any) -> None:
    assert as_(charlie).get(f"/p/{project.pid}/people").status_code == 404


@pytest.mark.parametrize("path", ["people", "people/role", "people/link"])
@pytest.mark.parametrize(("who", "code"), [("bob", 403), ("vera", 403), ("charlie", 404)])
def test_only_owners_change_people(request: Any, alice: Any, project: Any, path: str, who: str, code: int) -> None:
    user = request.getfixturevalue(who)
    data = {"email": "new@example.org", "role": "owner", "member": number_of(alice, project)}
    assert as_(user).post(f"/p/{project.pid}/{path}", data).status_code == code
    assert not User.objects.filter(email="new@example.org").exists()


def test_an_owner_adds_somebody_who_has_an_account(alice: Any, charlie: Any, project: Any) -> None:
    assert invite(alice, project, "CHARLIE@example.org", "viewer").status_code == 302
    assert role_of(charlie, project) == "viewer"
    event = Event.objects.get(kind="member")
    assert (event.subject, event.new, event.actor, event.evidence) == (
        project.pid,
        "viewer",
        alice,
        {"user": charlie.pk},
    )


def test_nobody_is_added_twice(alice: Any, bob: Any, project: Any) -> None:
    response = invite(alice, project, "bob@example.org", "viewer")
    assert response.status_code == 422
    assert "Bob is already in this project." in response.content.decode()
    assert role_of(bob, project) == "editor"


def test_a_new_person_gets_an_account_and_a_link_that_works_once(alice: Any, project: Any) -> None:
    link = link_on(invite(alice, project))
    visitor = Client()
    assert "new@example.org" in visitor.get(link).content.decode()
    assert visitor.post(link, {"name": "Nina", "password": "short"}).status_code == 422
    assert visitor.post(link, {"name": "Nina", "password": "nine green bottles"})["Location"] == "/"
    assert visitor.get(f"/p/{project.pid}/people").status_code == 200
    assert Client().get(link).status_code == 404
    assert Client().post(link, {"name": "Eve", "password": "nine green bottles"}).status_code == 404
    assert User.objects.get(email="new@example.org").name == "Nina"


def test_the_link_is_shown_once(alice: Any, project: Any) -> None:
    invite(alice, project)
    assert "/welcome/" not in as_(alice).get(f"/p/{project.pid}/people").content.decode()


def test_the_link_dies_after_three_days(alice: Any, project: Any) -> None:
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        link = link_on(invite(alice, project))
        clock.shift(3 * 24 * 3600 + 1)
        assert Client().get(link).status_code == 404


def test_a_new_link_ends_the_one_before(alice: Any, project: Any) -> None:
    first = link_on(invite(alice, project))
    person = User.objects.get(email="new@example.org")
    second = link_on(as_(alice).post(f"/p/{project.pid}/people/link", {"member": number_of(person, project)}))
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"), lambda link: link.replace("/welcome/", "/welcome/x")],
)
def test_a_spoiled_link_opens_nothing(alice: Any, project: Any, spoil: Any) -> None:
    response = Client().get(spoil(link_on(invite(alice, project))))
    assert response.status_code == 404
    assert "does not work any more" in response.content.decode()


def test_no_link_is_made_for_somebody_who_has_a_password(alice: Any, bob: Any, project: Any) -> None:
    response = as_(alice).post(f"/p/{project.pid}/people/link", {"member": number_of(bob, project)}, follow=True)
    assert "has a password already" in response.content.decode()
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_an_owner_cannot_take_over_a_newcomer_of_another_project(alice: Any, charlie: Any, project: Any) -> None:
    theirs = link_on(invite(alice, project))
    trap = make_project(charlie, "Trap")
    invite(charlie, trap)
    person = User.objects.get(email="new@example.org")
    response = as_(charlie).post(f"/p/{trap.pid}/people/link", {"member": number_of(person, trap)}, follow=True)
    assert "/welcome/" not in response.content.decode()
    assert Client().get(theirs).status_code == 200


def test_an_owner_changes_roles(alice: Any, bob: Any, project: Any) -> None:
    data = {"member": number_of(bob, project), "role": "viewer"}
    as_(alice).post(f"/p/{project.pid}/people/role", data)
    assert role_of(bob, project) == "viewer"
    assert (Event.objects.get(kind="member").old, Event.objects.get(kind="member").new) == ("editor", "viewer")


def test_an_unknown_role_changes_nothing(alice: Any, bob: Any, project: Any) -> None:
    as_(alice).post(f"/p/{project.pid}/people/role", {"member": number_of(bob, project), "role": "king"})
    assert role_of(bob, project) == "editor"


def test_the_last_owner_can_be_neither_demoted_nor_removed(alice: Any, project: Any) -> None:
    data = {"member": number_of(alice, project), "role": "editor"}
    for path in ("role", "remove"):
        response = as_(alice).post(f"/p/{project.pid}/people/{path}", data, follow=True)
        assert "Alice is the only owner. Make someone else an owner first." in response.content.decode()
        assert role_of(alice, project) == "owner"


def test_one_of_two_owners_may_go(alice: Any, project: Any) -> None:
    dora = make_membership(project, make_user("Dora"), "owner")
    as_(dora).post(f"/p/{project.pid}/people/remove", {"member": number_of(alice, project)})
    assert role_of(alice, project) is None


def test_whoever_is_removed_sees_nothing_any_more(alice: Any, bob: Any, project: Any) -> None:
    client = as_(bob)
    as_(alice).post(f"/p/{project.pid}/people/remove", {"member": number_of(bob, project)})
    assert client.get(f"/p/{project.pid}/people").status_code == 404


def test_everybody_may_leave_but_remove_nobody_else(alice: Any, bob: Any, vera: Any, project: Any) -> None:
    assert as_(vera).post(f"/p/{project.pid}/people/remove", {"member": number_of(bob, project)}).status_code == 403
    response = as_(vera).post(f"/p/{project.pid}/people/remove", {"member": number_of(vera, project)})
    assert response["Location"] == "/p/"
    assert (role_of(vera, project), role_of(bob, project)) == (None, "editor")


@pytest.mark.parametrize("member", ["", "x", "0", "999999", "9" * 40, "١"])
def test_a_member_who_is_not_there_is_not_found(alice: Any, project: Any, member: str) -> None:
    data = {"member": member, "role": "viewer"}
    assert as_(alice).post(f"/p/{project.pid}/people/role", data).status_code == 404


def test_a_member_of_another_project_is_not_found(alice: Any, charlie: Any, project: Any) -> None:
    other = make_project(charlie, "Other")
    data = {"member": number_of(charlie, other), "role": "viewer"}
    assert as_(alice).post(f"/p/{project.pid}/people/role", data).status_code == 404
    assert role_of(charlie, other) == "owner"


@pytest.mark.parametrize("path", ["people", "people/role", "people/link", "people/remove"])
def test_it_needs_the_form_of_this_site(alice: Any, project: Any, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"/p/{project.pid}/{path}", {"member": number_of(alice, project)}).status_code == 403


def test_a_welcome_link_names_the_public_address(
    client: Client, project: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config(), "public_url", "https://studio.example")
    client.force_login(alice)
    body = client.post(f"/p/{project.pid}/people", {"email": "dora@example.org", "role": "editor"}).content.decode()
    assert 'value="https://studio.example/welcome/' in body
