"""Walks through the providers' lists: one per provider and sweep, whoever is looked for in it."""

import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ..models import Attempt, Provider
from ..net import Answer, NetError
from ..providers.base import Call, Nonsense, Phase, Refusal, Task
from ..times import TIMES
from . import lanes
from .orders import CannotOrder, dialect_of, list_call, rule_of

log = logging.getLogger(__name__)
PAGE = 500
PAGES = 20  # of a list, newest first, before a walk gives up
CLOCKS = timedelta(seconds=TIMES.clocks)
HORIZON = timedelta(days=7)  # Ark lists no older task (docs/protocols.md A.7): what it does not show proves nothing

Said = Sequence[Task] | Refusal | Nonsense | NetError


@dataclass
class Walk:
    """How far one walk came. `since` is in unix seconds of our clock; `known` holds the attempt of each bound id."""

    provider: Provider
    since: float
    tasks: dict[str, Task] = field(default_factory=dict)
    known: dict[str, Attempt] = field(default_factory=dict)
    is_open: bool = True
    is_complete: bool = False  # all that was made since `since` has been seen
    is_sorted: bool = True  # newest first, so far
    oldest: float | None = None


def walk(wanted: Mapping[Provider, float]) -> list[Walk]:
    """The list of each provider that has one, page by page, back to the given moment; all providers at once.

    A tick must come back: after a while no further page is begun, and the walk stays incomplete.
    """
    walks = {provider.pk: Walk(provider, since) for provider, since in wanted.items()}
    begun = time.monotonic()
    for page in range(1, PAGES + 1):
        going = [one.provider for one in walks.values() if one.is_open]
        if not going or (page > 1 and time.monotonic() - begun > TIMES.tick_budget / 2):
            break
        said = pages(going, page, PAGE)
        for provider in going:
            take(walks[provider.pk], said.get(provider.pk))
    return list(walks.values())


def pages(providers: Iterable[Provider], page: int, size: int) -> dict[int, Said]:
    """One page of each provider's list, by the provider's key; nothing for one that cannot be asked."""
    calls: list[tuple[Provider, Call]] = []
    for provider in providers:
        try:
            call = list_call(provider, page=page, size=size)
        except CannotOrder as error:
            log.warning("%s: cannot look at the list: %s", provider, error)
            continue
        if call:
            calls.append((provider, call))
    answers = lanes.look_all([(call, rule_of(provider)) for provider, call in calls])
    return {provider.pk: said(provider, answer) for (provider, _), answer in zip(calls, answers, strict=True)}


def said(provider: Provider, answer: Answer | NetError) -> Said:
    if isinstance(answer, NetError):
        return answer
    return dialect_of(provider).read_many(answer.status, answer.headers, answer.body)


def take(walk: Walk, page: Said | None) -> None:
    """Add one page, and see whether the walk may end.

    Only an empty page is an end: hosts cap the size of a page, so a short one may have a next. A page without anything
    new comes from a host that does not turn pages, and what such a list does not show proves nothing.
    """
    if page is None or isinstance(page, Refusal | Nonsense | NetError):
        walk.is_open = False
        return
    fresh = [task for task in page if task.id not in walk.tasks]
    for task in fresh:
        put(walk, task)
    walk.known |= owners(walk.provider, [task.id for task in fresh])
    clock = ahead(walk.known, walk.tasks)
    reached = clock is not None and walk.oldest is not None and walk.oldest < walk.since + clock[0]
    walk.is_complete = not page or (walk.is_sorted and reached)
    walk.is_open = bool(fresh) and not walk.is_complete


def put(walk: Walk, task: Task) -> None:
    walk.tasks[task.id] = task
    if task.created_at is None or (walk.oldest is not None and task.created_at > walk.oldest):
        walk.is_sorted = False  # then only the list's end is an end
    if task.created_at is not None:
        walk.oldest = min(task.created_at, walk.oldest or task.created_at)


def owners(provider: Provider, ids: Collection[str]) -> dict[str, Attempt]:
    """The attempts that these ids are bound to; also those of another row for the same account's address."""
    rows = Attempt.objects.filter(provider__base_url=provider.base_url, remote_id__in=ids)
    return {row.remote_id: row for row in rows.select_related("generation").defer("request", "answer", "result")}


def ahead(known: Mapping[str, Attempt], tasks: Mapping[str, Task]) -> tuple[float, float] | None:
    """Seconds by which the provider's clock goes before ours, at least and at most; None when nothing tells.

    Measured from the intent, not from the acceptance, which may have been noted days later. Our own clocks may differ
    and be set, so that tasks tell different gaps: whoever looks too far back, or too far on, loses nothing. Tasks with
    our own tag are surely ours; a member may have named others.
    """
    found = [
        (is_sure(attempt, tasks[task_id]), (tasks[task_id].created_at or 0) - attempt.intent_at.timestamp())
        for task_id, attempt in known.items()
        if attempt.intent_at and attempt.request_sha256 and tasks[task_id].created_at is not None
    ]
    gaps = [gap for is_tagged, gap in found if is_tagged] or [gap for _, gap in found]
    return (min(gaps), max(gaps)) if gaps else None


def is_sure(attempt: Attempt, task: Task) -> bool:
    return bool(task.tag) and task.tag == attempt.tag


def tagged_phases(walk: Walk) -> frozenset[Phase]:
    """The phases in which this list shows our tags: Ark leaves them out while a task waits or runs."""
    return frozenset(walk.tasks[key].phase for key, attempt in walk.known.items() if is_sure(attempt, walk.tasks[key]))
