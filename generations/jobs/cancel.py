"""Stop a task at the provider, where that is possible without destroying a result."""

import time
from datetime import timedelta

from django.utils import timezone

from .. import crash
from ..models import Attempt, State
from ..net import NotSent
from ..providers.base import ENDED, Phase, Task
from ..times import TIMES
from . import lanes, poll, words
from .moves import tell
from .orders import CannotOrder, cancel_call, dialect_of, rule_of

LEASE = "cancel"


def cancel(attempt: Attempt) -> None:
    """Carry out a member's wish once. Of whoever dies over it the lease runs out, and the wish is rung for again."""
    now = timezone.now()
    mine = Attempt.objects.filter(pk=attempt.pk, state=attempt.state, cancel_asked_at=attempt.cancel_asked_at)
    if not mine.unheld(now).update(lease=LEASE, lease_until=now + timedelta(seconds=TIMES.cancel)):
        return
    try:
        stop(attempt)
    finally:
        release(attempt)


def release(attempt: Attempt) -> None:
    """The wish was carried out, as far as it goes; one that came meanwhile stays."""
    rows = Attempt.objects.filter(pk=attempt.pk)
    rows.filter(cancel_asked_at=attempt.cancel_asked_at).update(cancel_asked_at=None)
    rows.filter(lease=LEASE).update(lease="", lease_until=None)  # a result may have another by now


def stop(attempt: Attempt) -> None:
    """Look first: at some providers the same call deletes an ended task together with its paid result.

    Between the look and the call a task may begin; the provider then refuses, and the poll goes on. One that waits does
    not end in between: the call is sent within seconds of the look, or not at all. One that runs may (Runway), and
    nobody can tell beforehand.
    """
    provider = attempt.provider
    until = time.monotonic() + TIMES.cancel_look
    try:
        task = poll.task_now(attempt)
    except CannotOrder as error:
        return tell(attempt, str(error))
    if not isinstance(task, Task):
        return tell(attempt, words.NO_ANSWER_TO_CANCEL.format(provider=provider.name))
    call = cancel_call(attempt)
    if call is None or not is_stoppable(attempt, task):
        poll.follow(attempt, task)
        if task.phase not in ENDED:
            tell(attempt, words.still_running(provider))
        return None
    crash.here("cancel.before_delete")
    answer = lanes.look(call, rule_of(provider), until - time.monotonic())
    crash.here("cancel.after_delete")
    if isinstance(answer, NotSent):
        tell(attempt, words.NOT_CANCELLED.format(provider=provider.name))
    after = poll.task_now(attempt)
    if isinstance(after, Task):
        return poll.follow(attempt, after)
    Attempt.objects.filter(pk=attempt.pk).update(next_action_at=timezone.now() + timedelta(seconds=TIMES.tick))
    return None


def is_stoppable(attempt: Attempt, task: Task) -> bool:
    """A word that goes backward is not acted on: what was seen to run may be about to end."""
    ran = attempt.state == State.RUNNING and task.phase not in ENDED
    return (Phase.RUNNING if ran else task.phase) in dialect_of(attempt.provider).CANCELS
