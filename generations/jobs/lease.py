"""Who brings a result home: a lease on the attempt, renewed while the work goes on."""

import contextlib
import logging
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from studio.config import config

from ..models import Attempt, State
from ..times import TIMES
from .moves import move
from .whoami import machine, me

log = logging.getLogger(__name__)


class Broken(Exception):
    """This download did not work; another may. `stale`: the address itself is no longer good."""

    def __init__(self, reason: str, *, stale: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.stale = stale


@dataclass(frozen=True)
class Held:
    attempt: Attempt
    name: str

    def renew(self) -> None:
        """Raises Broken when somebody else has taken over."""
        until = timezone.now() + timedelta(seconds=TIMES.fetch_lease)
        mine = Attempt.objects.filter(pk=self.attempt.pk, state=State.FETCHING, lease=self.name)
        if not mine.update(lease_until=until, next_action_at=until):
            raise Broken("another worker has taken over")

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Renewed from a thread: checking a long clip may take longer than a lease."""
        over = threading.Event()

        def renew_until_over() -> None:
            try:
                while not over.wait(TIMES.fetch_lease / 4):
                    self.renew()
            except (Broken, DatabaseError, InterfaceError) as error:
                log.warning("attempt %s: the lease is not renewed: %s", self.attempt.uuid, error)
            finally:
                connection.close()

        thread = threading.Thread(target=renew_until_over, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def free_places() -> int:
    """How many more downloads this machine takes on: one worker stays free, for members wait for what it sends."""
    here = Attempt.objects.filter(state=State.FETCHING, lease_until__gte=timezone.now(), worker__host=machine()[0])
    return max(max(config().workers - 1, 1) - here.count(), 0)


def hold(attempt: Attempt) -> Held | None:
    """Take the attempt, or None when another worker has it, or enough downloads run here: the tick rings again."""
    if not free_places():
        return None
    name = uuid.uuid4().hex[:12]
    until = timezone.now() + timedelta(seconds=TIMES.fetch_lease)
    lease: dict[str, Any] = {"lease": name, "lease_until": until, "next_action_at": until, "worker": me()}
    if attempt.state == State.SUCCEEDED:
        return Held(attempt, name) if move(attempt, State.FETCHING, "download begins", **lease) else None
    abandoned = Attempt.objects.filter(pk=attempt.pk, state=State.FETCHING, lease_until__lt=timezone.now())
    if not abandoned.update(**lease):
        return None
    attempt.lease = name
    return Held(attempt, name)
