"""What a member may ask of a generation afterwards. Each says in words why it cannot be."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.models import Event, Project, User

from ..catalog.values import drawn_seed
from ..models import Attempt, Generation, State
from ..models.asking import Wish, ask, new_attempt
from ..models.attempt import WATCHED
from ..providers.finding import legal_id
from . import doorbell, submit, words
from .moves import move, show


class Refused(Exception):
    """The state does not allow it. The message is for the member."""


def last_attempt(generation: Generation) -> Attempt:
    return generation.attempts.select_related("provider", "generation__project").latest("number")


def cancel(generation: Generation, user: User) -> None:
    """QUEUED: provably nothing was sent. Later: ask the provider, which may still bill. Raises Refused."""
    attempt = last_attempt(generation)
    if attempt.state == State.QUEUED and move(
        attempt, State.CANCELLED, "cancelled before it was sent", actor=user, message=words.NOT_CHARGED
    ):
        return
    attempt.refresh_from_db()
    if attempt.state not in WATCHED:
        why = _("This take is {status}; there is nothing to cancel.")
        raise Refused(why.format(status=str(attempt.generation.get_status_display()).lower()))
    with transaction.atomic():
        if not Attempt.objects.filter(pk=attempt.pk, state=attempt.state).update(cancel_asked_at=timezone.now()):
            raise Refused(_("Its state has just changed. Look again."))
        Event.record("attempt", str(attempt.uuid), "cancel asked", actor=user, project_id=generation.project_id)
        show(attempt, words.stopping(attempt.provider), progress=generation.progress)
        doorbell.ring(attempt.pk)


def retry(generation: Generation, user: User) -> Generation:
    """The same request once more, as a new take: a new card, a new charge. Raises Refused."""
    if generation.is_open:
        raise Refused(_("This take is still on its way. Wait for its end, or use the composer for another one."))
    must_be_here(generation)
    last = last_attempt(generation)
    made, _is_new = ask(
        Wish(
            project=generation.project,
            user=user,
            provider=generation.provider,
            model=generation.model,
            model_id=generation.model_id,
            mode=generation.mode,
            prompt=generation.prompt,
            parameters=generation.parameters,
            inputs=[(entry.role, entry.asset) for entry in generation.inputs.select_related("asset")],
            takes=1,
            # Of one card, one retry at a time: a double click is one job.
            client_token=f"retry-{generation.pid}-{generation.attempts.count()}-{retries_of(generation, user)}",
            shape=(generation.width, generation.height),
            cost=last.cost_estimate,
            currency=last.currency,
            seeds=seeds_for(last),
        )
    )
    doorbell.ring_asked(made)
    return made[0]


def seeds_for(attempt: Attempt) -> list[int]:
    """A member's own seed again; for one that the studio drew a fresh one, by which the retry can be found."""
    if attempt.seed is None:
        return []
    typed = attempt.generation.parameters.get("seed") is not None
    return [attempt.seed if typed else drawn_seed()]


def must_be_here(generation: Generation) -> None:
    """Raises Refused when its provider is one no more."""
    if generation.provider.trashed_at:
        why = _("{provider} was removed by an admin. Choose another model in the composer.")
        raise Refused(why.format(provider=generation.provider.name))


def retries_of(generation: Generation, user: User) -> int:
    """Ended retries: while one is open, another click finds it instead of buying a second."""
    tokens = Generation.objects.filter(user=user, client_token__startswith=f"retry-{generation.pid}-")
    return sum(1 for row in tokens if not row.is_open)


def send_again(generation: Generation, user: User) -> None:
    """A member says that an uncertain attempt did not run, or takes up one that provably did not: a new attempt.

    Raises Refused.
    """
    must_be_here(generation)
    attempt = last_attempt(generation)
    if attempt.state == State.UNCERTAIN:
        if not move(attempt, State.NOT_ACCEPTED, "a member says that it did not run", actor=user):
            raise Refused(_("Its state has just changed. Look again."))
    elif attempt.state not in (State.NOT_ACCEPTED, State.REJECTED, State.FAILED, State.EXPIRED, State.CANCELLED):
        raise Refused(_("This take is still on its way, or done: sending it again would be charged twice."))
    with transaction.atomic():
        rev = Project.bump(generation.project_id)
        try:
            fresh = new_attempt(
                generation,
                attempt.number + 1,
                actor=user,
                why=f"sent again after {attempt.state}",
                seed=attempt.seed,
                cost_estimate=attempt.cost_estimate,
                currency=attempt.currency,
            )
        except IntegrityError:
            raise Refused(_("It is being sent again already.")) from None
        Generation.objects.filter(pk=generation.pk).update(
            status="queued", message="", progress=None, started_at=None, ended_at=None, rev=rev
        )
        doorbell.ring(fresh.pk)


def check_again(generation: Generation, user: User) -> None:
    """Look now: for what is uncertain, and for what we had given up on. Raises Refused."""
    attempt = last_attempt(generation)
    now = timezone.now()
    if attempt.state in (State.UNCERTAIN, *WATCHED):
        Attempt.objects.filter(pk=attempt.pk).update(next_action_at=now)
        Event.record("attempt", str(attempt.uuid), "check asked", actor=user, project_id=generation.project_id)
        return
    if attempt.state == State.EXPIRED and attempt.remote_id:
        move(attempt, State.RUNNING, "a member asks to look again", actor=user, accepted_at=now, **revived(attempt))
        return
    raise Refused(_("There is nothing left to check for this take."))


def revived(attempt: Attempt) -> dict[str, Any]:
    now = timezone.now()
    return {"next_action_at": now, "ended_at": None, "sightings": {}, "poll_errors": 0, "cancel_asked_at": None}


def it_is(generation: Generation, remote_id: str, user: User) -> None:
    """A member names the task that an uncertain attempt became. Raises Refused."""
    attempt = last_attempt(generation)
    remote_id = remote_id.strip()
    if attempt.state != State.UNCERTAIN:
        raise Refused(_("Only a take whose sending is uncertain can be given a task id."))
    if not legal_id(remote_id):
        why = _("That is no task id. Copy it from the provider's own page, such as cgt-20260606160057-6bbjd.")
        raise Refused(why)
    attempt.answer = {}
    try:
        taken = submit.note_id(attempt, remote_id, "", f"{user} says that it is this task")
    except IntegrityError:
        raise Refused(_("Another take of the studio is that task already.")) from None
    if not taken:
        raise Refused(_("Its state has just changed. Look again."))


def refetch(generation: Generation, user: User) -> None:
    """Try the download again; nothing is generated. Raises Refused."""
    attempt = last_attempt(generation)
    if attempt.state not in (State.RESULT_LOST, State.SUCCEEDED):
        raise Refused(_("There is no unsaved result to download."))
    fresh: dict[str, Any] = {
        "result": attempt.result | {"video_url": "", "since": timezone.now().timestamp()},
        "fetch_errors": 0,
        "next_action_at": timezone.now(),
    }
    if attempt.state == State.RESULT_LOST:
        move(attempt, State.SUCCEEDED, "a member asks for the download again", actor=user, ended_at=None, **fresh)
    else:
        Attempt.objects.filter(pk=attempt.pk, state=State.SUCCEEDED).update(**fresh)
    doorbell.ring(attempt.pk, long=True)
