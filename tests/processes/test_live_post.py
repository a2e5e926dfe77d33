"""A process that holds a live POST is the last to go: killing it would leave open whether a video was bought."""

import threading
from collections.abc import Callable, Iterator

import psutil
import pytest

from tests.jobs.ark import Ark
from tests.peer import Peer, Reply, Seen, run_peer
from tests.processes.place import Place, gone
from tests.processes.queues import crew

pytestmark = pytest.mark.processes
HELD = 25  # seconds for which the provider may keep an answer back; less than the POST's deadline at half speed


class Slow(Ark):
    """Takes the POST and does not answer before the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Event()
        self.create = self.hold

    def hold(self, seen: Seen) -> Reply:
        self.may_answer.wait(HELD)
        return self.accept(seen)


@pytest.fixture
def provider() -> Iterator[tuple[Slow, Peer]]:
    slow = Slow()
    with run_peer(slow) as peer:
        yield slow, peer
        slow.may_answer.set()


@pytest.fixture
def place(make_place: Callable[..., Place], provider: tuple[Slow, Peer]) -> Place:
    """A working cluster with one generation whose POST has arrived at the provider."""
    _, peer = provider
    place = make_place(STUDIO_SPEED="2")
    place.start("cluster")
    place.django(
        "from tests.make import *\n"
        "alice = make_user('Alice')\n"
        f"provider = make_provider(base_url='{peer.base}/api/v3')\n"
        "make_generation(make_project(alice), alice, provider)"
    )
    place.until("the POST is sent", lambda: peer.posts, 30)
    return place


def holder(place: Place) -> psutil.Process:
    ((pid,),) = place.sql("select json_extract(worker, '$.pid') from generations_attempt")
    return psutil.Process(pid)


def state(place: Place) -> str:
    ((found,),) = place.sql("select state from generations_attempt")
    return str(found)


def test_it_outlives_the_rest_of_its_session(place: Place, provider: tuple[Slow, Peer]) -> None:
    slow, peer = provider
    old, poster = crew(place, "carry"), holder(place)
    assert poster in old.workers, "a POST belongs to the queue that may take long"
    old.monitor.kill()
    crew(place, "carry", other_than=old.leader.pid)
    others = [process for process in [*old.workers, old.monitor, old.pusher] if process.pid != poster.pid]
    place.until("the others have ended", lambda: gone(others), 10)
    assert poster.is_running()
    assert state(place) == "submitting"
    slow.may_answer.set()
    place.until("the answer is written down", lambda: state(place) in {"accepted", "running"}, 15)
    place.until("the old session has ended", lambda: gone(old.all), 15)
    assert len(peer.posts) == 1


def test_a_stopping_cluster_waits_for_it(place: Place, provider: tuple[Slow, Peer]) -> None:
    slow, peer = provider
    poster, process = holder(place), place.started[0]
    look = crew(place, "look")
    process.terminate()
    place.until("the rest has ended", lambda: gone(look.all), 20)
    threading.Timer(10, slow.may_answer.set).start()
    assert poster.is_running()
    assert process.wait(30) == 0
    assert state(place) == "accepted"
    assert len(peer.posts) == 1
    place.nobody_is_left(1)


def test_a_second_request_to_stop_waits_for_nothing(place: Place, provider: tuple[Slow, Peer]) -> None:
    look, process = crew(place, "look"), place.started[0]
    process.terminate()
    place.until("the rest has ended", lambda: gone(look.all), 20)
    process.terminate()
    assert process.wait(5) == 0
    assert state(place) == "submitting"
    place.nobody_is_left(1)
