"""`manage.py up`: one command starts the studio, keeps it running, and ends it whole."""

import contextlib
import fcntl
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.contrib.staticfiles.finders import get_finder

from generations.supervisor import ground
from tests.processes.place import Place
from tests.running import free_port

pytestmark = pytest.mark.processes


def is_healthy(place: Place) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def start(place: Place) -> subprocess.Popen[bytes]:
    """`up`, once it serves and works."""
    process = place.start("up")
    place.until("the web server answers", lambda: is_healthy(place) or process.poll() is not None, 60)
    assert process.poll() is None, place.log
    place.ticks_go_on()
    return process


def part(place: Place, words: str, *, other_than: int = 0) -> psutil.Process:
    """The oldest process whose command line holds `words`, once there is one."""

    def find() -> psutil.Process | None:
        for process in sorted(place.processes(), key=lambda one: one.pid):
            with contextlib.suppress(psutil.Error):
                if words in " ".join(process.cmdline()) and process.pid != other_than:
                    return process
        return None

    found = place.until(words, find, 30)
    assert isinstance(found, psutil.Process)
    return found


def test_it_serves_until_ctrl_c_and_ends_without_a_trace(place: Place) -> None:
    process = start(place)
    process.send_signal(signal.SIGINT)
    assert process.wait(25) == 0
    place.nobody_is_left(1)
    assert "Traceback" not in place.log


def test_only_the_first_start_prepares(place: Place) -> None:
    (place.data / "studio.sqlite3").unlink()
    first = start(place)
    place.until("the greeting", lambda: "Ctrl-C to stop" in place.log, 10)
    assert f"Studio runs at http://localhost:{place.port}" in place.log
    assert f"http://localhost:{place.port}/setup?token=" in place.log
    assert place.log.count("up to date") == 2
    first.send_signal(signal.SIGHUP)
    assert first.wait(25) == 0
    manifest = place.data / "static" / "staticfiles.json"
    made = manifest.stat().st_mtime_ns
    place.django("from tests.make import *; make_user('Alice')")

    start(place)
    place.until("the greeting", lambda: place.log.count("Ctrl-C to stop") == 2, 10)
    assert place.log.count("up to date") == 2
    assert place.log.count("setup?token=") == 1, "there is an account by now"
    assert manifest.stat().st_mtime_ns == made


def test_nobody_outlives_a_killed_up_and_its_lock_does_not_hold(make_place: Callable[..., Place]) -> None:
    place = make_place(STUDIO_SANDBOX="true", STUDIO_SANDBOX_PORT=str(free_port()), STUDIO_SANDBOX_FLAGS="--tiny")
    process = start(place)
    part(place, "generations.sandbox")
    assert len(place.processes()) >= 15  # up, web 3, sandbox, cluster 1 and its queues 6 + 5
    process.kill()
    place.nobody_is_left()
    process = start(place)
    process.terminate()
    assert process.wait(25) == 0
    place.nobody_is_left(1)


def test_what_dies_is_started_again(place: Place) -> None:
    start(place)
    master, cluster = part(place, "gunicorn"), part(place, "manage.py cluster")
    workers = master.children()
    for worker in workers:
        worker.kill()
    place.until("new workers", lambda: len(master.children()) == 2 and not set(workers) & set(master.children()), 20)
    place.until("the web server answers", lambda: is_healthy(place), 20)
    for process, words in ((master, "gunicorn"), (cluster, "manage.py cluster")):
        process.kill()
        part(place, words, other_than=process.pid)
    place.until("the web server answers", lambda: is_healthy(place), 30)
    place.ticks_go_on()
    for name in ("web", "cluster"):
        assert f"{name} ended with code -9; it starts again" in place.log


def test_what_is_stopped_goes_on(place: Place) -> None:
    start(place)
    for words in ("gunicorn", "manage.py cluster"):
        part(place, words).suspend()
    for name in ("web", "cluster"):
        place.until(f"{name} goes on", partial(place.says, f"{name} is stopped; it goes on now"), 20)
    place.ticks_go_on()
    place.until("the web server answers", lambda: is_healthy(place), 20)


def test_static_files_are_collected_when_they_change(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.css").write_text("a {}")
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATIC_ROOT = tmp_path / "static"
    get_finder.cache_clear()  # type: ignore[attr-defined]
    try:
        assert ground.collect_static(tmp_path)
        assert not ground.collect_static(tmp_path)
        (tmp_path / "source" / "page.css").write_text("a { color: red }")
        assert ground.collect_static(tmp_path)
    finally:
        get_finder.cache_clear()  # type: ignore[attr-defined]
    assert (tmp_path / "static" / "page.css").read_text() == "a { color: red }"


def refused(place: Place) -> str:
    """What `up` says when it refuses to start: one line, code 1, nothing left running."""
    done = place.run("manage.py", "up")
    assert done.returncode == 1, done.stdout + done.stderr
    place.nobody_is_left(1)
    (line,) = done.stderr.strip().splitlines()
    return line


def test_it_refuses_a_port_in_use(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", place.port))
        taken.listen()
        line = refused(place)
    assert f"Port {place.port} on 127.0.0.1 is in use" in line
    assert f"STUDIO_PORT={place.port + 1}" in line


def test_it_refuses_a_sandbox_port_in_use(make_place: Callable[..., Place]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused(make_place(STUDIO_SANDBOX="true", STUDIO_SANDBOX_PORT=str(port)))
    assert f"Port {port} on 127.0.0.1 is in use" in line
    assert "STUDIO_SANDBOX_PORT=" in line


def test_it_refuses_an_address_of_another_machine(make_place: Callable[..., Place]) -> None:
    assert "on port" in refused(make_place(STUDIO_BIND="192.0.2.1"))


def test_it_refuses_a_folder_that_another_one_holds(place: Place) -> None:
    with (place.data / "up.lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        line = refused(place)
    assert f"already runs on {place.data} (process 4711)" in line
    assert "STUDIO_DATA" in line


def test_it_refuses_a_database_that_does_not_answer(make_place: Callable[..., Place]) -> None:
    line = refused(make_place(DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/none"))
    assert "The database does not answer" in line
    assert "DATABASE_URL" in line
