"""What the supervisor reads and clears in the database: ticks on their way, the heartbeat, live POSTs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ

from ..jobs.doorbell import LOOK
from ..jobs.whoami import late, process_of
from ..models import Attempt, Pulse, State

SLACK = 60  # seconds by which a lock may lie further ahead than the queue's `retry`

Beat = tuple[int, datetime] | None


def retries() -> dict[str, int]:
    """Seconds after which each queue delivers a task again."""
    queues: dict[str, Any] = settings.Q_CLUSTER
    return {queues["name"]: queues["retry"]} | {name: more["retry"] for name, more in queues["ALT_CLUSTERS"].items()}


def beat() -> Beat:
    """The last heartbeat: the number of the tick and when it ended."""
    return Pulse.objects.filter(name="tick").values_list("count", "at").first()


def is_waiting(number: int) -> bool:
    """Whether tick `number` still stands in the queue: not taken yet, running, or finished and not acknowledged."""
    return any(row.args() == (number,) for row in OrmQ.objects.filter(key=LOOK))


def clear(queue: str) -> None:
    """After the death of a queue's session: drop what it held, and every tick.

    Its tasks would come back after `retry` only. The rows decide: the next tick rings for what is due.
    """
    lost = OrmQ.objects.filter(key=queue)
    (lost if queue == LOOK else lost.filter(lock__gt=timezone.now())).delete()


def clamp_locks() -> None:
    """A clock that was set back leaves locks far ahead, under which work would stay hidden for as long as the jump."""
    now = timezone.now()
    for queue, retry in retries().items():
        OrmQ.objects.filter(key=queue, lock__gt=now + timedelta(seconds=retry + SLACK)).update(lock=now)


def posting(pids: Iterable[int]) -> set[int]:
    """Those of `pids` that hold a live POST: killing them would leave it uncertain whether it was bought."""
    live = {
        process.pid
        for worker, deadline in Attempt.objects.filter(state=State.SUBMITTING).values_list("worker", "post_deadline")
        if (process := process_of(worker)) and late(worker, deadline) < 0
    }
    return live.intersection(pids)
