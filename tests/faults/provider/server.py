"""The HTTP side: reads requests whole, sends answers, and breaks connections where a script wants it."""

import ctypes
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from .answers import Outcome, respond
from .ledger import Ledger
from .options import Options
from .scripts import Scripts
from .shop import Shop
from .tasks import Store
from .web import Reply, Request, answer

PIECE = 1 << 16
MAX_BODY = 64 << 20
BEAT = 0.05  # seconds between two looks for what has ended
PR_SET_PDEATHSIG = 1


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        super().__init__(("127.0.0.1", shop.options.port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75

    def serve(self) -> None:
        shop = cast(Server, self.server).shop
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            return self.send(shop, Outcome(answer({"error": "send at most 64 MB, with a Content-Length"}, 411)))
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client broke off: nobody asked for anything
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        request = Request(self.command, unquote(parts.path), query, headers, body)
        return self.send(shop, respond(shop, request))

    do_GET = do_HEAD = do_POST = do_DELETE = serve

    def send(self, shop: Shop, outcome: Outcome) -> None:
        reply, do = outcome.reply, outcome.do
        fate = do.get("fate", "")
        self.close_connection |= bool(fate)
        if fate == "hang":
            shop.closing.wait(do.get("seconds", 9))
        if fate == "reset":
            return self.reset()
        if reply is None:
            return None
        head = reply.head(self.close_connection)
        body = b"" if self.command == "HEAD" else reply.body
        if fate == "half":
            body = body[: len(body) // 2]
        sent = 0
        try:
            for piece in pieces(head + body, 1 if fate == "drip" else PIECE):
                sent += self.push(piece)
                if fate == "drip" and shop.closing.wait(do.get("seconds", 0.1)):
                    return None
        finally:
            self.note(shop, reply, max(0, sent - len(head)))
        return None

    def push(self, piece: bytes) -> int:
        """Bytes that the system took; less than the piece when the client is gone."""
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[self.connection.send(rest) :]
        except OSError:
            self.close_connection = True
        return len(piece) - len(rest)

    def note(self, shop: Shop, reply: Reply, sent: int) -> None:
        if reply.file:
            shop.ledger.write("file", id=reply.file, sent=sent, status=reply.status)

    def reset(self) -> None:
        """End the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """The ledger tells what happened."""


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def follow_parent() -> None:
    """Have Linux end us with the parent; elsewhere the test's own end does."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went before we asked
            os._exit(1)


def serve(options: Options) -> None:
    """Run until SIGTERM or SIGINT. OSError when the port or the folder is taken, ValueError for impossible `bytes`."""
    follow_parent()
    options.folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(options.folder / "ledger.jsonl")
    shop = Shop(options, ledger, Store(ledger, options), Scripts(options.random))
    server = Server(shop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: shop.closing.set())
    threading.Thread(target=server.serve_forever, args=(BEAT,), daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    while not shop.closing.wait(BEAT):
        shop.store.settle()
    server.shutdown()
    server.server_close()
