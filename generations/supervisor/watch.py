"""The supervisor: two queues, one clock, and what to do when something dies."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, close_old_connections

from studio.orphans import adopt_orphans, reap_adopted

from .. import crash
from ..jobs.doorbell import LOOK
from ..times import TIMES
from . import rows, session
from .clock import Clock
from .rest import LONGEST, Rest, Stop
from .session import Session

log = logging.getLogger(__name__)
CARRY = "carry"
PAUSE = 0.2  # seconds between two looks at the processes
GRACE = 8.0  # seconds in which running tasks may finish when we are told to stop
SHORT = 3.0  # longest wait after the death of a session that had loaded: the installation itself is sound
OUTAGE = (OperationalError, InterfaceError)


@dataclass
class Keeper:
    """One queue: its session, the old ones that still hold a POST, and the wait before the next start."""

    queue: str
    clock: Clock | None = None
    session: Session | None = None
    ending: list[tuple[Session, float]] = field(default_factory=list)  # with their last moment, monotonic
    rest: Rest = field(default_factory=Rest)
    is_littered: bool = True  # rows of a dead session may lie in the queue

    def step(self) -> None:
        """May raise what OUTAGE names; the next step goes on from there."""
        self.ending = [(old, last) for old, last in self.ending if not has_ended(old, last)]
        if self.is_littered:
            rows.clear(self.queue)
            rows.clamp_locks()
            self.is_littered = False
        if self.session is None:
            if self.rest.is_over:
                self.start()
        elif loss := self.session.loss():
            self.replace(self.session, loss)
        elif self.clock and not self.clock.step():
            self.replace(self.session, f"tick {self.clock.number} did not come back")

    def sessions(self) -> list[Session]:
        return [*([self.session] if self.session else []), *(old for old, _ in self.ending)]

    def start(self) -> None:
        self.session = session.start(self.queue)
        if self.clock:
            self.clock = self.clock.next()

    def replace(self, old: Session, why: str) -> None:
        """First the new session, then the end of the old one, so that no work waits for a POST that is still open."""
        self.session = None
        wait = self.rest.after(old.lived, SHORT if old.was_whole else LONGEST)
        log.warning("%s: %s; a new session starts %s", self.queue, why, f"in {wait:.0f} s" if wait else "now")
        if not wait:
            self.start()
        crash.here("supervisor.before_kill")
        self.is_littered = True
        self.ending.append((old, time.monotonic() + TIMES.post))


def has_ended(old: Session, last: float) -> bool:
    if time.monotonic() > last:
        session.kill(old)
        return True
    return session.end(old)


def run(stop: Stop) -> None:
    """Until `stop`; then every process that we started ends, and only then we return."""
    adopt_orphans()
    keepers = [Keeper(CARRY), Keeper(LOOK, Clock())]
    calmly = patience()
    while not stop.asked:
        for keeper in keepers:
            calmly(keeper.step)
        reap_adopted({one.leader.pid for keeper in keepers for one in keeper.sessions()})
        time.sleep(PAUSE)
    end_all(keepers, stop)


def patience() -> Callable[[Callable[[], None]], None]:
    """A caller that survives a database outage: one line when it begins, one when it is over."""
    since: float | None = None

    def calmly(step: Callable[[], None]) -> None:
        nonlocal since
        try:
            close_old_connections()
            if since is not None:
                rows.beat()  # a step that asks nothing would look like the end of the outage
                log.warning("The database answers again, after %.0f s.", time.monotonic() - since)
                since = None
            step()
        except OUTAGE as error:
            if since is None:
                since = time.monotonic()
                log.error("The database does not answer, waiting for it: %s", str(error).strip())

    return calmly


def end_all(keepers: list[Keeper], stop: Stop) -> None:
    """Tasks may finish for some seconds, a live POST until its deadline; a second request to stop waits for nothing."""
    left = [one for keeper in keepers for one in keeper.sessions()]
    for keeper in keepers:
        if keeper.session:
            session.ask_to_end(keeper.session)
    grace = time.monotonic() + GRACE
    while stop.asked < 2 and time.monotonic() < grace and any(one.members() for one in left):
        time.sleep(PAUSE)
    last = time.monotonic() + TIMES.post
    while stop.asked < 2 and time.monotonic() < last and (left := [one for one in left if not ends_calmly(one)]):
        time.sleep(PAUSE)
    for one in left:
        session.kill(one)


def ends_calmly(one: Session) -> bool:
    try:
        close_old_connections()
        return session.end(one)
    except OUTAGE:
        return False
