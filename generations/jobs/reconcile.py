"""Resolve what is uncertain by looking, never by guessing, and never by sending again."""

import contextlib
import logging
import time

import psutil
from django.db import IntegrityError
from django.utils import timezone

from ..models import Attempt, State
from ..times import TIMES
from . import spool, submit
from .strays import look_at_lists
from .uncertain import look_for_the_uncertain
from .whoami import is_here, late, process_of

log = logging.getLogger(__name__)


def sweep() -> None:
    """Replay the spool, notice dead posters, look for what is uncertain, then for what nobody knows.

    One bad row does not stop the rest. The last step is free to be late: after a slow start it waits for the next
    sweep, for a tick must come back.
    """
    begun = time.monotonic()
    for step in (replay, notice_the_dead, look_for_the_uncertain, lambda: look_at_lists(begun)):
        try:
            step()
        except Exception:
            log.exception("sweep: a step broke off")


def replay() -> None:
    """Ids that the database once refused. A file is gone once its id is in a row, and else put aside, never lost."""
    for path, attempt_uuid, remote_id in spool.kept():
        attempt = Attempt.objects.select_related("provider", "generation__project").filter(uuid=attempt_uuid).first()
        if attempt is None:  # of a database that was put back to an older day
            log.error("the spooled id %s is of an attempt %s that nobody knows", remote_id, attempt_uuid)
            spool.put_aside(path)
            continue
        try:
            if attempt.remote_id != remote_id and not submit.note_id(attempt, remote_id, "", "spooled id"):
                submit.leave_to_admins(attempt, remote_id)
            path.unlink(missing_ok=True)  # another sweep may have been faster
        except IntegrityError:
            log.exception("attempt %s: the spooled id %s belongs to another take", attempt_uuid, remote_id)
            # It is still SUBMITTING: at its deadline the process that sent it would be stopped, busy with other work.
            submit.disbelieve(attempt, remote_id)
            spool.put_aside(path)


def notice_the_dead() -> None:
    """SUBMITTING rows whose process is gone, or whose time is over, become UNCERTAIN."""
    now = timezone.now()
    rows = Attempt.objects.filter(state=State.SUBMITTING).select_related("provider", "generation__project")
    for attempt in rows:
        assert attempt.post_deadline is not None
        if not is_here(attempt.worker):
            if (now - attempt.post_deadline).total_seconds() > TIMES.post_grace_elsewhere:
                submit.doubt(attempt, "the machine that sent it is silent")
            continue
        process = process_of(attempt.worker)
        if process is None:
            submit.doubt(attempt, "the process that sent it is gone")
        elif late(attempt.worker, attempt.post_deadline) > TIMES.post_grace:
            # A stopped process must not wake up and post after us.
            with contextlib.suppress(psutil.Error):
                process.kill()
                process.wait(5)
            submit.doubt(attempt, "the process that sent it did not come back")
