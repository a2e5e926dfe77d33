"""The only importer of django_q outside the supervisor: it rings, and it answers. What to do stands in the rows."""

from collections.abc import Iterable

from django.db import transaction
from django_q.tasks import async_task

from ..models import Attempt, Generation
from ..times import TIMES

# Always named: a ring from inside a tick would otherwise stay on the tick's own queue.
CARRY, LOOK = "carry", "look"


def ring(attempt_id: int, *, long: bool = False) -> None:
    """Ask a worker to look at an attempt, once the current transaction has committed.

    A ring may be lost (Redis) or doubled (a redelivery): the tick rings again, and the claim decides.
    """
    options = {"timeout": int(TIMES.fetch)} if long else {}
    work = "generations.jobs.carry.carry"
    transaction.on_commit(lambda: async_task(work, attempt_id, cluster=CARRY, **options), robust=True)


def ring_asked(generations: Iterable[Generation]) -> None:
    """For all takes of what was just asked for."""
    for pk in Attempt.objects.filter(generation__in=generations).values_list("pk", flat=True):
        ring(pk)


def ring_provider_test(provider_id: int) -> None:
    work = "generations.jobs.carry.test_provider"
    transaction.on_commit(lambda: async_task(work, provider_id, cluster=CARRY), robust=True)


def ring_tick(number: int) -> None:
    """Called by the supervisor: one tick, on the queue that never carries anything long."""
    async_task("generations.jobs.tick.tick", number, cluster=LOOK)
