"""Tasks that a provider lists and the studio does not know; what the same page teaches is learned in passing."""

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from ..models import Attempt, Orphan, Provider, State
from ..net import NetError
from ..providers.base import Nonsense, Refusal, Task
from ..times import TIMES
from . import learning, listing

log = logging.getLogger(__name__)
PAGE = 100  # the newest tasks of one look
KEPT = listing.HORIZON + timedelta(days=1)  # longer than a task stays in the list, so that no dismissed one comes back


def look_at_lists(begun: float) -> None:
    """One page of every list whose turn it is. `begun`: of this sweep; after a slow start it is left to the next."""
    if time.monotonic() - begun > TIMES.tick_budget / 4:
        return
    now = timezone.now()
    mine = [provider for provider in Provider.objects.usable().filter(paused_at=None) if take_turn(provider, now)]
    for provider, page in zip(mine, pages_of(mine), strict=True):
        try:
            learning.learn_from(provider, page, now)
            if page is not None and not isinstance(page, Refusal | Nonsense | NetError):
                note(provider, page, now)
        except Exception:
            log.exception("%s: its list could not be written down", provider)


def take_turn(provider: Provider, now: datetime) -> bool:
    """Whether this process is the one to look at the provider's list now."""
    if not learning.has_list(provider):
        if provider.reconcile != Provider.Reconcile.MANUAL:
            learning.note(provider, Provider.Reconcile.MANUAL, "there is no list of tasks", now)
        return False
    wait = TIMES.learn if learning.wants_to_learn(provider, now) else TIMES.orphans
    # The second half: a clock that was set back must not silence the looks.
    if provider.listed_at and now - timedelta(seconds=wait) < provider.listed_at <= now:
        return False
    return bool(Provider.objects.filter(pk=provider.pk, listed_at=provider.listed_at).update(listed_at=now))


def pages_of(providers: Sequence[Provider]) -> list[listing.Said | None]:
    said = listing.pages(providers, 1, PAGE)
    return [said.get(provider.pk) for provider in providers]


def note(provider: Provider, page: Sequence[Task], now: datetime) -> None:
    """A row for each listed task that no attempt is bound to, nor may still become."""
    tasks = {task.id: task for task in page}
    known = listing.owners(provider, list(tasks))
    unsettled = Attempt.objects.filter(state__in=(State.SUBMITTING, State.UNCERTAIN))
    tags = set(unsettled.exclude(tag="").values_list("tag", flat=True))
    before = settled_before(provider, known, tasks, now)
    is_quiet = not unsettled.filter(provider__base_url=provider.base_url).exists()
    rows = [
        row_of(provider, task, now)
        for task in tasks.values()
        if task.id not in known and not (task.tag and task.tag in tags) and is_old(task, before, is_quiet)
    ]
    Orphan.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["provider", "remote_id"],
        update_fields=["word", "phase", "model", "seed", "tag"],
    )
    Orphan.forget_old(provider, list(tasks), KEPT)


def settled_before(provider: Provider, known: Mapping[str, Attempt], tasks: Mapping[str, Task], now: datetime) -> float:
    """The moment, by the provider's clock, before which no POST can have begun that has no id yet."""
    least, _most = listing.ahead(known, tasks) or (0, 0)
    return now.timestamp() + least - TIMES.post - TIMES.post_grace


def is_old(task: Task, before: float, is_quiet: bool) -> bool:
    """Where no time is shown, nothing of ours may be on its way."""
    return is_quiet if task.created_at is None else task.created_at < before


def row_of(provider: Provider, task: Task, now: datetime) -> Orphan:
    return Orphan(
        provider=provider,
        remote_id=task.id,
        word=task.word,
        phase=task.phase,
        model=task.model,
        seed=task.seed,
        tag=task.tag,
        created_at=datetime.fromtimestamp(task.created_at, UTC) if task.created_at else None,
        first_seen_at=now,
    )
