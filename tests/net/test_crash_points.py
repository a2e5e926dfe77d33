"""Where the lab can kill a paid POST, and what has left us by then."""

import os
import queue
import subprocess
import sys
from pathlib import Path

import pytest

from tests.net.peers import OK

POINTS = ["connected", "headers_sent", "half_body", "body_sent", "answer_half", "answer_read"]


def run_with_crash(method: str, url: str, point: str) -> int:
    code = (
        "from generations import net\n"
        f"net.call({method!r}, {url!r}, body=b'0123456789', deadline=5, rule=net.Rule(lab=True))"
    )
    environment = {**os.environ, "CRASH_AT": f"http.{point}"}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, timeout=20, cwd=Path(__file__).parents[2]
    ).returncode


@pytest.mark.parametrize("point", POINTS)
def test_the_lab_can_kill_a_post(peer, point):
    it = peer(OK)
    arrived: queue.Queue[bytes] = queue.Queue()

    def read_to_the_end(connection):
        data = b""
        while not data.endswith(b"0123456789") and (more := connection.recv(65536)):
            data += more
        arrived.put(data)
        return data

    it.read = read_to_the_end
    assert run_with_crash("POST", it.url, point) == -9
    data = arrived.get(timeout=5)
    head, _, body = data.partition(b"\r\n\r\n")
    expected = {"connected": b"", "headers_sent": b"", "half_body": b"01234"}.get(point, b"0123456789")
    assert bool(head) == (point != "connected")
    assert body == expected


@pytest.mark.parametrize("point", POINTS)
def test_other_requests_have_no_crash_points(peer, point):
    assert run_with_crash("DELETE", peer(OK).url, point) == 0
