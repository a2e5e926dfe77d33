"""Look at what the providers work on, in the cheapest way that each offers, and write what changed."""

import logging
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from .. import crash
from ..models import Attempt, State
from ..models.attempt import WATCHED
from ..net import Answer, NetError
from ..providers.base import Call, Cause, Nonsense, Phase, Refusal, Task
from ..times import TIMES
from . import clocks, doorbell, lanes, submit, words
from .learning import learn
from .moves import move, tell
from .orders import CannotOrder, deadline_of, dialect_of, list_call, look_call, poll_floor_of, rule_of
from .redact import redact, redact_body

log = logging.getLogger(__name__)
Ask = tuple[Call, list[Attempt]]
LIST_FROM = 3  # this many due at one provider are asked for by one list call
LIST_SIZE = 100  # ids in one URL; 500 make one of 20 KB, more than proxies take
unknown_words: set[tuple[str, str]] = set()


def poll_due(limit: int = 400) -> int:
    """Look at every watched attempt that is due. Returns how many were."""
    begun = time.monotonic()
    due = Attempt.objects.watched().due(timezone.now()).select_related("provider", "generation__project")[:limit]
    by_provider: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in due:
        by_provider[attempt.provider_id].append(attempt)
    unlisted = look([ask for attempts in by_provider.values() for ask in asks_for(attempts)], TIMES.tick_budget)
    # A list may lag behind: only a look at the task itself says that it is missing.
    left = TIMES.tick_budget - (time.monotonic() - begun)
    if unlisted and left > 0:
        look([ask for attempt in unlisted for ask in ask_alone(attempt)], left)
    return sum(len(attempts) for attempts in by_provider.values())


def look(asks: Sequence[Ask], budget: float) -> list[Attempt]:
    """Ask all at once and write down what each answer says. Returns those that a list did not show."""
    answers = lanes.look_all([(call, rule_of(attempts[0].provider)) for call, attempts in asks], budget)
    unlisted = []
    for (_, attempts), answer in zip(asks, answers, strict=True):
        crash.here("poll.after_get")
        for attempt in attempts:
            if not safely(attempt, answer, len(attempts) > 1):
                unlisted.append(attempt)
            crash.here("poll.after_status_write")
    return unlisted


def asks_for(attempts: Sequence[Attempt]) -> list[Ask]:
    """The calls that cover these attempts of one provider."""
    if len(attempts) >= LIST_FROM:
        part = list(attempts[:LIST_SIZE])  # one list call a second is what an account is allowed
        try:
            call = list_call(part[0].provider, [attempt.remote_id for attempt in part], size=LIST_SIZE)
        except CannotOrder:
            call = None  # each is told so below
        if call is not None:
            return [(call, part)]
    return [ask for attempt in attempts for ask in ask_alone(attempt)]


def ask_alone(attempt: Attempt) -> list[Ask]:
    """The call for one attempt; none when it cannot be made, which its card then says."""
    try:
        return [(look_call(attempt), [attempt])]
    except CannotOrder as error:
        tell(attempt, str(error))
        look_later(attempt, TIMES.look_old)
        return []


def safely(attempt: Attempt, answer: Answer | NetError, listed: bool) -> bool:
    """One poison row must not stop the line. False when a list did not show it."""
    try:
        return apply(attempt, answer, listed)
    except Exception:
        log.exception("attempt %s: look failed", attempt.uuid)
        look_later(attempt, TIMES.look_old)
        return True


def apply(attempt: Attempt, answer: Answer | NetError, listed: bool) -> bool:
    if isinstance(answer, NetError):
        silence(attempt, answer.reason)
        return True
    dialect = dialect_of(attempt.provider)
    said: Task | Refusal | Nonsense | None
    if listed:
        tasks = dialect.read_many(answer.status, answer.headers, answer.body)
        if isinstance(tasks, Refusal) and tasks.cause is Cause.MISSING:
            said = None  # there is no list at this host: that says nothing of the tasks
        elif isinstance(tasks, Refusal | Nonsense):
            said = tasks
        else:
            said = next((task for task in tasks if task.id == attempt.remote_id), None)
    else:
        said = dialect.read_task(answer.status, answer.headers, answer.body, attempt.remote_id)
        attempt.answer = {"status": answer.status, "body": redact_body(answer.body)}
    if said is not None:
        hear(attempt, said)
    return said is not None


def hear(attempt: Attempt, said: Task | Refusal | Nonsense) -> None:
    """What one look means for the attempt."""
    if isinstance(said, Task):
        learn(attempt, said)
        found(attempt)
        return follow(attempt, said)
    if isinstance(said, Refusal) and said.cause is Cause.MISSING and said.status < 500:
        return missing(attempt, said)
    if isinstance(said, Refusal) and said.cause in (Cause.AUTH, Cause.BALANCE):
        submit.pause(attempt.provider, said)
    return silence(attempt, said.message)


def follow(attempt: Attempt, task: Task) -> None:
    """Apply what the provider says of a task it knows."""
    if not task.known and (attempt.provider.dialect, task.word) not in unknown_words:
        unknown_words.add((attempt.provider.dialect, task.word))
        log.warning("%s says an unknown word, taken for running: %r", attempt.provider, task.word)
    if task.phase is Phase.SUCCEEDED:
        return finish(attempt, task)
    if task.phase in (Phase.FAILED, Phase.CANCELLED, Phase.EXPIRED):
        return end(attempt, task)
    if overdue(attempt):
        move(attempt, State.EXPIRED, f"still {task.word} after the deadline", message=words.expired(attempt.provider))
        return None
    if task.phase is Phase.RUNNING and attempt.state == State.ACCEPTED:
        move(attempt, State.RUNNING, f"the provider says {task.word}", word=task.word[:60], **looked(attempt))
    elif attempt.state in WATCHED:  # a word that goes backward is kept, never applied
        Attempt.objects.filter(pk=attempt.pk, state=attempt.state).update(word=task.word[:60], **looked(attempt))
    if task.progress is not None and abs(task.progress - (attempt.generation.progress or 0)) >= 0.01:
        tell(attempt, attempt.generation.message, progress=task.progress)
    return None


