"""Send a queued attempt: gate, intent, one POST, and what its outcome means."""

import hashlib
import logging
import random
import time
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.utils import timezone

from studio.models import Event

from .. import crash, net
from ..models import Attempt, Orphan, Provider, State
from ..providers.base import Call, Cause, Created, Nonsense, Phase, Refusal
from ..providers.reading import verdict
from ..times import TIMES
from . import disk, gate, line, spool, words
from .moves import move, tell
from .orders import CannotOrder, body_bytes, create_call, dialect_of, is_relay, rule_of, tag_of
from .redact import redact, redact_body
from .whoami import me_until

log = logging.getLogger(__name__)


def submit(attempt: Attempt) -> None:
    """Carry a queued attempt as far as it goes now. Never raises for what a provider does."""
    if attempt.provider.paused_at or attempt.provider.trashed_at:
        return hold(attempt, words.paused(attempt.provider))
    if not disk.has_room_for_new_work():
        return hold(attempt, words.NO_ROOM)
    tag = tag_of(attempt)
    try:
        call = create_call(attempt, tag)
    except CannotOrder as error:
        move(attempt, State.REJECTED, "the request cannot be built", message=f"{error} {words.NOT_CHARGED}")
        return None
    body = body_bytes(call)
    until = time.monotonic() + TIMES.post
    crash.here("submit.before_gate")
    wait = gate.enter(attempt, "passed the gate", **intent(attempt, call, body, tag))
    if wait:
        return postpone(attempt, wait) if wait > 0 else None
    crash.here("submit.after_intent_commit")
    return post(attempt, call, body, until)


def intent(attempt: Attempt, call: Call, body: bytes | None, tag: str) -> dict[str, Any]:
    """What is committed before the first byte leaves."""
    now = timezone.now()
    return {
        "tag": tag,
        "request": {"method": call.method, "url": call.url, "body": redact(dict(call.body or {}))},
        "request_sha256": hashlib.sha256(body or b"").hexdigest(),
        "intent_at": now,
        "post_deadline": now + timedelta(seconds=TIMES.post),
        "worker": me_until(TIMES.post),
        "next_action_at": now + timedelta(seconds=TIMES.post + TIMES.post_grace),
    }


def post(attempt: Attempt, call: Call, body: bytes | None, until: float) -> None:
    """The one POST of this attempt, and nothing that could become a second one.

    `until`, on the monotonic clock, is before the deadline that others read in the row: who stands still from the
    intent on until they have given the row up, sends nothing.
    """
    try:
        answer = net.call(
            call.method,
            call.url,
            headers=call.headers,
            body=body,
            deadline=until - time.monotonic(),
            connect=TIMES.connect,
            rule=rule_of(attempt.provider),
        )
    except net.NotSent as error:
        gate.failed(attempt.provider)
        return later(attempt, error.reason, backoff(attempt.rejections))
    except net.NetError as error:
        return doubt(attempt, error.reason)
    crash.here("submit.before_id_write")
    said = dialect_of(attempt.provider).read_created(answer.status, answer.headers, answer.body)
    attempt.answer = {"status": answer.status, "body": redact_body(answer.body)}
    if isinstance(said, Created):
        return accept(attempt, said)
    if isinstance(said, Nonsense):
        return doubt(attempt, f"HTTP {answer.status}: {said.message}")
    return refuse(attempt, said)


def accept(attempt: Attempt, created: Created) -> None:
    """Write the id down at once; if the rows refuse it, to a file that the sweep replays."""
    try:
        if not note_id(attempt, created.id, created.word, "the provider took it"):
            return leave_to_admins(attempt, created.id)
    except IntegrityError:
        return disbelieve(attempt, created.id)
    except (DatabaseError, InterfaceError):  # the second is no kind of the first
        # Said first: a full disk refuses the file too, and then the log alone knows the id.
        log.exception("attempt %s: the id %s is for the spool", attempt.uuid, created.id)
        spool.keep_id(str(attempt.uuid), created.id)
        crash.here("submit.spooled")
        return None
    crash.here("submit.after_id_write")
    return gate.succeeded(attempt.provider)


def note_id(attempt: Attempt, remote_id: str, word: str, why: str) -> bool:
    """SUBMITTING or UNCERTAIN → ACCEPTED: an answer may come after the sweep has given up on it.

    False when the attempt is past both. Raises IntegrityError.
    """
    now = timezone.now()
    fields = {
        "remote_id": remote_id,
        "word": word[:60],
        "accepted_at": now,
        "next_action_at": now + timedelta(seconds=first_look(attempt.provider)),
        "answer": attempt.answer,
        "worker": {},
        "lease": "",
        "lease_until": None,
    }
    for state in (State.SUBMITTING, State.UNCERTAIN):
        attempt.state = state
        if move(attempt, State.ACCEPTED, why, evidence={"id": remote_id}, **fields):
            return True
    return False


