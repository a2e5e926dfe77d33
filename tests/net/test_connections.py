"""Which requests may share a connection, and what a dropped one means."""

import os
import socket
import threading

import pytest

from generations import net
from tests.net.peers import OK, call, reset


def test_looks_share_a_connection_and_posts_never_do(peer):
    it = peer(OK)
    for _ in range(3):
        call("GET", it.url)
    assert it.connections == 1
    for _ in range(2):
        call("POST", it.url, body=b"{}")
    call("GET", it.url)
    assert (it.connections, len(it.requests)) == (3, 6)


def test_a_connection_that_the_server_closed_while_idle_is_replaced(peer):
    def answer_and_close(connection: socket.socket, _: bytes) -> None:
        connection.sendall(OK)
        connection.shutdown(socket.SHUT_RDWR)

    it = peer(answer_and_close)
    for count in (1, 2, 3):
        assert call("GET", it.url).status == 200
        it.done.get(timeout=5)
        assert (len(it.requests), it.connections) == (count, count)


def test_a_kept_connection_dropped_under_a_look_is_lost_and_not_asked_again(peer):
    def first_only(connection: socket.socket, _: bytes) -> None:
        if len(it.requests) == 1:
            connection.sendall(OK)
        else:
            reset(connection)

    it = peer(first_only)
    call("GET", it.url)
    with pytest.raises(net.Lost):
        call("GET", it.url)
    assert len(it.requests) == 2


def test_bytes_after_an_answer_are_not_the_next_answer(peer):
    it = peer(OK + b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"forged":1}'[:-1])
    assert call("GET", it.url).json() == {}
    assert call("GET", it.url).json() == {}
    assert it.connections == 2


def test_a_connection_allowed_for_a_lab_is_not_lent_to_others(peer, monkeypatch):
    it = peer(OK)
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", it.port))]
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: infos if "lab" in host else real(host, *a, **k))
    url = f"http://lab.example.com:{it.port}/"
    call("GET", url)
    with pytest.raises(net.NotSent, match="public internet"):
        call("GET", url, rule=net.Rule(allow_http=True))
    assert len(it.requests) == 1


def test_threads_do_not_share_connections(peer):
    it = peer(OK)
    call("GET", it.url)
    other = threading.Thread(target=call, args=("GET", it.url))
    other.start()
    other.join(timeout=5)
    assert it.connections == 2


def test_a_forked_child_leaves_its_parents_connection_alone(peer):
    it = peer(OK)
    call("GET", it.url)
    child = os.fork()
    if child == 0:
        os._exit(0 if not net._lines.kept and call("GET", it.url).status == 200 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert it.connections == 2
    call("GET", it.url)
    assert it.connections == 2
