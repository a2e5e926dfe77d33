import errno
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.exception import convert_exception_to_response
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from studio.views import errors


def test_a_member_sees_the_shell_around_a_missing_page(client: Client, alice: Any) -> None:
    client.force_login(alice)
    response = client.get("/nothing")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert 'aria-label="Main"' in response.content.decode()


def test_a_stranger_sees_a_bare_page_and_gets_no_cookie(client: Client, db: None) -> None:
    response = client.get("/nothing")
    assert response.status_code == 404
    assert 'aria-label="Main"' not in response.content.decode()
    assert not response.cookies


def test_a_refusal_says_why(client: Client, bob: Any) -> None:
    client.force_login(bob)
    response = client.get("/providers/")
    assert response.status_code == 403
    assert "Only a studio admin may do this." in response.content.decode()


def test_a_broken_page_needs_no_database() -> None:
    # No `db` fixture: any query would fail this test.
    response = errors.server_error(HttpRequest())
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


@pytest.mark.parametrize("outage", [OperationalError("database is locked"), InterfaceError("connection is closed")])
def test_without_a_database_it_says_so_and_that_it_passes(rf: RequestFactory, outage: Exception) -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise outage

    response = response_for(rf, broken)
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "The database does not answer" in response.content.decode()


def test_a_fault_of_ours_is_no_outage(rf: RequestFactory) -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise IntegrityError("UNIQUE constraint failed")

    assert response_for(rf, broken).status_code == 500


def response_for(rf: RequestFactory, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """What becomes of a request whose view raises."""
    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=False):
        response = convert_exception_to_response(view)(rf.get("/"))
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OperationalError("database or disk is full"),
        OperationalError('could not extend file "base/5/16402": No space left on device'),
    ],
    ids=["file", "sqlite", "postgres"],
)
def test_a_full_disk_is_told_as_what_it_is(error: Exception) -> None:
    try:
        try:
            raise error
        except type(error) as caught:
            raise RuntimeError("while saving") from caught
    except RuntimeError:
        response = errors.server_error(HttpRequest())
    assert response.status_code == 507
    assert "disk is full" in response.content.decode()


def test_robots_are_sent_away(client: Client) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("path", ["/nothing", "/login", "/robots.txt"])
def test_every_answer_carries_the_headers(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]


class Untouchable(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


def send(client: Client, path: str, length: int) -> Any:
    body: dict[str, Any] = {"CONTENT_LENGTH": str(length), "wsgi.input": Untouchable()}
    return client.generic("POST", path, b"", "multipart/form-data; boundary=x", **body)


def test_a_stranger_cannot_fill_the_disk(db: None) -> None:
    stranger = Client(enforce_csrf_checks=True)
    for path in ("/login", "/setup"):
        response = send(stranger, path, 3_000_000_000)
        assert response.status_code == 413
        assert "This is more than 4 MB" in response.content.decode()


def test_a_stranger_is_sent_away_before_the_body_is_read(project: Any) -> None:
    response = send(Client(enforce_csrf_checks=True), f"/p/{project.pid}/generate", 100_000_000)
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/login")


def test_a_form_with_files_may_be_as_large_as_an_upload(client: Client, project: Any, bob: Any) -> None:
    client.force_login(bob)
    response = send(client, f"/p/{project.pid}/generate", 3_000_000_000)
    assert (response.status_code, response["HX-Reswap"]) == (413, "none")
    assert "This is more than 200 MB" in response.content.decode()
    assert send(client, f"/p/{project.pid}/generate", 100_000_000).status_code == 422


@pytest.mark.parametrize("path", ["library/?project=%00&q=%00&before=%00", "activity/?project=%00", "compare?c=%00"])
def test_a_nul_in_an_address_reaches_no_view(client: Client, alice: Any, path: str) -> None:
    client.force_login(alice)
    response = client.get(f"/{path}")
    assert "\0" not in "".join(value for values in response.wsgi_request.GET.lists() for value in values[1])
    assert response.status_code in (200, 404)


def test_a_broken_page_names_its_language() -> None:
    with translation.override("zh-hans"):
        assert '<html lang="zh-hans"' in errors.server_error(HttpRequest()).content.decode()
