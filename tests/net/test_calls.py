"""One request, one answer."""

import os
import socket

import pytest

from tests.net.peers import KEY, OK, call


def test_it_sends_one_exact_request_and_returns_the_answer(peer):
    it = peer(b"HTTP/1.1 201 Made\r\nX-One: a\r\nx-one: b\r\nContent-Length: 13\r\n\r\n" + b'{"id":"cgt-1"}'[:13])
    answer = call("POST", f"{it.url}/api/v3/tasks?x=%2F&y=%E8%8D%89#part", body=b'{"prompt":"a"}')
    assert (answer.status, answer.headers["x-one"], len(answer.body)) == (201, "a, b", 13)
    head, body = it.requests[0].split(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /api/v3/tasks?x=%2F&y=%E8%8D%89 HTTP/1.1"
    assert {line.lower() for line in lines[1:]} == {
        f"host: 127.0.0.1:{it.port}".encode(),
        b"user-agent: studio",
        b"accept: */*",
        f"authorization: bearer {KEY}".encode(),
        b"content-type: application/json",
        b"connection: close",
        b"accept-encoding: identity",
        b"content-length: 14",
    }
    assert body == b'{"prompt":"a"}'
    assert len(it.requests) == 1


def test_a_large_body_arrives_whole(peer):
    it = peer(OK)
    body = os.urandom(3_000_001)
    call("POST", it.url, body=body, deadline=10)
    assert it.requests[0].endswith(body)


def test_a_redirect_is_returned_and_not_followed(peer):
    elsewhere = peer(OK)
    for status in (301, 302, 303, 307, 308):
        it = peer(f"HTTP/1.1 {status} Go\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode())
        assert call("POST", it.url, body=b"{}").status == status
    assert elsewhere.connections == 0


@pytest.mark.parametrize("location", ["http://[", "https://exa mple.com:x/", "//", "", "javascript:alert(1)", "\xff"])
def test_a_redirect_to_nowhere_is_an_answer_too(peer, location):
    """A definite no must not look like an answer that was lost."""
    it = peer(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode("latin-1") + b"\r\n\r\n")
    answer = call("POST", it.url, body=b"{}")
    assert (answer.status, answer.headers["location"]) == (302, location)


def test_cookies_are_not_kept(peer):
    it = peer(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}")
    call("GET", it.url)
    call("GET", it.url)
    assert len(it.requests) == 2
    assert b"cookie" not in it.requests[1].lower()


def test_proxies_of_the_environment_are_ignored(peer, monkeypatch):
    proxy, it = peer(OK), peer(OK)
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    call("GET", it.url)
    assert (proxy.connections, it.connections) == (0, 1)


def test_an_early_answer_to_a_large_body_is_heard(peer):
    def refuse(connection: socket.socket, _: bytes) -> None:
        raise AssertionError("never read whole")

    it = peer(refuse)

    def read(connection: socket.socket) -> bytes:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):  # as nginx lingers
            pass
        return b""

    it.read = read
    assert call("POST", it.url, body=b"x" * 8_000_000, deadline=10).status == 413
