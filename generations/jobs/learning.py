"""What a provider's list shows of our own tasks: so what can be found again when sending breaks. Learned for free."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from studio.models import Event

from ..models import Attempt, Provider
from ..models.attempt import AttemptQuerySet
from ..providers.base import Cause, Phase, Refusal, Task
from ..times import TIMES
from . import listing
from .orders import dialect_of

Reconcile = Provider.Reconcile
NO_LIST = {404, 405, 501}  # answers of a host that has no such call
RECENT = timedelta(days=1)
ENOUGH = 20  # newest tasks of ours that a list is judged by


def learn(attempt: Attempt, task: Task) -> None:
    """On an ordinary look: a host that echoes the tag will probably list it. The list itself has the last word."""
    provider = attempt.provider
    if listing.is_sure(attempt, task) and provider.reconcile == Reconcile.UNKNOWN and has_list(provider):
        Provider.objects.filter(pk=provider.pk, reconcile=Reconcile.UNKNOWN).update(reconcile=Reconcile.TAG)
        provider.reconcile = Reconcile.TAG


def has_list(provider: Provider) -> bool:
    return provider.lists and dialect_of(provider).LISTS


def wants_to_learn(provider: Provider, now: datetime) -> bool:
    """Nothing was learned for a day, and there is something of ours to look for."""
    if provider.learned_at and provider.learned_at > now - timedelta(seconds=TIMES.learned):
        return False
    return recent(provider, now).exists()


def recent(provider: Provider, now: datetime) -> AttemptQuerySet:
    """What the provider took from us lately; adopted ones were never sent by us."""
    taken = Attempt.objects.filter(provider=provider, accepted_at__gt=now - RECENT).exclude(remote_id="")
    return taken.exclude(request_sha256="").order_by("-accepted_at")


def learn_from(provider: Provider, page: listing.Said | None, now: datetime) -> None:
    """Write down what one page of the list, newest first, teaches. Trouble and an empty list teach nothing."""
    if isinstance(page, Refusal):
        if page.status in NO_LIST and page.cause is not Cause.AUTH:
            note(provider, Reconcile.MANUAL, "its host has no list of tasks", now)
        return
    if not isinstance(page, Sequence) or not page:
        return
    tasks = {task.id: task for task in page}
    ours = list(recent(provider, now).select_related("generation")[:ENOUGH])
    pairs = [(attempt, tasks[attempt.remote_id]) for attempt in ours if attempt.remote_id in tasks]
    if pairs:
        found = judged(pairs)
        if found:
            note(provider, found, "seen in its list of tasks", now)
    elif any(is_missing(attempt, tasks, now) for attempt in ours):
        note(provider, Reconcile.MANUAL, "its list of tasks does not show ours", now)


def judged(pairs: Collection[tuple[Attempt, Task]]) -> Reconcile | None:
    """What these tasks of ours show. One that has not succeeded yet may show its tag and seed later."""
    if any(listing.is_sure(attempt, task) for attempt, task in pairs):
        return Reconcile.TAG
    done = [(attempt, task) for attempt, task in pairs if task.phase is Phase.SUCCEEDED]
    if not done:
        return None
    return Reconcile.FINGERPRINT if any(shows_print(attempt, task) for attempt, task in done) else Reconcile.MANUAL


def shows_print(attempt: Attempt, task: Task) -> bool:
    """The time, a model, and the seed that was drawn for this attempt alone."""
    drawn = attempt.seed is not None and attempt.generation.parameters.get("seed") is None
    return drawn and task.seed == attempt.seed and task.created_at is not None and bool(task.model)


def is_missing(attempt: Attempt, tasks: Mapping[str, Task], now: datetime) -> bool:
    """Accepted well ago, and not in a page that reaches back beyond it."""
    if attempt.intent_at is None or attempt.accepted_at is None:
        return False
    if attempt.accepted_at > now - timedelta(seconds=TIMES.list_lag):
        return False
    oldest = min((task.created_at for task in tasks.values() if task.created_at), default=None)
    return oldest is not None and oldest < (attempt.intent_at - listing.CLOCKS).timestamp()


def note(provider: Provider, found: Reconcile, why: str, now: datetime) -> None:
    if provider.reconcile != found:
        with transaction.atomic():
            Provider.objects.filter(pk=provider.pk).update(reconcile=found, learned_at=now)
            Event.record("provider", provider.pid, "learned", old=provider.reconcile, why=f"{found.label}: {why}")
    else:
        Provider.objects.filter(pk=provider.pk).update(learned_at=now)
    provider.reconcile, provider.learned_at = found, now
