"""What was sent and not answered is found in the provider's list, or proved absent from it, or left to a member."""

import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from .. import crash
from ..models import Attempt, Provider, State
from ..providers.base import Task
from ..times import TIMES
from . import clocks, listing, matching, submit, words
from .listing import Walk
from .matching import Match
from .moves import move, show
from .orders import names_of

log = logging.getLogger(__name__)
LATE = 60  # seconds after the POST's deadline by which its task has come into being
CONTROL = timedelta(days=1)  # how much older than the attempt a task may be that vouches for the list
LISTED = (State.ACCEPTED, State.RUNNING, State.SUCCEEDED, State.FETCHING, State.STORED)  # surely still listed


def look_for_the_uncertain() -> None:
    """One walk through each provider's list for all that is uncertain there, as soon as one of it is due."""
    now = timezone.now()
    uncertain = Attempt.objects.filter(state=State.UNCERTAIN)
    due = set(uncertain.due(now).values_list("provider_id", flat=True))
    groups: dict[Provider, list[Attempt]] = defaultdict(list)
    for attempt in uncertain.filter(provider_id__in=due).select_related("provider", "generation__project"):
        groups[attempt.provider].append(attempt)
    for walk in listing.walk({provider: since(attempts, now) for provider, attempts in groups.items()}):
        try:
            resolve(walk, groups[walk.provider], now)
        except Exception:
            log.exception("%s: what is uncertain could not be compared with its list", walk.provider)
    for attempts in groups.values():
        for attempt in attempts:
            look_again(attempt, now)


def since(attempts: Sequence[Attempt], now: datetime) -> float:
    """How far back their tasks may lie, within what lists show at all; unix seconds."""
    first = min(attempt.intent_at for attempt in attempts if attempt.intent_at)
    return (max(first, now - listing.HORIZON) - listing.CLOCKS).timestamp()


def look_again(attempt: Attempt, now: datetime) -> None:
    """Ever more rarely, and no more by ourselves once it is older than what lists show."""
    assert attempt.intent_at is not None
    age = now - attempt.intent_at
    wait = timedelta(seconds=min(max(age.total_seconds() / 10, TIMES.reconcile), TIMES.reconcile_cap))
    when = now + wait if age < listing.HORIZON else None
    Attempt.objects.filter(pk=attempt.pk, state=State.UNCERTAIN).update(next_action_at=when)


def resolve(walk: Walk, attempts: Sequence[Attempt], now: datetime) -> None:
    """Compare what is uncertain at one provider with its list."""
    if not walk.tasks:
        return
    found = matching.match([wanted(attempt, walk) for attempt in attempts], listed(walk))
    for attempt in attempts:
        try:
            settle(attempt, found[attempt.pk], walk, now)
        except IntegrityError:
            log.exception("attempt %s: the task found for it belongs to another take", attempt.uuid)
        except Exception:
            log.exception("attempt %s: could not be settled", attempt.uuid)


def listed(walk: Walk) -> matching.Listed:
    return matching.Listed(
        tasks=list(walk.tasks.values()),
        bound=walk.known.keys(),
        ahead=listing.ahead(walk.known, walk.tasks) or (0, 0),
        shows_seeds=walk.provider.reconcile in (Provider.Reconcile.TAG, Provider.Reconcile.FINGERPRINT),
        tagged=listing.tagged_phases(walk),
    )


def wanted(attempt: Attempt, walk: Walk) -> matching.Wanted:
    assert attempt.intent_at is not None
    assert attempt.post_deadline is not None
    generation = attempt.generation
    return matching.Wanted(
        key=attempt.pk,
        tag=tag_sent(attempt),
        seed=attempt.seed,
        is_seed_its_own=is_seed_its_own(attempt),
        models=names_shown(attempt, walk),
        since=(attempt.intent_at - listing.CLOCKS).timestamp(),
        until=(attempt.post_deadline + listing.CLOCKS).timestamp() + LATE,
        asked={name: generation.parameters.get(name) for name in ("duration", "ratio", "resolution")},
    )


def names_shown(attempt: Attempt, walk: Walk) -> set[str]:
    """Under which this list shows its model: an endpoint's id is listed under a name that our other tasks show.

    None before there is one: a guess that is wrong would prove an absence.
    """
    generation = attempt.generation
    shown = {walk.tasks[key].model for key, row in walk.known.items() if row.generation.model_id == generation.model_id}
    is_known = shown or generation.model_id in names_of(attempt.provider, generation.model)
    return {generation.model_id, *shown} if is_known else set()


