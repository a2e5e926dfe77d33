"""Servers of one behaviour each, for tests of the door to the network."""

import contextlib
import gzip
import queue
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable

from generations import net

LAB = net.Rule(lab=True)
KEY = "sk-canary-5f3a9"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Peer:
    """A server of one behaviour: `behave(connection, request)` for every request that came in whole."""

    def __init__(self, behave: Callable[[socket.socket, bytes], None], tls: ssl.SSLContext | None = None) -> None:
        self.behave, self.tls = behave, tls
        self.requests: list[bytes] = []
        self.connections = 0
        self.done: queue.Queue[int] = queue.Queue()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with contextlib.suppress(OSError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := self.read(connection):
                    self.requests.append(request)
                    self.behave(connection, request)
        self.done.put(len(self.requests))

    def read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while length and len(body) < int(length[0].partition(b":")[2]):
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        self.listener.close()


def call(method: str, url: str, **words) -> net.Answer:
    return net.call(method, url, **{"deadline": 3, "rule": LAB, "headers": HEADERS, **words})


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(data: bytes, pause: float = 0.05) -> Callable[[socket.socket, bytes], None]:
    def send(connection: socket.socket, _: bytes) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return send


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def gzipped(data: bytes) -> bytes:
    packed = gzip.compress(data, mtime=0)
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed


def assert_no_secret(error: BaseException) -> None:
    seen: BaseException | None = error
    while seen is not None:
        assert KEY not in f"{seen} {seen!r} {seen.args} {vars(seen)}"
        assert "signature" not in f"{seen} {seen!r}"
        seen = seen.__cause__ or seen.__context__
