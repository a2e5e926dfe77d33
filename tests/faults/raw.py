"""Peers made of bare sockets, for what no HTTP library would ever say."""

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Act = Callable[[socket.socket], None]
PATIENCE = 8  # seconds after which a peer gives up on a client


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RawPeer:
    """`answer` gives the bytes for a request that came in whole, or acts on the connection; then it is closed.

    `early` acts on a connection before anything is read.
    """

    answer: Callable[[Request], bytes | Act]
    tls: ssl.SSLContext | None = None
    early: Act | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        self.base = f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection, contextlib.suppress(OSError):
            if self.early:
                return self.early(connection)
            secured = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with secured:
                request = read(secured)
                if request is None:
                    return None
                self.requests.append(request)
                act = self.answer(request)
                if isinstance(act, bytes):
                    secured.sendall(act)
                    return leave(secured)
                return act(secured)


@contextmanager
def raw_peer(answer: Callable[[Request], bytes | Act], tls: ssl.SSLContext | None = None) -> Iterator[RawPeer]:
    peer = RawPeer(answer, tls)
    thread = threading.Thread(target=peer.listen, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.listener.shutdown(socket.SHUT_RDWR)
        peer.listener.close()
        thread.join(5)


def read(connection: socket.socket) -> Request | None:
    """One request, None when the client left before it was whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        if not (more := connection.recv(65536)):
            return None
        body += more
    method, path, _ = first.split(" ", 2)
    return Request(method, path, headers, body)


def leave(connection: socket.socket) -> None:
    """Close in good order: what was sent arrives."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        hold(connection)


# What a peer does besides sending bytes


def hold(connection: socket.socket) -> None:
    """Say nothing until the client has left."""
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close(connection: socket.socket) -> None:
    connection.close()


def reset_at_first_byte(connection: socket.socket) -> None:
    """Not earlier: whether a reset before it is met while dialling or while writing is a matter of luck."""
    connection.recv(1)
    reset(connection)


def reset_after_head(connection: socket.socket) -> None:
    """The head has come, the body perhaps; neither is answered."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(1024)):
            return
        data += more
    reset(connection)


def reset_after(data: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        time.sleep(0.05)  # a reset overtakes what has not been read
        reset(connection)

    return act


def hold_after(data: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        hold(connection)

    return act


def drip(start: bytes, byte: bytes = b"x") -> Act:
    """`start`, and then a byte at a time for ever: each comes well before any timeout of a single read."""

    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        ends = time.monotonic() + PATIENCE
        with contextlib.suppress(OSError):
            while time.monotonic() < ends:
                connection.sendall(byte)
                time.sleep(0.05)

    return act


def flood(start: bytes, piece: bytes, total: int) -> Act:
    """`start`, and then `piece` over and over until `total` bytes have gone or the client has left."""

    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        with contextlib.suppress(OSError):
            for _ in range(total // len(piece)):
                connection.sendall(piece)
            leave(connection)

    return act


# What a peer says


def said(body: Any = b"", status: int = 200, **headers: str) -> bytes:
    """A whole answer; anything but bytes goes as JSON. `Content_Type` stands for Content-Type; "" leaves one out."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    given = {"Content_Type": kind, "Content_Length": str(len(data)), "Connection": "close"} | headers
    return head(status, **given) + data


def head(status: int = 200, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def bomb(mebibytes: int) -> bytes:
    """So many MiB of spaces as gzip: a KiB for each."""
    block = 16
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(b" " * (block << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + packed * (mebibytes // block) + b"\x03\x00" + bytes(8)
