"""Which buttons a generation has in its present state, and what each may cost. The names are those of the URLs."""

from dataclasses import dataclass

from . import providers
from .jobs import words
from .models import Attempt, Generation, Provider, State, Status
from .models.attempt import WATCHED
from .providers.base import Phase


@dataclass(frozen=True)
class Action:
    name: str  # of the URL that it posts to; empty for what cannot be done, of which only the hint is told
    label: str
    hint: str  # what it costs: the button's title, and a line on the clip page
    confirm: str = ""
    primary: bool = False


CANCEL = Action("cancel", "Cancel", "Nothing was sent yet: cancelling is free.")
CHECK = Action("check-again", "Check now", "Checking only looks at the provider: it is free.", primary=True)
REFETCH = Action("refetch", "Try the download again", "The download is free: nothing is generated.", primary=True)


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
            return (stop(attempt, generation.provider),) if attempt.state in WATCHED else ()
        case Status.ATTENTION:
            look = (CHECK,) if words.can_look(generation.provider) else ()
            return *look, send_uncertain(attempt, generation.provider)
        case Status.FAILED | Status.CANCELLED:
            return after_failure(attempt, generation.provider)
        case _:
            return ()


def after_failure(attempt: Attempt, provider: Provider) -> tuple[Action, ...]:
    match attempt.state:
        case State.EXPIRED:
            return CHECK, anew(attempt, provider)
        case State.RESULT_LOST:
            return REFETCH, anew(attempt, provider)
        case State.NOT_ACCEPTED:
            return (Action("send-again", "Send again", charge("Sending it again", attempt, provider), primary=True),)
        case _:
            return (Action("retry", "Retry", charge("Retrying", attempt, provider), primary=True),)


def stop(attempt: Attempt, provider: Provider) -> Action:
    """What a provider can still stop, and whether it bills that, differs by dialect."""
    phases = providers.dialect(provider.dialect).CANCELS
    if attempt.cancel_asked_at:
        return Action("", "", "Cancelling is asked for already.")
    if Phase.RUNNING in phases:
        hint = f"{provider.name} can stop it, and may still bill what it has begun."
        return Action("cancel", "Cancel", hint, f"Ask {provider.name} to stop? It may still bill what it has begun.")
    if Phase.QUEUED in phases and attempt.state == State.ACCEPTED:
        hint = f"{provider.name} can stop this only while it waits there; then it is not billed."
        return Action("cancel", "Cancel", hint)
    return Action(
        "", "", f"{provider.name} cannot stop this any more{'' if is_free(attempt, provider) else billed(phases)}."
    )


def send_uncertain(attempt: Attempt, provider: Provider) -> Action:
    more = bracketed(attempt)
    return Action(
        "send-again",
        "It did not run: send again",
        f"If it did run, sending again is charged a second time{more}.",
        f"If it did run, you are charged twice: sending again is charged a second time{more}."
        f" Have you looked on {provider.name}’s own page?",
    )


def anew(attempt: Attempt, provider: Provider) -> Action:
    """The first one ran, or may have run."""
    hint = charge("Generating it again", attempt, provider)
    return Action("retry", "Generate again", hint, f"{hint} The first one may have been charged too. Go on?")


def charge(doing: str, attempt: Attempt, provider: Provider) -> str:
    if is_free(attempt, provider):
        return f"{doing} is free at {provider.name}."
    return f"{doing} is a new charge{bracketed(attempt)}."


def billed(phases: frozenset[Phase]) -> str:
    """Who can stop a waiting task bills one that has begun; of the others no document tells."""
    return ", and bills it" if phases else ", and will probably bill it"


def is_free(attempt: Attempt, provider: Provider) -> bool:
    """At our own sandbox."""
    return provider.lab and not attempt.cost_estimate


def bracketed(attempt: Attempt) -> str:
    cost = words.about(attempt)
    return f" ({cost})" if cost else ""
