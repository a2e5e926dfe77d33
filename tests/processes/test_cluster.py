"""`manage.py cluster` lives through the death of any of its processes, and leaves none behind."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes.place import Place, gone
from tests.processes.queues import Crew, crew
from tests.running import free_port

pytestmark = pytest.mark.processes
FAST = {"STUDIO_SPEED": "20"}
KINDS = ("leader", "sentinel", "worker", "monitor", "pusher")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Place]:
    """One cluster for all that only kills parts of it."""
    place = Place(tmp_path_factory.mktemp("cluster"), free_port(), **FAST)
    (place.data / "studio.sqlite3").write_bytes(migrated.read_bytes())
    place.start("cluster")
    place.ticks_go_on()
    yield place
    place.clear()


def replaced(place: Place, queue: str, old: Crew) -> None:
    """A new, whole crew works, and nothing of the old one is left."""
    crew(place, queue, other_than=old.leader.pid)
    place.until("the old session has ended", lambda: gone(old.all), 15)
    place.ticks_go_on()


@pytest.mark.parametrize("kind", KINDS)
def test_ticks_go_on_when_a_process_is_killed(cluster: Place, kind: str) -> None:
    both = {queue: crew(cluster, queue) for queue in ("look", "carry")}
    for old in both.values():
        old.get(kind).kill()
    for queue, old in both.items():
        replaced(cluster, queue, old)


def test_ticks_go_on_when_a_worker_is_stopped(cluster: Place) -> None:
    both = {queue: crew(cluster, queue) for queue in ("look", "carry")}
    for old in both.values():
        old.workers[0].send_signal(signal.SIGSTOP)
    for queue, old in both.items():
        replaced(cluster, queue, old)


def test_ticks_go_on_when_a_busy_worker_is_killed(cluster: Place) -> None:
    cluster.django("from django_q.tasks import async_task; async_task('time.sleep', 50)")
    held = "select id from django_q_ormq where key = 'carry' and lock > datetime('now', '+1 second')"
    cluster.until("a worker is busy", lambda: cluster.sql(held), 15)
    old = crew(cluster, "carry")
    for worker in old.workers:
        worker.kill()
    replaced(cluster, "carry", old)
    cluster.until("its row does not wait for a redelivery", lambda: not cluster.sql(held), 15)


def test_a_tick_that_does_not_come_back_brings_a_new_session(cluster: Place) -> None:
    old = crew(cluster, "look")
    cluster.django("from django_q.tasks import async_task; async_task('time.sleep', 50, cluster='look')")
    replaced(cluster, "look", old)
    assert "did not come back" in cluster.log


def test_killing_one_queue_leaves_the_other_alone(cluster: Place) -> None:
    look, carry = crew(cluster, "look"), crew(cluster, "carry")
    look.pusher.kill()
    replaced(cluster, "look", look)
    assert all(process.is_running() for process in carry.all)


def test_no_dead_process_stays_unburied(cluster: Place) -> None:
    ours = {process.pid for process in cluster.processes()}
    zombies = [
        process
        for process in psutil.process_iter(["ppid", "status"])
        if process.info["ppid"] in ours and process.info["status"] == psutil.STATUS_ZOMBIE
    ]
    _, left = psutil.wait_procs(zombies, timeout=5)
    assert not left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_and_leaves_nobody(make_place: Callable[..., Place], number: signal.Signals) -> None:
    place = make_place(**FAST)
    process = place.start("cluster")
    place.ticks_go_on()
    process.send_signal(number)
    assert process.wait(20) == 0
    place.nobody_is_left(1)


def test_it_ends_while_it_starts(place: Place) -> None:
    process = place.start("cluster")
    place.until("a queue starts", lambda: len(place.processes()) > 1, 20)
    process.terminate()
    assert process.wait(25) == 0
    place.nobody_is_left(1)


def test_nobody_outlives_a_killed_supervisor(make_place: Callable[..., Place]) -> None:
    place = make_place(**FAST)
    process = place.start("cluster")
    place.ticks_go_on()
    process.kill()
    place.nobody_is_left()


def test_a_start_clears_what_a_dead_cluster_left(make_place: Callable[..., Place]) -> None:
    place = make_place(**FAST)
    far, soon = "2099-01-01 00:00:00", "datetime('now', '+200 seconds')"
    place.sql("insert into django_q_ormq (key, payload, lock) values ('look', 'stale tick', ?)", far)
    place.sql(f"insert into django_q_ormq (key, payload, lock) values ('carry', 'in flight', {soon})")
    place.start("cluster")
    place.ticks_go_on()
    assert not place.sql("select payload from django_q_ormq where payload in ('stale tick', 'in flight')")


def test_a_broken_installation_is_started_ever_more_rarely(make_place: Callable[..., Place]) -> None:
    place = make_place(**FAST)
    process = place.start("cluster")
    place.ticks_go_on()
    # Every further start of a queue fails at once: its settings cannot be read.
    secret = place.data / "secret.key"
    secret.rename(place.data / "aside")
    secret.mkdir()
    crew(place, "look").leader.kill()
    place.until("two waits", lambda: "starts in 1 s" in place.log and "starts in 2 s" in place.log, 30)
    secret.rmdir()
    (place.data / "aside").rename(secret)
    place.ticks_go_on()
    assert process.poll() is None
