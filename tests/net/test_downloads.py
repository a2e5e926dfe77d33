"""Files, in pieces."""

import os
import re
import socket
import time

import pytest

from generations import net
from tests.net.peers import HEADERS, LAB, drip, gzipped


def test_a_download_comes_in_pieces_and_without_a_key(peer):
    data = os.urandom(500_000)
    it = peer(b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 500000\r\n\r\n' + data)
    with net.stream(f"{it.url}/v.mp4", deadline=5, stall=2, cap=500_000, rule=LAB) as found:
        assert (found.status, found.headers["etag"]) == (200, '"a"')
        pieces = list(found.chunks())
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 65536
    assert b"authorization" not in it.requests[0].lower()
    with (
        pytest.raises(ValueError, match="authorization"),
        net.stream(it.url, headers=HEADERS, deadline=1, stall=1, cap=1),
    ):
        pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001, net.TooBig),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001, net.TooBig),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nxxx", net.Lost),
        (gzipped(b"x"), net.Lost),
    ],
)
def test_a_download_that_is_not_what_it_should_be_is_lost(peer, answer, error):
    def send(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)

    it = peer(send)
    with pytest.raises(error), net.stream(it.url, deadline=3, stall=1, cap=1000, rule=LAB) as found:
        list(found.chunks())


def test_a_file_announced_too_large_is_refused_before_room_is_made_for_it(peer):
    it = peer(b"HTTP/1.1 200 OK\r\nContent-Length: 99000000000000\r\n\r\nx")
    with pytest.raises(net.TooBig), net.stream(it.url, deadline=3, stall=1, cap=1000, rule=LAB):
        pytest.fail("the caller was let in")
    refusal = peer(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001)
    with net.stream(refusal.url, deadline=3, stall=1, cap=1000, rule=LAB) as found:
        assert found.status == 403


def test_a_download_that_stalls_is_lost_and_one_that_drips_ends_with_the_deadline(peer):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"

    def stall(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head + b"some")
        time.sleep(3)

    def dribble(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        drip(b"x" * 400)(connection, request)

    with net.stream(peer(stall).url, deadline=9, stall=0.3, cap=1000, rule=LAB) as stalled:
        assert_chunks_raise(net.Lost, "nothing for 0.3 seconds", stalled)
    with net.stream(peer(dribble).url, deadline=0.5, stall=9, cap=1000, rule=LAB) as dripped:
        assert_chunks_raise(net.DeadlinePassed, "in the time allowed", dripped)


def assert_chunks_raise(error: type[net.NetError], words: str, found: net.Stream) -> None:
    with pytest.raises(error, match=re.escape(words)):
        list(found.chunks())
