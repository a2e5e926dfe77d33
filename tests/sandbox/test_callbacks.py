import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from generations.sandbox import callbacks
from generations.sandbox.tasks import Task
from tests.sandbox.running import until
from tests.sandbox.talk import ark_create, ark_end


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


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("http://127.0.0.1:9/x", True),
        ("http://localhost:9/x", True),
        ("https://hooks.example/x", False),
        ("http://hooks.example/x", False),
        ("http://10.0.0.1/x", False),
        ("http://169.254.169.254/latest", False),
        ("http://127.0.0.1.example/x", False),
        ("http://127.0.0.1@hooks.example/x", False),
        ("file://localhost/x", False),
        ("", False),
    ],
)
def test_nobody_elsewhere_is_called(monkeypatch: pytest.MonkeyPatch, url: str, is_told: bool) -> None:
    sent: list[str] = []

    class Sending:
        def __init__(self, target: Any, args: tuple[Any, Any, str], daemon: bool) -> None:
            self.url = args[2]

        def start(self) -> None:
            sent.append(self.url)

    monkeypatch.setattr(callbacks, "threading", SimpleNamespace(Thread=Sending))
    box: Any = None
    callbacks.announce(box, Task("cgt-1", "ark", "m", "p", 1.0, 1.0, {}, {"callback_url": url}, {}))
    assert sent == ([url] if is_told else [])