def leave_to_admins(attempt: Attempt, remote_id: str) -> None:
    """An id that came after its attempt was given up: a task that is paid for, and nobody's yet."""
    if Attempt.objects.filter(provider__base_url=attempt.provider.base_url, remote_id=remote_id).exists():
        return
    log.error("attempt %s: the id %s came after it was given up", attempt.uuid, remote_id)
    known = {"phase": Phase.RUNNING, "model": attempt.generation.model_id, "seed": attempt.seed, "tag": attempt.tag}
    Orphan.objects.get_or_create(provider=attempt.provider, remote_id=remote_id, defaults=known)


def first_look(provider: Provider) -> float:
    return TIMES.look_sandbox if provider.lab else TIMES.look_young


def refuse(attempt: Attempt, refusal: Refusal) -> None:
    """A no, read from an answer: definite and final, definite for now, or no real no at all."""
    kind = verdict(attempt.provider.dialect, refusal.status, refusal, relay=is_relay(attempt.provider))
    reason = f"HTTP {refusal.status} {refusal.code} {refusal.message}".strip()
    if kind == "uncertain":
        return doubt(attempt, reason)
    if kind == "later" and attempt.rejections + 1 < TIMES.rejections:
        wait = min(max(refusal.retry_after, 1), TIMES.retry_after_cap) if refusal.retry_after is not None else None
        gate.failed(attempt.provider, wait)
        return later(attempt, refusal.message or reason, wait or backoff(attempt.rejections))
    if refusal.cause in (Cause.AUTH, Cause.BALANCE):
        pause(attempt.provider, refusal)
    move(
        attempt,
        State.REJECTED,
        reason,
        message=words.refused(attempt.provider, refusal),
        cause=refusal.cause,
        code=refusal.code[:120],
        answer=attempt.answer,
        worker={},
    )
    return None


def later(attempt: Attempt, reason: str, wait: float) -> None:
    """Nothing ran: back into the line."""
    if attempt.rejections + 1 >= TIMES.rejections:
        message = words.unreachable(attempt.provider, reason)
        move(attempt, State.REJECTED, reason, message=message, cause=Cause.PROVIDER, worker={})
        return
    move(
        attempt,
        State.QUEUED,
        reason,
        message=words.trying_again(attempt.provider, reason),
        rejections=attempt.rejections + 1,
        next_action_at=timezone.now() + timedelta(seconds=wait),
        answer=attempt.answer,
        worker={},
        lease="",
        lease_until=None,
    )


def doubt(attempt: Attempt, reason: str) -> None:
    """Perhaps it runs, perhaps not: never sent again by us, reconciled by looking."""
    attempt.state = State.SUBMITTING  # whatever was tried with the row in memory
    move(
        attempt,
        State.UNCERTAIN,
        reason,
        message=words.uncertain(attempt.provider, words.about(attempt), reason),
        next_action_at=timezone.now(),
        answer=attempt.answer,
        worker={},
    )


def disbelieve(attempt: Attempt, remote_id: str) -> None:
    """The rows refuse an id that is another take's: what was ordered has one nobody knows."""
    doubt(attempt, f"the provider gave the id {remote_id}, which another take has")


def backoff(rejections: int) -> float:
    """Equal jitter: half of the wait is certain, so a refused crowd does not come back as one."""
    return min(TIMES.retry_cap, TIMES.retry_base * 2.0**rejections) * random.uniform(0.5, 1)  # noqa: S311


def hold(attempt: Attempt, why: str) -> None:
    tell(attempt, why)
    postpone(attempt, TIMES.look_old, quiet=True)


def postpone(attempt: Attempt, seconds: float, *, quiet: bool = False) -> None:
    """Still queued; the tick looks again later."""
    when = timezone.now() + timedelta(seconds=seconds)
    Attempt.objects.filter(pk=attempt.pk, state=State.QUEUED).update(next_action_at=when, lease="", lease_until=None)
    if not quiet and seconds >= TIMES.rering:
        line.tell_place(attempt)


def pause(provider: Provider, refusal: Refusal) -> None:
    """Every further job would be refused too: stop sending until an admin has looked."""
    why = words.KEY_REFUSED if refusal.cause is Cause.AUTH else words.NO_BALANCE
    with transaction.atomic():
        if Provider.objects.filter(pk=provider.pk, paused_at=None).update(paused_at=timezone.now(), paused_why=why):
            Event.record("provider", provider.pid, "paused", why=f"{why} {refusal.message}")
    provider.paused_at, provider.paused_why = timezone.now(), why
