"""What a worker does when the bell rings: look at the row, and take the one step that its state asks for."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from studio.models import Event

from .. import crash, net
from ..models import Attempt, Provider, State
from ..models.attempt import WATCHED
from ..providers.base import Nonsense, Refusal
from ..times import TIMES
from . import cancel, fetch, gate, submit
from .orders import CannotOrder, dialect_of, probe_call, rule_of
from .whoami import is_me

log = logging.getLogger(__name__)


def carry(attempt_id: int) -> None:
    """One step for one attempt. A late or doubled bell finds nothing to do."""
    crash.here("worker.got_task")
    doubt_my_own()
    attempt = (
        Attempt.objects.select_related("provider", "generation__project", "generation__user")
        .filter(pk=attempt_id)
        .first()
    )
    if attempt is None:
        return
    try:
        step(attempt)
    except Exception:
        # A poison row is parked for a while, so that it does not keep the others waiting.
        log.exception("attempt %s: %s", attempt.uuid, attempt.state)
        later = timezone.now() + timedelta(seconds=TIMES.look_old)
        Attempt.objects.filter(pk=attempt_id, state=State.QUEUED).update(next_action_at=later)
        if attempt.state == State.SUBMITTING and is_me(attempt.worker):
            # The POST may have left, and this process lives on: nobody else would notice before the deadline.
            submit.doubt(attempt, "an unexpected error while sending")


def doubt_my_own() -> None:
    """Whoever begins a step holds no POST: a row that still says so could not be written when the POST ended.

    Left alone it would have this process stopped at its deadline, in the middle of other work.
    """
    for attempt in Attempt.objects.filter(state=State.SUBMITTING).select_related("provider", "generation__project"):
        if is_me(attempt.worker):
            submit.doubt(attempt, "its end could not be written down")


def step(attempt: Attempt) -> None:
    # A bell that was doubled or came late must not cut a wait short.
    is_due = attempt.next_action_at is not None and attempt.next_action_at <= timezone.now()
    if attempt.state == State.QUEUED and is_due:
        submit.submit(attempt)
    elif attempt.state == State.FETCHING or (attempt.state == State.SUCCEEDED and is_due):
        fetch.fetch(attempt)
    elif attempt.state in WATCHED and attempt.cancel_asked_at:
        cancel.cancel(attempt)


def test_provider(provider_id: int) -> None:
    """Ask one free question and write down whether address and key are good."""
    provider = Provider.objects.get(pk=provider_id)
    problem = problem_of(provider)
    with transaction.atomic():
        Provider.objects.filter(pk=provider_id).update(
            tested_at=timezone.now(),
            test_ok=not problem,
            test_message=problem[:300] or "The address answers and the key is accepted.",
        )
        Event.record("provider", provider.pid, "tested", why=problem or "fine")
    if not problem:
        gate.reset(provider)


def problem_of(provider: Provider) -> str:
    """What is wrong with the provider, in a sentence; empty when nothing is."""
    try:
        call = probe_call(provider)
        answer = net.call(
            call.method,
            call.url,
            headers=call.headers,
            deadline=TIMES.probe,
            connect=TIMES.connect,
            rule=rule_of(provider),
        )
    except CannotOrder as error:
        return str(error)
    except net.NetError as error:
        return f"No answer: {error.reason}"
    said = dialect_of(provider).read_probe(answer.status, answer.headers, answer.body)
    if isinstance(said, Refusal):
        return f"It answered {said.status}: {said.message or said.code}"
    return said.message if isinstance(said, Nonsense) else ""