def finish(attempt: Attempt, task: Task) -> None:
    if not task.video_url:
        looks = attempt.sightings.get("no_url", 0) + 1
        if looks > TIMES.no_url_looks:
            move(attempt, State.EXPIRED, "success without an address", message=words.no_url(attempt.provider))
            return
        sightings = attempt.sightings | {"no_url": looks}
        Attempt.objects.filter(pk=attempt.pk).update(sightings=sightings, **looked(attempt))
        return
    now = timezone.now()
    result = {"video_url": task.video_url, "last_frame_url": task.last_frame_url, "facts": redact(dict(task.facts))}
    result["since"] = now.timestamp()
    if task.seed is not None:
        result["facts"]["seed"] = task.seed
    if task.cost is not None:
        result["facts"]["cost"] = task.cost
    moved = move(
        attempt,
        State.SUCCEEDED,
        f"the provider says {task.word}",
        word=task.word[:60],
        result=result,
        answer=attempt.answer,
        next_action_at=now,
        lease="bell",
        lease_until=now + timedelta(seconds=TIMES.rering),
    )
    if moved:
        doorbell.ring(attempt.pk, long=True)


def end(attempt: Attempt, task: Task) -> None:
    """The provider's own end without a result."""
    to = {Phase.FAILED: State.FAILED, Phase.EXPIRED: State.EXPIRED, Phase.CANCELLED: State.CANCELLED}[task.phase]
    refusal = task.refusal
    message = words.failed(attempt.provider, refusal) if to is State.FAILED else ""
    if to is State.EXPIRED:
        message = words.gave_up(attempt.provider)
    move(
        attempt,
        to,
        f"the provider says {task.word}" + (f": {refusal.code} {refusal.message}" if refusal else ""),
        message=message,
        word=task.word[:60],
        cause=refusal.cause if refusal else "",
        code=refusal.code[:120] if refusal else "",
        answer=attempt.answer,
    )


def missing(attempt: Attempt, refusal: Refusal) -> None:
    """A task that the provider does not know: young ones may not have arrived everywhere yet."""
    looks = attempt.sightings.get("missing", 0) + 1
    age = (timezone.now() - (attempt.accepted_at or timezone.now())).total_seconds()
    if age > TIMES.missing_grace and looks >= 3:
        # Not failed: a gateway may have forgotten it and remember it after its restart, when a member asks again.
        why = f"unknown at the provider: {refusal.message}"
        move(attempt, State.EXPIRED, why, message=words.lost(attempt.provider))
        return
    Attempt.objects.filter(pk=attempt.pk).update(sightings=attempt.sightings | {"missing": looks}, **looked(attempt))


def found(attempt: Attempt) -> None:
    """Misses count only in a row."""
    if attempt.sightings.pop("missing", 0):
        Attempt.objects.filter(pk=attempt.pk).update(sightings=attempt.sightings)


def silence(attempt: Attempt, reason: str) -> None:
    """No sensible answer: look later and slower; never a reason to fail a job, and no last look at its deadline."""
    errors = attempt.poll_errors + 1
    if overdue(attempt, TIMES.silence):
        move(attempt, State.EXPIRED, f"no answer until the deadline: {reason}", message=words.expired(attempt.provider))
        return
    wait = min(TIMES.look_old, interval(attempt) * 2.0 ** min(errors, 5))
    Attempt.objects.filter(pk=attempt.pk, state=attempt.state).update(
        poll_errors=errors, next_action_at=soon(wait), answer=attempt.answer
    )
    if errors == 5:
        tell(attempt, words.silent(attempt.provider, reason))


def overdue(attempt: Attempt, grace: float = TIMES.expire_grace) -> bool:
    limit = timedelta(seconds=deadline_of(attempt) + grace)
    is_late = attempt.accepted_at is not None and timezone.now() > attempt.accepted_at + limit
    return is_late and clocks.is_steady()


def looked(attempt: Attempt) -> dict[str, Any]:
    """What every answered look writes."""
    if attempt.poll_errors >= 5:
        tell(attempt, "")
    return {
        "polls": attempt.polls + 1,
        "poll_errors": 0,
        "next_action_at": soon(interval(attempt)),
        "answer": attempt.answer,
    }


def look_later(attempt: Attempt, seconds: float) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(next_action_at=soon(seconds))


def soon(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311


def interval(attempt: Attempt) -> float:
    """Seconds to the next look: young tasks are looked at more often."""
    if attempt.provider.lab:
        return TIMES.look_sandbox
    age = (timezone.now() - (attempt.accepted_at or timezone.now())).total_seconds()
    usual = TIMES.look_young if age < TIMES.first_looks else TIMES.look_middle
    return max(poll_floor_of(attempt), usual if age < TIMES.young_until else TIMES.look_old)


def task_now(attempt: Attempt) -> Task | Refusal | Nonsense | NetError:
    """One look at one task, for who needs the truth this moment. Raises CannotOrder."""
    provider = attempt.provider
    answer = lanes.look(look_call(attempt), rule_of(provider))
    if isinstance(answer, NetError):
        return answer
    attempt.answer = {"status": answer.status, "body": redact_body(answer.body)}
    return dialect_of(provider).read_task(answer.status, answer.headers, answer.body, attempt.remote_id)
