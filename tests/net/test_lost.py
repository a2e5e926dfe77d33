"""What fails after a byte may have left us, told as such, in time, and never asked twice."""

import socket
import threading
import time
import tracemalloc

import pytest

from generations import net
from tests.net.peers import KEY, OK, assert_no_secret, call, drip, free_port, gzipped, reset


def test_a_reset_after_sending_is_lost(peer):
    it = peer(lambda connection, _: reset(connection))
    with pytest.raises(net.Lost) as caught:
        call("POST", it.url, body=b"{}")
    assert len(it.requests) == 1
    assert not isinstance(caught.value, net.DeadlinePassed)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\ncut",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
    ],
)
def test_a_broken_answer_is_lost_and_asked_for_once(peer, answer):
    def send(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)

    it = peer(send)
    with pytest.raises(net.Lost) as caught:
        call("POST", it.url, body=b"{}")
    assert len(it.requests) == 1
    assert_no_secret(caught.value)


def test_silence_is_lost_at_the_deadline(peer):
    release = threading.Event()
    it = peer(lambda connection, _: release.wait(10))
    started = time.monotonic()
    with pytest.raises(net.DeadlinePassed):
        call("POST", it.url, body=b"{}", deadline=0.3)
    assert time.monotonic() - started < 4
    release.set()


def test_silence_after_a_late_byte_is_lost_at_the_deadline(peer):
    release = threading.Event()

    def send(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.8)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        release.wait(10)

    it = peer(send)
    started = time.monotonic()
    with pytest.raises(net.DeadlinePassed):
        call("POST", it.url, body=b"{}", deadline=1)
    assert time.monotonic() - started < 4
    release.set()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"])
def test_dripped_bytes_do_not_stretch_the_deadline(peer, head):
    dripped = b"x" * 400 if head else b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 400

    def send(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        drip(dripped)(connection, request)

    it = peer(send)
    started = time.monotonic()
    with pytest.raises(net.DeadlinePassed):
        call("POST", it.url, body=b"{}", deadline=0.5)
    assert time.monotonic() - started < 4


def test_a_reader_that_takes_little_at_a_time_does_not_stretch_the_deadline(peer):
    it = peer(OK)

    def sip(connection: socket.socket) -> bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(100):
            connection.recv(2000)
            time.sleep(0.05)
        return b""

    it.read = sip
    started = time.monotonic()
    with pytest.raises(net.DeadlinePassed):
        call("POST", it.url, body=b"x" * 20_000_000, deadline=0.5)
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("framing", ["length", "chunked", "until closed"])
def test_an_answer_above_the_cap_is_lost(peer, framing):
    heads = {"length": b"Content-Length: 3000\r\n", "chunked": b"Transfer-Encoding: chunked\r\n", "until closed": b""}

    def send(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + heads[framing] + b"\r\n")
        connection.sendall((b"bb8\r\n" if framing == "chunked" else b"") + b"x" * 3000)
        connection.shutdown(socket.SHUT_WR)

    with pytest.raises(net.TooBig):
        call("GET", peer(send).url, cap=2999)


def test_endless_framing_is_cut_off(peer):
    """One byte of body in each chunk of 30 KB of extension, and informational answers for ever."""
    for flood, start in (
        (b"1;" + b"e" * 30_000 + b"\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
    ):

        def send(connection: socket.socket, _: bytes, flood=flood, start=start) -> None:
            connection.sendall(start)
            while True:
                connection.sendall(flood)

        with pytest.raises(net.TooBig):
            call("GET", peer(send).url, cap=1000, deadline=8)


def test_gzip_that_we_did_not_ask_for_is_read_but_a_bomb_is_not(peer):
    assert call("GET", peer(gzipped(b'{"id": "a"}')).url).json() == {"id": "a"}
    bomb = peer(gzipped(bytes(50_000_000)))
    tracemalloc.start()
    with pytest.raises(net.TooBig, match="unpacks"):
        call("GET", bomb.url, cap=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_neither_key_nor_query_is_ever_in_an_error(peer):
    broken = [
        peer(lambda connection, _: reset(connection)).url,
        peer(b"garbage\r\n\r\n").url,
        f"http://127.0.0.1:{free_port()}",
        "http://10.255.255.1@evil",
        "gopher://127.0.0.1",
    ]
    for url in broken:
        with pytest.raises(net.NetError) as caught:
            call("POST", f"{url}/tasks?X-Tos-signature=abc", body=b"{}", connect=0.5)
        assert_no_secret(caught.value)
    assert KEY not in repr(net.Answer(200, {"x": KEY}, KEY.encode()))
