"""Which process of a cluster is which: django-q2 names none, but starts them in one order."""

import os

import psutil

from tests.processes.place import Place

WORKERS = {"carry": 2, "look": 1}


class Crew:
    """The processes of one queue's session: leader → sentinel → workers, monitor, pusher, in this order."""

    def __init__(self, leader: psutil.Process) -> None:
        self.leader = leader
        (self.sentinel,) = leader.children()
        *self.workers, self.monitor, self.pusher = sorted(self.sentinel.children(), key=lambda one: one.pid)

    @property
    def all(self) -> list[psutil.Process]:
        return [self.leader, self.sentinel, *self.workers, self.monitor, self.pusher]

    def get(self, kind: str) -> psutil.Process:
        return self.workers[0] if kind == "worker" else getattr(self, kind)


def crew(place: Place, queue: str, *, other_than: int = 0) -> Crew:
    """The queue's crew once it is complete; `other_than`: the pid of a leader that does not count."""
    found = place.until(f"a whole crew of {queue}", lambda: complete(place, queue, other_than), 30)
    assert isinstance(found, Crew)
    return found


def complete(place: Place, queue: str, other_than: int) -> Crew | None:
    for process in place.processes():
        try:
            # Forks keep the command line; only the leader leads a session.
            is_leader = process.cmdline()[1:4] == ["-m", "generations.supervisor.queue", queue]
            if is_leader and os.getsid(process.pid) == process.pid != other_than:
                found = Crew(process)
                return found if len(found.workers) == WORKERS[queue] else None
        except (psutil.Error, ProcessLookupError, ValueError):
            continue
    return None
