"""What fails before a byte has left us, told as such."""

import socket
import threading
import time

import pytest

from generations import net
from tests.net.peers import KEY, OK, assert_no_secret, call, free_port


def test_a_refused_connection_was_not_sent():
    with pytest.raises(net.NotSent, match="refuses connections"):
        call("POST", f"http://127.0.0.1:{free_port()}/", body=b"{}")


def test_a_blackhole_was_not_sent_and_ends_with_the_connect_time():
    with socket.socket() as listener:  # a full backlog drops further SYNs
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        with pytest.raises(net.NotSent, match="in time"):
            call("POST", f"http://127.0.0.1:{port}/", body=b"{}", connect=0.3, deadline=20)
        assert time.monotonic() - started < 4
        for filler in fillers:
            filler.close()


def test_an_unknown_name_was_not_sent(monkeypatch):
    def unknown(*args, **words):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(net.NotSent, match="not found"):
        call("POST", "https://api.example.com/v1?token=secret", body=b"{}")


def test_a_hanging_resolver_was_not_sent_and_is_left_behind(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: release.wait(10) and [])
    started = time.monotonic()
    with pytest.raises(net.NotSent, match="resolved in time"):
        call("POST", "https://api.example.com/", body=b"{}", deadline=0.3)
    assert time.monotonic() - started < 4
    release.set()


def test_a_name_that_resolves_inside_is_not_dialled(peer, monkeypatch):
    canary = peer(OK)
    for answers in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"]):
        infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in answers]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, infos=infos, **k: infos)
        with pytest.raises(net.NotSent, match="public internet"):
            call("GET", f"http://rebinding.example.com:{canary.port}/", rule=net.Rule(allow_http=True))
    assert canary.connections == 0


def test_the_address_that_was_judged_is_the_one_dialled(peer, monkeypatch):
    """A rebinding name is asked for once, and its second answer never dialled."""
    canary = peer(OK)
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host, *args, **words):
        if host != "rebinding.example.com":
            return real(host, *args, **words)
        asked.append(host)
        address = "127.0.0.2" if len(asked) == 1 else "127.0.0.1"  # where the canary listens
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, canary.port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(net.NotSent, match="refuses"):
        call("GET", f"http://rebinding.example.com:{canary.port}/")
    assert (asked, canary.connections) == (["rebinding.example.com"], 0)


def test_a_dead_first_address_does_not_hide_the_second(peer, monkeypatch):
    it = peer(OK)
    found = [("::1", it.port, 0, 0), ("127.0.0.1", it.port)]  # the peer listens on IPv4 alone
    real = socket.getaddrinfo

    def both(host, *args, **words):
        if host == "two.example.com":
            return [(0, socket.SOCK_STREAM, 6, "", address) for address in found]
        return real(host, *args, **words)

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert call("GET", f"http://two.example.com:{it.port}/").status == 200


def test_an_illegal_header_was_not_sent_and_is_not_quoted(peer):
    it = peer(OK)
    for value in (
        f"Bearer {KEY}\n",
        f"Bearer {KEY}\r\nX: y",
        f" {KEY}",
        f"Bearer {KEY} ",
        f"Bearer {KEY}é",
        f"{KEY}\0",
    ):
        with pytest.raises(net.NotSent) as caught:
            call("POST", it.url, body=b"{}", headers={"Authorization": value})
        assert "authorization" in caught.value.reason
        assert_no_secret(caught.value)
    assert it.connections == 0


def test_no_time_left_means_not_sent(peer):
    it = peer(OK)
    with pytest.raises(net.NotSent):
        call("POST", it.url, body=b"{}", deadline=0)
    assert it.requests == []