def tag_sent(attempt: Attempt) -> str:
    """Its tag if the request carried it: a list cannot show another."""
    return attempt.tag if attempt.tag and attempt.tag in json.dumps(attempt.request) else ""


def is_seed_its_own(attempt: Attempt) -> bool:
    """Drawn for it, and not sent a second time: what is sent again has the seed of the try before."""
    if attempt.seed is None or attempt.generation.parameters.get("seed") is not None:
        return False
    twins = Attempt.objects.filter(provider__base_url=attempt.provider.base_url, seed=attempt.seed)
    return not twins.exclude(pk=attempt.pk).filter(remote_id="", intent_at__isnull=False).exists()


def settle(attempt: Attempt, match: Match, walk: Walk, now: datetime) -> None:
    """Bind what is surely its task; else keep what a person may choose from, or count an absence."""
    if match.task:
        crash.here("sweep.after_match")
        submit.note_id(attempt, match.task.id, match.task.word, match.why)
        return
    sightings = dict(attempt.sightings)
    if match.candidates:
        sightings["candidates"] = [candidate(task) for task in match.candidates]
    elif walk.is_complete:
        sightings.pop("candidates", None)
    if match.may_be_here:
        sightings.pop("absent_at", None)
    elif shows_absence(attempt, walk, now):
        first = sightings.get("absent_at")
        if first is not None and now.timestamp() - first >= TIMES.absence_gap and clocks.is_steady():
            give_up(attempt, first, walk, now)
            return
        # A clock that was set back starts it anew.
        sightings["absent_at"] = now.timestamp() if first is None else min(first, now.timestamp())
    remember(attempt, sightings)


def candidate(task: Task) -> dict[str, Any]:
    """What a member reads of it on the clip page."""
    return {"id": task.id, "at": task.created_at, "model": task.model, "seed": task.seed, "word": task.word}


def remember(attempt: Attempt, sightings: dict[str, Any]) -> None:
    """Write what was seen; the open pages are told of new candidates."""
    old = attempt.sightings
    if sightings == old:
        return
    with transaction.atomic():
        if not Attempt.objects.filter(pk=attempt.pk, state=State.UNCERTAIN).update(sightings=sightings):
            return
        attempt.sightings = sightings
        if sightings.get("candidates", []) != old.get("candidates", []):
            show(attempt, attempt.generation.message)


def shows_absence(attempt: Attempt, walk: Walk, now: datetime) -> bool:
    """Whether this list would surely show the attempt's task, tag and all, had there been one.

    It was seen whole back to before the intent, after the POST's deadline, with its positive control: a task of ours of
    these days that it shows with our tag, so it is of this account and echoes tags; it is the account to which the
    attempt was sent; and it is not behind, for it shows the newest that we know of.
    """
    assert attempt.intent_at is not None
    assert attempt.post_deadline is not None
    timely = now > attempt.post_deadline and attempt.intent_at > now - listing.HORIZON + listing.CLOCKS
    if not (walk.is_complete and timely and tag_sent(attempt)):
        return False
    sure = [row for key, row in walk.known.items() if listing.is_sure(row, walk.tasks[key])]
    fresh = any(row.accepted_at and row.accepted_at > attempt.intent_at - CONTROL for row in sure)
    return fresh and attempt.intent_at >= walk.provider.account_since and not is_behind(walk, now)


def is_behind(walk: Walk, now: datetime) -> bool:
    """It misses the newest task that it should show."""
    ours = Attempt.objects.filter(provider=walk.provider, accepted_at__lt=now - timedelta(seconds=TIMES.absence_gap))
    ours = ours.filter(intent_at__gt=datetime.fromtimestamp(walk.since, UTC), state__in=LISTED)
    newest = ours.exclude(request_sha256="").order_by("-accepted_at").first()
    return newest is not None and newest.remote_id not in walk.tasks


def give_up(attempt: Attempt, first: float, walk: Walk, now: datetime) -> None:
    move(
        attempt,
        State.NOT_ACCEPTED,
        "twice absent from the provider's list, which shows our other tasks",
        message=words.not_run(attempt.provider),
        evidence={"first": first, "second": now.timestamp(), "listed": len(walk.tasks)},
    )
