import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from tests.sandbox.running import until
from tests.sandbox.talk import ark_create, ark_end, text


@pytest.fixture
def listener() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append({**body, "path": self.path})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook?attempt=1", heard
    server.shutdown()
    server.server_close()


def test_every_turn_is_told(http: httpx.Client, listener: tuple[str, list[dict[str, Any]]]) -> None:
    url, heard = listener
    task_id = ark_create(http, callback_url=url)
    ark_end(http, task_id)
    until(lambda: len(heard) == 3)
    assert {told["status"] for told in heard} == {"queued", "running", "succeeded"}
    assert {(told["id"], told["path"]) for told in heard} == {(task_id, "/hook?attempt=1")}
    told = next(told for told in heard if told["status"] == "succeeded")
    assert told["content"]["video_url"].startswith(str(http.base_url).rstrip("/"))


def test_nobody_elsewhere_is_called(http: httpx.Client) -> None:
    assert ark_end(http, ark_create(http, text("[fail]"), callback_url="https://hooks.example/x"))["status"] == "failed"
