from typing import Any

import pytest
from django.test import Client

from tests.make import PASSWORD, make_user

WRONG = "This e-mail and password do not match."
TOO_MANY = "Too many tries. Wait five minutes, then try again."


@pytest.fixture
def quick_hashes(settings: Any) -> None:
    """Counting tries takes many of them, and argon2id is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def log_in(client: Client, email: str = "alice@example.org", password: str = PASSWORD, **data: str) -> Any:
    return client.post("/login", {"email": email, "password": password, **data})


def test_it_lets_a_member_in(client: Client, alice: Any) -> None:
    response = log_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/profile").status_code == 200


def test_the_case_of_the_address_does_not_matter(client: Client, alice: Any) -> None:
    assert log_in(client, "ALICE@Example.ORG").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"), [("alice@example.org", "wrong horse battery"), ("nobody@example.org", PASSWORD)]
)
def test_unknown_and_wrong_read_alike_and_keep_the_address(
    client: Client, alice: Any, email: str, password: str
) -> None:
    response = log_in(client, email, password)
    assert response.status_code == 422
    assert WRONG in response.content.decode()
    assert f'value="{email}"' in response.content.decode()
    assert password not in response.content.decode()


def test_a_closed_account_reads_like_a_wrong_password(client: Client, alice: Any) -> None:
    alice.is_active = False
    alice.save()
    assert WRONG in log_in(client).content.decode()


def test_strangers_are_sent_here_and_back(client: Client, alice: Any) -> None:
    response = client.get("/profile")
    assert response["Location"] == "/login?next=/profile"
    assert 'value="/profile"' in client.get(response["Location"]).content.decode()
    assert log_in(client, next="/profile")["Location"] == "/profile"


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_sends_nobody_to_another_site(client: Client, alice: Any, place: str) -> None:
    assert log_in(client, next=place)["Location"] == "/"


@pytest.mark.usefixtures("quick_hashes")
def test_ten_wrong_passwords_close_an_account_for_a_while_and_the_right_one_too(client: Client, alice: Any) -> None:
    for _ in range(10):
        assert log_in(client, password="no").status_code == 422
    response = log_in(client)
    assert response.status_code == 429
    assert TOO_MANY in response.content.decode()
    make_user("Bob")
    assert log_in(client, "bob@example.org").status_code == 302


@pytest.mark.usefixtures("quick_hashes")
def test_an_unknown_address_is_closed_just_the_same(client: Client, db: None) -> None:
    codes = [log_in(client, "nobody@example.org").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


@pytest.mark.usefixtures("quick_hashes")
def test_thirty_tries_a_minute_close_a_network_address(client: Client, alice: Any) -> None:
    for number in range(30):
        assert log_in(client, f"guess-{number}@example.org").status_code == 422
    assert log_in(client).status_code == 429
    assert (
        client.post("/login", {"email": alice.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.9").status_code == 302
    )


@pytest.mark.usefixtures("quick_hashes")
def test_good_log_ins_do_not_count(client: Client, alice: Any) -> None:
    for _ in range(31):
        assert log_in(Client()).status_code == 302


@pytest.mark.usefixtures("quick_hashes")
def test_a_good_log_in_does_not_open_the_way_for_more_guesses(client: Client, alice: Any) -> None:
    for number in range(29):
        log_in(client, f"guess-{number}@example.org")
    assert log_in(Client()).status_code == 302
    assert [log_in(client, f"more-{number}@example.org").status_code for number in range(2)] == [422, 429]


def test_a_session_id_from_before_is_not_kept(client: Client, alice: Any) -> None:
    client.get("/login")
    session = client.session
    session["seen"] = True
    session.save()
    before = str(session.session_key)
    client.cookies["studio_session"] = before
    log_in(client)
    assert client.cookies["studio_session"].value != before


def test_it_needs_the_form_of_this_site(alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    response = log_in(client)
    assert response.status_code == 403
    assert "That was not sent" in response.content.decode()


def test_logging_out_takes_a_post(client: Client, alice: Any) -> None:
    client.force_login(alice)
    assert client.get("/logout").status_code == 405
    response = client.post("/logout")
    assert response["Location"] == "/login"
    assert "storage" in response["Clear-Site-Data"]
    assert client.get("/profile").status_code == 302


def test_a_fragment_after_the_session_ended_moves_the_whole_page(client: Client, db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/library/?kind=image"}
    response = client.get("/library/", headers=headers, follow=True)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/login?next=%2Flibrary%2F%3Fkind%3Dimage"
    assert response.content == b""
