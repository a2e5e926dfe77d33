"""The fault proxy spoils what it is told to spoil, and otherwise passes every byte on."""

import hashlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from urllib.request import urlopen

import pytest

from tests.faults.proxy import (
    Bandwidth,
    Blackhole,
    Latency,
    LimitData,
    Proxy,
    ResetPeer,
    Slicer,
    SlowClose,
    Toxic,
    fault_proxy,
)
from tests.peer import Reply, Seen, run_peer
from tests.running import free_port, until

FILE = bytes(range(256)) * 800  # 204,800 bytes
DIGEST = hashlib.sha256(FILE).hexdigest()


@contextmanager
def echo() -> Iterator[int]:
    """A server that sends back what it hears, and ends when the client has; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk(client: socket.socket) -> None:
            with client:
                try:
                    while data := client.recv(1 << 16):
                        client.sendall(data)
                except OSError:
                    return

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(client,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with echo() as port, fault_proxy(port, seed=1) as proxy:
        yield proxy


def client_of(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def read_all(client: socket.socket) -> bytes:
    """Until the end of the stream; ConnectionResetError where it is an RST."""
    parts = []
    while part := client.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def sent(proxy: Proxy, data: bytes) -> bytes:
    """What comes back of `data`."""
    with client_of(proxy) as client:
        sender = threading.Thread(target=send_all, args=(client, data))
        sender.start()
        try:
            return read_all(client)
        finally:
            sender.join(10)


def send_all(client: socket.socket, data: bytes) -> None:
    with suppress(OSError):  # the proxy may cut us off
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)


def seconds_of(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def test_it_passes_everything_on(proxy: Proxy) -> None:
    assert sent(proxy, FILE) == FILE
    until("the connection is over", lambda: proxy.counts.open == 0, 5)
    counts = proxy.counts
    assert (counts.connections, counts.up, counts.down, counts.cuts) == (1, len(FILE), len(FILE), 0)


def test_latency_makes_each_piece_wait(proxy: Proxy) -> None:
    proxy.toxics = [Latency(0.2, stream="up"), Latency(0.1, jitter=0.05)]
    assert seconds_of(lambda: sent(proxy, b"hello")) >= 0.25


def test_bandwidth_bounds_the_bytes_a_second(proxy: Proxy) -> None:
    proxy.toxics = [Bandwidth(100_000)]
    assert seconds_of(lambda: sent(proxy, FILE[:50_000])) >= 0.45


def test_a_slicer_cuts_small_pieces(proxy: Proxy) -> None:
    proxy.toxics = [Slicer(3, delay=0.05)]
    assert seconds_of(lambda: sent(proxy, b"0123456789")) >= 4 * 0.05 - 0.01
    proxy.toxics = [Slicer(5, delay=0.05)]
    with client_of(proxy) as client:
        client.sendall(b"0123456789")
        assert len(client.recv(100)) in (5, 10)  # 10: the reader was late


def test_toxics_change_while_a_connection_lives(proxy: Proxy) -> None:
    with client_of(proxy) as client:
        client.sendall(b"one")
        assert client.recv(10) == b"one"
        proxy.toxics = [Blackhole()]
        client.sendall(b"two")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(10)
        proxy.toxics = []
        client.settimeout(10)
        client.sendall(b"three")
        assert client.recv(10) == b"three", "what was swallowed is gone"


def test_limited_data_ends_cleanly_after_so_many_bytes(proxy: Proxy) -> None:
    proxy.toxics = [LimitData(1000)]
    with client_of(proxy) as client:
        client.sendall(FILE[:5000])
        assert read_all(client) == FILE[:1000]
    assert (proxy.counts.cuts, proxy.counts.down) == (1, 1000)


def test_limited_data_may_end_with_a_reset(proxy: Proxy) -> None:
    proxy.toxics = [LimitData(1000, reset=True)]
    with client_of(proxy) as client, pytest.raises(ConnectionResetError):
        client.sendall(FILE[:5000])
        read_all(client)


def test_a_request_may_be_cut_on_its_way_up() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server, fault_proxy(server.getsockname()[1]) as proxy:
        proxy.toxics = [LimitData(10, stream="up")]
        with client_of(proxy) as client:
            client.sendall(b"0123456789 never")
            far, _ = server.accept()
            far.settimeout(10)
            with far:
                heard.append(read_all(far))
    assert heard == [b"0123456789"]


def test_a_share_of_connections_is_cut_and_the_seed_decides_which() -> None:
    def fates(seed: int) -> list[int]:
        with echo() as port, fault_proxy(port, seed=seed) as proxy:
            proxy.toxics = [LimitData(10, spread=1000, chance=0.5)]
            return [len(sent(proxy, FILE[:2000])) for _ in range(20)]

    first = fates(3)
    assert fates(3) == first
    assert 3 < first.count(2000) < 17
    cut = [size for size in first if size < 2000]
    assert len(set(cut)) > 1
    assert all(10 <= size <= 1010 for size in cut)


def test_a_peer_is_reset_by_the_clock(proxy: Proxy) -> None:
    proxy.toxics = [ResetPeer(0.2)]
    with client_of(proxy) as client:
        client.sendall(b"one")
        assert client.recv(10) == b"one"
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    assert proxy.counts.cuts == 1


def test_a_black_hole_may_close_at_last(proxy: Proxy) -> None:
    proxy.toxics = [Blackhole(0.3)]
    with client_of(proxy) as client:
        client.sendall(b"one")
        assert seconds_of(lambda: read_all(client)) >= 0.2
    assert (proxy.counts.cuts, proxy.counts.down) == (1, 0)


def test_an_end_may_be_late(proxy: Proxy) -> None:
    proxy.toxics = [SlowClose(0.4)]
    assert seconds_of(lambda: sent(proxy, b"hello")) >= 0.35


def test_a_server_that_is_gone_resets_the_client() -> None:
    """At once: it may be before the client knows that it is connected."""
    with fault_proxy(free_port()) as proxy, pytest.raises(ConnectionResetError), client_of(proxy) as client:
        client.recv(10)


def test_a_broken_server_is_heard_of(proxy: Proxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, fault_proxy(server.getsockname()[1]) as broken:
        with client_of(broken) as client:
            far, _ = server.accept()
            far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            far.close()
            with pytest.raises(ConnectionResetError):
                client.recv(10)
        until("the connection is over", lambda: broken.counts.open == 0, 5)
        assert broken.counts.cuts == 0, "no toxic did it"


def test_a_toxic_works_on_one_of_two_streams() -> None:
    with pytest.raises(ValueError, match="“up” or “down”"):
        Latency(1, stream="sideways")  # type: ignore[arg-type]


@pytest.mark.parametrize("toxic", [Latency(60), Blackhole(), SlowClose(60), Bandwidth(1)])
def test_it_ends_whole_with_connections_open(toxic: Toxic) -> None:
    before = threading.active_count()
    with echo() as port:
        with fault_proxy(port) as proxy:
            proxy.toxics = [toxic]
            clients = [client_of(proxy) for _ in range(5)]
            for client in clients:
                client.sendall(b"hello")
                client.shutdown(socket.SHUT_WR)
            until("they are open", lambda: proxy.counts.open == 5, 5)
        for client in clients:
            with client, pytest.raises(ConnectionResetError):
                read_all(client)
        with pytest.raises(ConnectionRefusedError):
            client_of(proxy)
    until("no thread is left", lambda: threading.active_count() <= before, 5)


def test_a_thousand_downloads_pass_and_those_cut_short_are_seen() -> None:
    """The scene of the downloads' own test: three in ten are cut somewhere, and whoever asks again has the file."""

    def answer(seen: Seen) -> Reply:
        return Reply(body=FILE)

    with run_peer(answer) as peer, fault_proxy(int(peer.base.rpartition(":")[2]), seed=5) as proxy:
        proxy.toxics = [LimitData(500, spread=len(FILE) - 500, chance=0.3)]  # beyond the head

        def download(number: int) -> int:
            for tries in range(1, 30):
                with suppress(OSError, http.client.HTTPException), urlopen(proxy.base, timeout=20) as answer:
                    if hashlib.sha256(answer.read()).hexdigest() == DIGEST:
                        return tries
                    raise AssertionError("a file that was cut short looks whole")
            raise AssertionError("never whole")

        with ThreadPoolExecutor(4) as pool:
            tries = sum(pool.map(download, range(1000)))
        assert (proxy.counts.connections, proxy.counts.cuts) == (tries, tries - 1000)
        assert 0.2 < proxy.counts.cuts / tries < 0.4
