"""Which buttons a generation has in its present state. The names are those of the URLs."""

from dataclasses import dataclass

from . import providers
from .models import Attempt, Generation, State, Status
from .providers.base import Phase


@dataclass(frozen=True)
class Action:
    name: str  # of the URL that it posts to
    label: str
    confirm: str = ""
    primary: bool = False


CANCEL = Action("cancel", "Cancel")
STOP = Action("cancel", "Cancel", "Ask the provider to stop? It may still bill what has begun.")
CHECK = Action("check-again", "Check now", primary=True)
SEND_UNCERTAIN = Action(
    "send-again",
    "It did not run: send again",
    "If it did run, sending it again is charged twice. Have you looked on the provider’s own page?",
)
SEND = Action("send-again", "Send again", primary=True)
RETRY = Action("retry", "Retry", primary=True)
ANEW = Action("retry", "Generate again")
REFETCH = Action("refetch", "Try the download again", primary=True)

AFTER_FAILURE: dict[str, tuple[Action, ...]] = {
    State.EXPIRED: (CHECK, ANEW),
    State.RESULT_LOST: (REFETCH, ANEW),
    State.NOT_ACCEPTED: (SEND,),
}


def last_attempt(generation: Generation) -> Attempt | None:
    """The newest one, from what was prefetched where it was."""
    return max(generation.attempts.all(), key=lambda attempt: attempt.number, default=None)


def actions_of(generation: Generation) -> tuple[Action, ...]:
    attempt = last_attempt(generation)
    if generation.trashed_at or attempt is None:
        return ()
    match generation.status:
        case Status.QUEUED:
            return (CANCEL,) if attempt.state == State.QUEUED else ()
        case Status.RENDERING:
            stops = Phase.RUNNING in providers.dialect(generation.provider.dialect).CANCELS
            return (STOP,) if stops and not attempt.cancel_asked_at else ()
        case Status.ATTENTION:
            return CHECK, SEND_UNCERTAIN
        case Status.FAILED:
            return AFTER_FAILURE.get(attempt.state, (RETRY,))
        case Status.CANCELLED:
            return (RETRY,)
        case _:
            return ()
