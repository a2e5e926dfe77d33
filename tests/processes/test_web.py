"""The web server's settings, with the real gunicorn: readers that stall and pages that poll."""

import http.client
import socket
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from tests.processes.place import Place

pytestmark = pytest.mark.processes


@pytest.fixture
def web(place: Place) -> Place:
    """`large` behind the studio's own gunicorn settings, with one thread."""
    place.environment |= {"STUDIO_WEB_PROCESSES": "1", "STUDIO_WEB_THREADS": "1"}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:studio.gunicorn", "tests.processes.large"]
    place.spawn(command)
    place.until("it listens", lambda: can_connect(place.port), 30)
    return place


def can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_reader_that_stalls_does_not_hold_a_thread(web: Place) -> None:
    with socket.create_connection(("127.0.0.1", web.port)) as stalled:
        stalled.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert stalled.recv(1000).startswith(b"HTTP/1.1 200")
        # The only thread writes to a reader who takes nothing more; the next one is served when that has ended.
        after = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
        after.request("GET", "/small")
        assert after.getresponse().read() == b"small"


def test_a_page_that_polls_keeps_its_connection(web: Place) -> None:
    page = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    for _ in range(2):
        page.request("GET", "/small")
        assert page.getresponse().read() == b"small"
        line = page.sock.getsockname()
        time.sleep(3)  # longer than gunicorn's usual two seconds
    page.request("GET", "/small")
    assert page.sock.getsockname() == line
    assert page.getresponse().read() == b"small"


def test_a_worker_that_stands_still_is_replaced(web: Place) -> None:
    (worker,) = psutil.Process(web.started[0].pid).children()
    worker.suspend()
    # The socket listens on, so who comes meanwhile is served late and not refused.
    page = http.client.HTTPConnection("127.0.0.1", web.port, timeout=40)
    page.request("GET", "/small")
    assert page.getresponse().read() == b"small"
    assert not worker.is_running()


def test_it_opens_no_control_socket_and_believes_no_proxy(place: Place) -> None:
    done = place.run("-m", "gunicorn", "-c", "python:studio.gunicorn", "--print-config", "tests.processes.large")
    lines = (line.partition("=") for line in done.stdout.splitlines())
    settings = {name.strip(): value.strip() for name, _, value in lines}
    assert settings["control_socket_disable"] == "True"
    assert settings["sendfile"] == "False"
    assert settings["forwarded_allow_ips"] == "[]"


def test_behind_https_it_believes_the_proxy_on_this_machine(make_place: Callable[..., Place]) -> None:
    place = make_place(STUDIO_PUBLIC_URL="https://studio.example.org")
    done = place.run("-m", "gunicorn", "-c", "python:studio.gunicorn", "--print-config", "tests.processes.large")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("forwarded_allow_ips")]
    assert "127.0.0.1" in line
