"""Resolve what is uncertain by looking, never by guessing, and never by sending again."""

import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import psutil
from django.db import IntegrityError
from django.utils import timezone

from ..models import Attempt, State
from ..net import NetError
from ..providers.base import Nonsense, Refusal, Task
from ..times import TIMES
from . import lanes, spool, submit, words
from .moves import move
from .orders import CannotOrder, dialect_of, list_call, rule_of
from .whoami import is_here, process_of

log = logging.getLogger(__name__)
PAGE = 500
PAGES = 10  # of a list, newest first, before a sweep gives up
CLOCKS = timedelta(minutes=5)  # by which a provider's clock may differ from ours


def sweep() -> None:
    """Replay the spool, notice dead posters, look for what is uncertain. One bad row does not stop the rest."""
    for step in (replay, notice_the_dead, look_for_the_uncertain):
        try:
            step()
        except Exception:
            log.exception("sweep: %s", step.__name__)


def replay() -> None:
    """Ids that the database once refused."""
    for path, attempt_uuid, remote_id in spool.kept():
        attempt = Attempt.objects.select_related("provider", "generation__project").filter(uuid=attempt_uuid).first()
        try:
            if (
                attempt is None
                or attempt.remote_id == remote_id
                or submit.note_id(attempt, remote_id, "", "spooled id")
            ):
                path.unlink()
        except IntegrityError:
            log.exception("attempt %s: the spooled id %s belongs to another take", attempt_uuid, remote_id)
            path.rename(path.with_suffix(".refused"))


def notice_the_dead() -> None:
    """SUBMITTING rows whose process is gone, or whose time is over, become UNCERTAIN."""
    now = timezone.now()
    rows = Attempt.objects.filter(state=State.SUBMITTING).select_related("provider", "generation__project")
    for attempt in rows:
        assert attempt.post_deadline is not None
        late = (now - attempt.post_deadline).total_seconds()
        if not is_here(attempt.worker):
            if late > TIMES.post_grace_elsewhere:
                submit.doubt(attempt, "the machine that sent it is silent")
            continue
        process = process_of(attempt.worker)
        if process is None:
            submit.doubt(attempt, "the process that sent it is gone")
        elif late > TIMES.post_grace:
            # A stopped process must not wake up and post after us.
            with contextlib.suppress(psutil.Error):
                process.kill()
                process.wait(5)
            submit.doubt(attempt, "the process that sent it did not come back")


def look_for_the_uncertain() -> None:
    rows = Attempt.objects.filter(state=State.UNCERTAIN).due(timezone.now())
    for attempt in rows.select_related("provider", "generation__project"):
        try:
            look_for(attempt)
        except CannotOrder as error:
            log.warning("attempt %s: cannot look: %s", attempt.uuid, error)
        wait = timedelta(seconds=TIMES.reconcile)
        Attempt.objects.filter(pk=attempt.pk, state=State.UNCERTAIN).update(next_action_at=timezone.now() + wait)


def look_for(attempt: Attempt) -> None:
    """Search the provider's list for the attempt's tag. Raises CannotOrder."""
    assert attempt.intent_at is not None
    if not attempt.provider.add("tag"):
        return
    tasks = listed_since(attempt, attempt.intent_at - CLOCKS)
    if tasks is None:
        return
    found = {task.id: task for task in tasks if task.tag == attempt.tag}
    if len(found) == 1:
        submit.note_id(attempt, next(iter(found)), "", "found by its tag in the provider's list")
    elif found:
        log.error("attempt %s: its tag stands at %d tasks", attempt.uuid, len(found))
    else:
        not_seen(attempt, tasks)


def listed_since(attempt: Attempt, since: datetime) -> Sequence[Task] | None:
    """The provider's tasks, newest first, back to `since`; None when the list cannot be trusted."""
    provider, dialect = attempt.provider, dialect_of(attempt.provider)
    tasks: list[Task] = []
    for page in range(1, PAGES + 1):
        call = list_call(provider, page=page, size=PAGE)
        if call is None:
            return None
        answer = lanes.look(call, rule_of(provider))
        if isinstance(answer, NetError):
            return None
        part = dialect.read_many(answer.status, answer.headers, answer.body)
        if isinstance(part, Refusal | Nonsense):
            return None
        tasks.extend(part)
        oldest = min((task.created_at for task in part if task.created_at), default=0.0)
        if len(part) < PAGE or oldest < since.timestamp():
            return tasks
    return None


def not_seen(attempt: Attempt, tasks: Sequence[Task]) -> None:
    """An absence counts when seen twice, well apart, after the POST's deadline, in a list that shows what we know.

    The positive control is a task of ours that the list shows with our tag: it proves that the list is of this
    account, is up to date, and echoes tags.
    """
    now = timezone.now()
    assert attempt.post_deadline is not None
    if now < attempt.post_deadline or not control(attempt, tasks):
        return
    first = attempt.sightings.get("absent_at")
    if first is None:
        sightings = attempt.sightings | {"absent_at": now.timestamp()}
        Attempt.objects.filter(pk=attempt.pk).update(sightings=sightings)
    elif now.timestamp() - first >= TIMES.absence_gap:
        move(
            attempt,
            State.NOT_ACCEPTED,
            "twice absent from the provider's list, which shows our other tasks",
            message=words.not_run(attempt.provider),
            evidence={"first": first, "second": now.timestamp(), "listed": len(tasks)},
        )


def control(attempt: Attempt, tasks: Sequence[Task]) -> bool:
    """A known recent task of ours stands in the list with its tag."""
    tags = {task.id: task.tag for task in tasks if task.tag}
    known = Attempt.objects.filter(provider=attempt.provider, remote_id__in=list(tags)[:500]).exclude(tag="")
    return any(tags[row.remote_id] == row.tag for row in known.only("remote_id", "tag"))
