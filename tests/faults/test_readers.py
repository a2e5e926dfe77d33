"""A paused player holds its connection: seventy of them must not hold the site."""

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookies import SimpleCookie

import pytest

from tests.running import Studio, running, until

READERS = 70  # more than the web server's 2 × 32 threads

PEOPLE = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from studio.models import *
user = User.objects.create_user('alice@example.org', name='Alice', is_staff=True)
project = Project.objects.create(name='Readers')
Membership.objects.create(project=project, user=user, role='owner')
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = 'django.contrib.auth.backends.ModelBackend'
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running(tmp_path_factory.mktemp("readers")) as studio:
        yield studio


@pytest.fixture(scope="module")
def cookie(studio: Studio) -> str:
    key = studio.manage("shell", "-v", "0", "-c", PEOPLE).strip().splitlines()[-1]
    return SimpleCookie({"studio_session": key}).output(header="", sep="").strip()


@pytest.fixture(scope="module")
def video(studio: Studio, cookie: str) -> str:
    """The path of a clip that is larger than what a connection's buffers swallow."""
    provider = studio.sql("select name from generations_provider where preset = 'sandbox'")[0][0]
    studio.manage("generate", "--project", "Readers", "--provider", provider, "--prompt", "A lighthouse at night")
    until("the clip is stored", lambda: studio.states() == ["stored"], 60)
    ((pid, name),) = studio.sql(
        "select g.pid, c.video from generations_generation g join generations_clip c on c.id = g.clip_id"
    )
    with (studio.data / "media" / name).open("r+b") as file:
        file.truncate(64 * 2**20)
    return f"/g/{pid}/video.mp4"


def stalled_reader(studio: Studio, path: str, cookie: str, extra: str) -> socket.socket:
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", studio.port))
    reader.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n{extra}\r\n".encode())
    return reader


def seconds_for_a_page(studio: Studio) -> float:
    started = time.monotonic()
    with urllib.request.urlopen(f"{studio.base}/login", timeout=30) as answer:
        assert answer.status == 200
    return time.monotonic() - started


@pytest.mark.processes
@pytest.mark.parametrize("extra", ["Range: bytes=0-\r\n", ""], ids=["players", "downloads"])
def test_readers_that_stopped_do_not_hold_the_site(studio: Studio, video: str, cookie: str, extra: str) -> None:
    with ExitStack() as open_readers:
        for _ in range(READERS):
            open_readers.enter_context(stalled_reader(studio, video, cookie, extra))
        time.sleep(1)
        # A player's answers are short; a download that stalls is ended after seconds, and only then frees its thread.
        until("a page answers", lambda: seconds_for_a_page(studio) < (4 if extra else 20), 40)


@pytest.mark.processes
def test_a_range_of_the_clip_is_right(studio: Studio, video: str, cookie: str) -> None:
    request = urllib.request.Request(studio.base + video, headers={"Cookie": cookie, "Range": "bytes=0-"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 206
        assert int(answer.headers["Content-Length"]) <= 2**20
        assert answer.headers["Content-Range"].endswith(f"/{64 * 2**20}")
