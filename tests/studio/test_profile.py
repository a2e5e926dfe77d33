from typing import Any

import pytest
from django.test import Client

from tests.make import PASSWORD


@pytest.fixture
def at_home(client: Client, alice: Any) -> Client:
    client.force_login(alice)
    return client


def test_it_keeps_name_theme_and_time_zone(at_home: Client, alice: Any) -> None:
    data = {"change": "details", "name": "Alice A.", "theme": "dark", "time_zone": "Asia/Shanghai"}
    assert at_home.post("/profile", data)["Location"] == "/profile"
    alice.refresh_from_db()
    assert (alice.name, alice.theme, alice.time_zone) == ("Alice A.", "dark", "Asia/Shanghai")
    page = at_home.get("/profile").content.decode()
    assert 'data-theme="dark"' in page
    assert '<option value="Asia/Shanghai" selected>' in page


@pytest.mark.parametrize(
    ("wanted", "theme"), [("light", "light"), ("dark", "dark"), ("neon", "system"), ("", "system")]
)
def test_the_button_on_every_page_keeps_a_theme(at_home: Client, alice: Any, wanted: str, theme: str) -> None:
    def press(**headers: str) -> Any:
        return at_home.post("/profile/theme", {"theme": wanted}, headers=headers)

    assert press(referer="http://testserver/library/")["Location"] == "http://testserver/library/"
    assert press(referer="https://elsewhere.example/")["Location"] == "/"
    assert press(**{"hx-request": "true"}).status_code == 204
    alice.refresh_from_db()
    assert alice.theme == theme


def test_it_refuses_a_time_zone_that_does_not_exist(at_home: Client, alice: Any) -> None:
    data = {"change": "details", "name": "Alice", "theme": "dark", "time_zone": "Mars/Olympus"}
    assert at_home.post("/profile", data).status_code == 422
    alice.refresh_from_db()
    assert alice.time_zone == ""


def test_a_new_password_ends_every_other_session(at_home: Client, alice: Any) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    data = {"change": "password", "old": PASSWORD, "password": "another fine battery"}
    assert at_home.post("/profile", data).status_code == 302
    assert at_home.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another fine battery")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("not it at all", "another fine battery", "This is not your current password."),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "alice@example.org", "too similar"),
        (PASSWORD, "qwerty123456", "too common"),
    ],
)
def test_it_refuses_a_password(at_home: Client, alice: Any, old: str, new: str, words: str) -> None:
    response = at_home.post("/profile", {"change": "password", "old": old, "password": new})
    assert response.status_code == 422
    assert words in response.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_the_old_password_cannot_be_guessed_here_for_ever(at_home: Client) -> None:
    data = {"change": "password", "old": "guess", "password": "another fine battery"}
    for _ in range(10):
        at_home.post("/profile", data)
    assert "Too many tries" in at_home.post("/profile", data | {"old": PASSWORD}).content.decode()


def test_it_needs_the_form_of_this_site(alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/profile", {"change": "details", "name": "X", "theme": "dark"}).status_code == 403
