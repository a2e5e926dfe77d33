"""F13: whoever answers by drops, or not at all, frees the worker at its deadline, and no answer fills its memory."""

import itertools
import os
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from generations import net
from tests.faults.figures import STORM, write_figures
from tests.net.peers import LAB, Peer

CALLS = 100
LANES = 8
DEADLINE = 0.5
GRACE = 1.0 if STORM else 4.0  # by which a worker may be late
MEMORY = 300  # MiB
GIB = 2**30
PAUSE = 0.1  # between two drops

Behaviour = Callable[[socket.socket, bytes], None]


def drops(first: bytes, drop: bytes) -> Behaviour:
    """`first`, and then for ever one drop at a time: no single read is ever late."""

    def send(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        with suppress(OSError):
            while True:
                time.sleep(PAUSE)
                connection.sendall(drop)

    return send


def silent(connection: socket.socket, _: bytes) -> None:
    with suppress(OSError):
        connection.recv(1)


BEHAVIOURS: dict[str, Behaviour] = {
    "silence": silent,
    "the status by drops": drops(b"HTTP/1.1 20", b"0"),
    "a header by drops": drops(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "headers by drops": drops(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a hundred continues": drops(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body by drops": drops(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{", b" "),
    "chunks by drops": drops(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a chunk's size by drops": drops(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "a body to the end of the connection": drops(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
}


class Deaf(Peer):
    """Takes the connection and never reads: a large request fills the socket and stands still."""

    def read(self, connection: socket.socket) -> bytes:
        time.sleep(DEADLINE + GRACE + 1)
        return b""


def ask(method: str, url: str) -> None:
    body = b"x" * 20_000_000 if "deaf" in url else b"{}"
    net.call(method, url, body=None if method == "GET" else body, deadline=DEADLINE, rule=LAB)


def download(_: str, url: str) -> None:
    """No byte is late for `stall`: the deadline alone ends it."""
    with net.stream(url, deadline=DEADLINE, stall=30, cap=GIB, rule=LAB) as answer:
        for _chunk in answer.chunks():
            pass


WAYS = (("GET", ask), ("POST", ask), ("DELETE", ask), ("file", download))


@pytest.fixture
def peers() -> Iterator[dict[str, Peer]]:
    peers = {name: Peer(behave) for name, behave in BEHAVIOURS.items()}
    peers["deaf"] = Deaf(silent)
    yield peers
    for peer in peers.values():
        peer.close()
    net._forget()


def times_out(
    way: tuple[str, Callable[[str, str], None]], name: str, peer: Peer
) -> tuple[str, float, Exception | None]:
    """(what was tried, seconds that the worker was held, how it ended)."""
    method, send = way
    url = f"{peer.url}/{'deaf' if name == 'deaf' else 'x'}"
    started = time.monotonic()
    try:
        send(method, url)
    except net.NetError as error:
        return f"{method}: {name}", time.monotonic() - started, error
    finally:
        net._forget()
    return f"{method}: {name}", time.monotonic() - started, None


def test_a_hundred_calls_are_freed_at_their_deadline(peers: dict[str, Peer]) -> None:
    kinds = [(way, name) for way in WAYS for name in peers if name != "deaf" or way[0] in ("POST", "DELETE")]
    chosen = list(itertools.islice(itertools.cycle(kinds), CALLS))
    started = time.monotonic()
    with ThreadPoolExecutor(LANES) as pool:
        ended = list(pool.map(lambda kind: times_out(kind[0], kind[1], peers[kind[1]]), chosen))
    seconds = time.monotonic() - started
    late = [f"{what} {held:.2f} s {error!r}" for what, held, error in ended if held > DEADLINE + GRACE]
    wrong = [f"{what} {error!r}" for what, _, error in ended if not isinstance(error, net.DeadlinePassed)]
    worst = max(held for _, held, _ in ended)
    print(f"\nF13: {len(ended)} calls of {len(kinds)} kinds, {len(late)} late, longest {worst:.2f} s")
    figures = {"kinds": len(kinds), "violations": len(late) + len(wrong), "longest": round(worst, 2)}
    write_figures("f13", ok=not (late or wrong), n=len(ended), seconds=round(seconds, 1), **figures)
    assert (len(ended), late, wrong) == (CALLS, [], [])


def test_a_peer_that_never_ends_the_handshake_is_not_waited_for(peers: dict[str, Peer]) -> None:
    """Nothing of the request has left: it is no lost one."""
    started = time.monotonic()
    with pytest.raises(net.NotSent):
        net.call("POST", peers["silence"].url.replace("http:", "https:"), body=b"{}", deadline=DEADLINE, rule=LAB)
    assert time.monotonic() - started < DEADLINE + GRACE


# Memory


def json_without_end(head: bytes) -> Behaviour:
    """One list of a GiB, or as much of it as is taken."""

    def send(connection: socket.socket, _: bytes) -> None:
        piece = b'"' + b"x" * (2**20 - 4) + b'",\n'
        with suppress(OSError):
            connection.sendall(head + b"[")
            for _count in range(GIB // len(piece)):
                connection.sendall(piece)
            connection.sendall(b'""]')

    return send


def bomb(size: int) -> bytes:
    """`size` zero bytes, as gzip: a thousandth of it."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**24)
    return b"".join([*(packer.compress(zeros) for _ in range(size // len(zeros))), packer.flush()])


def packed(data: bytes) -> Behaviour:
    assert len(data) < 2**20  # or it would be refused for its own size
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(data)}\r\n\r\n".encode()

    def send(connection: socket.socket, _: bytes) -> None:
        with suppress(OSError):
            connection.sendall(head + data)

    return send


HUGE: dict[str, Callable[[], Behaviour]] = {
    "a GiB of JSON": lambda: json_without_end(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIB),
    "a GiB of JSON that is not announced": lambda: json_without_end(b"HTTP/1.1 200 OK\r\n\r\n"),
    "16 KiB that unpack to 16 MiB": lambda: packed(bomb(2**24)),
    "a MiB that unpacks to a GiB": lambda: packed(bomb(GIB)),
}

# A worker as it is at work: Django, the dialects, one lane; then its own highest peak. `ru_maxrss` would count what the
# parent held when it forked.
WORKER = """
import re, sys, django
django.setup()
from pathlib import Path
from generations.jobs import lanes
from generations.net import Rule
from generations.providers import ark
from generations.providers.base import Call
for method in ("GET", "POST"):
    answer = lanes.look(Call(method, sys.argv[1], {}), Rule(lab=True))
    if not isinstance(answer, Exception):
        answer = ark.read_many(answer.status, answer.headers, answer.body)
    print(type(answer).__name__)
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.parametrize("name", HUGE)
def test_a_worker_stays_small_whatever_answers(name: str) -> None:
    peer = Peer(HUGE[name]())
    try:
        done = subprocess.run(
            [sys.executable, "-c", WORKER, peer.url],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "studio.settings"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        peer.close()
    assert done.returncode == 0, done.stderr
    *outcomes, peak = done.stdout.split()
    print(f"\nF13: {name}: {' and '.join(outcomes)}, peak {int(peak) // 1024} MiB")
    assert outcomes == ["TooBig", "TooBig"]
    assert int(peak) < MEMORY * 1024
