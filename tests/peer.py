"""A provider's far end under the test's thumb: records every request, and answers as it is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """`cut`: close the connection after so many bytes of the body; `wait`: seconds before the first byte."""

    status: int = 200
    json: Any = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0
    drop: bool = False
    cut: int | None = None


Answerer = Callable[[Seen], Reply]


class Peer:
    """`peer.answer` decides; `peer.seen` keeps what came."""

    def __init__(self, answer: Answerer) -> None:
        self.answer = answer
        self.seen: list[Seen] = []
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None: ...

            def serve(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                seen = Seen(
                    self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length)
                )
                peer.seen.append(seen)
                reply = peer.answer(seen)
                time.sleep(reply.wait)
                if reply.drop:
                    self.connection.close()
                    self.close_connection = True
                    return
                body = reply.body if reply.json is None else json.dumps(reply.json).encode()
                self.send_response(reply.status)
                kind = "application/json" if reply.json is not None else "application/octet-stream"
                for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | reply.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body if reply.cut is None else body[: reply.cut])
                if reply.cut is not None:
                    self.close_connection = True

            do_GET = do_POST = do_DELETE = serve

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def posts(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == "POST"]


@contextmanager
def run_peer(answer: Answerer) -> Iterator[Peer]:
    peer = Peer(answer)
    thread = threading.Thread(target=peer.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.server.shutdown()
        peer.server.server_close()
        thread.join(5)
