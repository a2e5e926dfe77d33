import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from tests.sandbox.running import client, run_sandbox
from tests.sandbox.talk import ARK, ark_body, ark_create, ark_end, colour_at, data_uri, fetch, frames_of, image, text

# Seed 0's own example: its base64 is the text of a URL, not a picture.
SEED_0 = (
    "data:image/png;base64,aHR0cHM6Ly9hcmstcHJvamVjdC50b3MtY24tYmVpamluZy52b2xjZXMuY29tL2Rv"
    "Y19pbWFnZS9pMnZfZm94cmdpcmwucG5n"
)


@pytest.fixture
def host() -> Iterator[str]:
    """A little host of pictures on this machine: /red.png is one, /away redirects, all else is missing."""
    red = base64.b64decode(data_uri("red").split(",")[1])

    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = {"/red.png?sig=1": 200, "/away": 302}.get(self.path, 404)
            self.send_response(status)
            self.send_header("Location", "/red.png?sig=1")
            self.end_headers()
            self.wfile.write(red if status == 200 else b"")

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def refusal(http: httpx.Client, url: object) -> tuple[int, str, str]:
    body = ark_body(text("x"), {"type": "image_url", "image_url": {"url": url}})
    response = http.post(ARK, json=body)
    return response.status_code, response.json()["error"]["code"], response.json()["error"]["param"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (SEED_0, "InvalidImageURL.InvalidFormat"),
        ("", "InvalidImageURL.EmptyURL"),
        (None, "InvalidImageURL.EmptyURL"),
        ("data:image/PNG;base64,AAAA", "InvalidImageURL.InvalidFormat"),
        ("data:image/png;base64,A-b_", "InvalidImageURL.InvalidFormat"),
        ("data:text/plain;base64,AAAA", "InvalidImageURL.InvalidFormat"),
        ("ftp://a.example/1.png", "InvalidImageURL.InvalidFormat"),
        ("/etc/passwd", "InvalidImageURL.InvalidFormat"),
        ("http://[::1", "InvalidImageURL.InvalidFormat"),
        (data_uri(size=(900, 310)), "InvalidImageURL.InvalidFormat"),
        (data_uri(size=(310, 900)), "InvalidImageURL.InvalidFormat"),
        (data_uri()[:300], "InvalidImageURL.InvalidFormat"),
    ],
)
def test_it_refuses_what_is_no_picture(http: httpx.Client, url: object, code: str) -> None:
    assert refusal(http, url) == (400, code, "content[1].image_url.url")


def test_seed_0s_own_body_is_refused(http: httpx.Client) -> None:
    words = "The girl hugs the fox, opens her eyes, and looks gently at the camera. --ratio adaptive --dur 5"
    body = {"model": "doubao-seedance-1-0-lite-i2v-250428", "content": [text(words), image(SEED_0)]}
    response = http.post("/volc/v1/contents/generations/tasks", json=body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "InvalidImageURL.InvalidFormat"
    good = {**body, "content": [text(words), image(data_uri())]}
    assert http.post("/volc/v1/contents/generations/tasks", json=good).json()["status"] == "submitted"


def test_small_pictures_are_refused_at_full_size_only(
    tmp_path_factory: pytest.TempPathFactory, http: httpx.Client
) -> None:
    ark_create(http, text("x"), image(data_uri(size=(32, 32))))
    with run_sandbox(tmp_path_factory.mktemp("full")) as url, client(url) as full:
        assert refusal(full, data_uri(size=(299, 400)))[:2] == (400, "InvalidImageURL.InvalidFormat")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "bmp", "gif", "tiff"])
def test_every_format_of_ark_is_read(http: httpx.Client, kind: str) -> None:
    assert ark_end(http, ark_create(http, text("x"), image(data_uri(kind=kind))))["status"] == "succeeded"


def test_a_link_of_this_machine_is_fetched(http: httpx.Client, host: str) -> None:
    task = ark_end(http, ark_create(http, text("x"), image(f"{host}/red.png?sig=1"), ratio="adaptive"))
    assert task["ratio"] == "1:1"
    red, green, _ = colour_at(frames_of(fetch(task["content"]["video_url"]))[0], 20, 30)
    assert red > 150 > 100 > green


@pytest.mark.parametrize("path", ["/missing.png", "/away"])
def test_a_link_of_this_machine_that_fails_is_refused(http: httpx.Client, host: str, path: str) -> None:
    assert refusal(http, host + path)[:2] == (400, "InvalidParameter.TosURLInvalid")


def test_links_elsewhere_are_drawn_after_their_name_and_never_fetched(http: httpx.Client) -> None:
    """The test run has no network: a fetch would fail or take its time."""
    made = [
        fetch(
            ark_end(http, ark_create(http, image(f"https://{name}.example/a.png?sig={i}"), seed=1))["content"][
                "video_url"
            ]
        )
        for i, name in enumerate(("one", "one", "two"))
    ]
    assert made[0] == made[1]
    assert made[0] != made[2]
