"""The HTTP server: reads requests whole, sends replies, holds or breaks connections where a fault wants it."""

import secrets
import signal
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, cast
from urllib.parse import parse_qs, unquote, urlsplit

from generations.sandbox.box import Box
from generations.sandbox.callbacks import announce
from generations.sandbox.claim import claim_folder
from generations.sandbox.ledger import Ledger
from generations.sandbox.options import Options
from generations.sandbox.routes import plain_problem, reply_to
from generations.sandbox.tasks import Store
from generations.sandbox.web import Refused, Reply, Request
from generations.sandbox.workshop import Workshop

MAX_BODY = 64 * 1024 * 1024  # docs/protocols.md A.5
CHUNK = 1 << 16
IDLE_SECONDS = 75


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], box: Box) -> None:
        self.box = box
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Sandbox", ""
    disable_nagle_algorithm = True
    wbufsize = CHUNK  # head and body of a short answer leave in one packet
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        self.respond()

    do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = do_GET

    def respond(self) -> None:
        box = cast(Server, self.server).box
        try:
            request = self.read_request()
        except Refused as no:
            self.close_connection = True
            self.send(plain_problem(no), box)
            return
        if box.options.delay and not self.path.startswith(("/files/", "/healthz", "/_ledger")):
            box.workshop.stop.wait(box.options.delay)
        self.send(reply_to(box, request), box)

    def read_request(self) -> Request:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit():
            raise Refused(411, "LengthRequired", "Send the body with a Content-Length.")
        if int(length) > MAX_BODY:
            raise Refused(413, "RequestEntityTooLarge", "The request body must not exceed 64 MB.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise Refused(400, "InvalidParameter", "The request body is shorter than its Content-Length.")
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host") or f"127.0.0.1:{cast(Server, self.server).server_port}"
        return Request(
            self.command, unquote(parts.path), parse_qs(parts.query, keep_blank_values=True), headers, body,
            f"http://{host}", self.client_address[0],
        )  # fmt: skip

    def send(self, reply: Reply, box: Box) -> None:
        if reply.fate == "hang":
            box.workshop.stop.wait(reply.patience)
            self.close_connection = True
            return
        if reply.fate == "drop":
            self.reset()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(reply.stop - reply.start if reply.file else len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(reply)

    def send_body(self, reply: Reply) -> None:
        if reply.file is None:
            self.wfile.write(reply.body)
            return
        left = reply.stop - reply.start if reply.sent is None else reply.sent
        with reply.file.open("rb") as file:
            file.seek(reply.start)
            copy(file, cast(IO[bytes], self.wfile), left)
        if reply.sent is not None:
            self.close_connection = True

    def reset(self) -> None:
        """End the connection with RST instead of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the studio's own log tells what happened."""


def copy(source: IO[bytes], target: IO[bytes], left: int) -> None:
    while left > 0 and (chunk := source.read(min(CHUNK, left))):
        target.write(chunk)
        left -= len(chunk)


def serve(options: Options) -> None:
    """Run until SIGTERM or SIGINT. OSError when the port or the folder is taken."""
    options.folder.mkdir(parents=True, exist_ok=True)
    with claim_folder(options.folder):
        ledger = Ledger(options.folder / "ledger.jsonl")
        store = Store(options.folder / "tasks", ledger)
        workshop = Workshop(store, options)
        box = Box(options, store, workshop, secret_in(options.folder))
        store.listen = lambda task: announce(box, task)
        server = Server((options.host, options.port), box)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: workshop.stop.set())
        workshop.start()
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        sys.stdout.write(
            f"sandbox: http://{options.host}:{server.server_address[1]} keeps its clips in {options.folder}\n"
        )
        sys.stdout.flush()
        workshop.stop.wait()
        server.shutdown()
        workshop.end()
        server.server_close()
        ledger.close()


def secret_in(folder: Path) -> bytes:
    """The key that signs links to files; made once, so that links survive a restart."""
    path = folder / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
