"""Which buttons a generation has in its present state, and what each may cost. The names are those of the URLs."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studio.words import Words

from . import providers
from .jobs import words
from .models import Attempt, Generation, Provider, State, Status
from .models.attempt import WATCHED
from .providers.base import Phase
from .told import told


@dataclass(frozen=True)
class Action:
    name: str  # of the URL that it posts to; empty for what cannot be done, of which only the hint is told
    label: str
    hint: str  # what it costs: the button's title, and a line on the clip page
    confirm: str = ""
    primary: bool = False


SENDING, RETRYING, GENERATING = "sending", "retrying", "generating"
FREE: dict[str, Words] = {
    SENDING: _("Sending it again is free at {provider}."),
    RETRYING: _("Retrying is free at {provider}."),
    GENERATING: _("Generating it again is free at {provider}."),
}
CHARGED: dict[str, Words] = {
    SENDING: _("Sending it again is a new charge."),
    RETRYING: _("Retrying is a new charge."),
    GENERATING: _("Generating it again is a new charge."),
}
CHARGED_ABOUT: dict[str, Words] = {
    SENDING: _("Sending it again is a new charge ({cost})."),
    RETRYING: _("Retrying is a new charge ({cost})."),
    GENERATING: _("Generating it again is a new charge ({cost})."),
}


def cancel() -> Action:
    return Action("cancel", gettext("Cancel"), gettext("Nothing was sent yet: cancelling is free."))


def check() -> Action:
    hint = gettext("Checking only looks at the provider: it is free.")
    return Action("check-again", gettext("Check now"), hint, primary=True)


def refetch() -> Action:
    hint = gettext("The download is free: nothing is generated.")
    return Action("refetch", gettext("Try the download again"), hint, primary=True)


def last_attempt(generation: Generation) -> Attempt | None:
    """The newest one, from what was prefetched where it was."""
    return max(generation.attempts.all(), key=lambda attempt: attempt.number, default=None)


def actions_of(generation: Generation) -> tuple[Action, ...]:
    attempt = last_attempt(generation)
    if generation.trashed_at or attempt is None:
        return ()
    match generation.status:
        case Status.QUEUED:
            return (cancel(),) if attempt.state == State.QUEUED else ()
        case Status.RENDERING:
            return (stop(attempt, generation.provider),) if attempt.state in WATCHED else ()
        case Status.ATTENTION:
            look = (check(),) if words.can_look(generation.provider) else ()
            return *look, send_uncertain(attempt, generation.provider)
        case Status.FAILED | Status.CANCELLED:
            return after_failure(attempt, generation.provider)
        case _:
            return ()


def after_failure(attempt: Attempt, provider: Provider) -> tuple[Action, ...]:
    match attempt.state:
        case State.EXPIRED:
            return check(), anew(attempt, provider)
        case State.RESULT_LOST:
            return refetch(), anew(attempt, provider)
        case State.NOT_ACCEPTED:
            return (Action("send-again", gettext("Send again"), charge(SENDING, attempt, provider), primary=True),)
        case _:
            return (Action("retry", gettext("Retry"), charge(RETRYING, attempt, provider), primary=True),)


def stop(attempt: Attempt, provider: Provider) -> Action:
    """What a provider can still stop, and whether it bills that, differs by dialect."""
    phases = providers.dialect(provider.dialect).CANCELS
    if attempt.cancel_asked_at:
        return Action("", "", gettext("Cancelling is asked for already."))
    if Phase.RUNNING in phases:
        hint = gettext("{provider} can stop it, and may still bill what it has begun.")
        confirm = gettext("Ask {provider} to stop? It may still bill what it has begun.")
        return Action(
            "cancel", gettext("Cancel"), hint.format(provider=provider.name), confirm.format(provider=provider.name)
        )
    if Phase.QUEUED in phases and attempt.state == State.ACCEPTED:
        hint = gettext("{provider} can stop this only while it waits there; then it is not billed.")
        return Action("cancel", gettext("Cancel"), hint.format(provider=provider.name))
    return Action("", "", too_late(attempt, provider, phases).format(provider=provider.name))


def too_late(attempt: Attempt, provider: Provider, phases: frozenset[Phase]) -> str:
    """Who can stop a waiting task bills one that has begun; of the others no document tells."""
    if is_free(attempt, provider):
        return gettext("{provider} cannot stop this any more.")
    if phases:
        return gettext("{provider} cannot stop this any more, and bills it.")
    return gettext("{provider} cannot stop this any more, and will probably bill it.")


def send_uncertain(attempt: Attempt, provider: Provider) -> Action:
    if cost := told(words.about(attempt)):
        hint = gettext("If it did run, sending again is charged a second time ({cost}).")
        confirm = gettext(
            "If it did run, you are charged twice: sending again is charged a second time ({cost})."
            " Have you looked on {provider}’s own page?"
        )
    else:
        hint = gettext("If it did run, sending again is charged a second time.")
        confirm = gettext(
            "If it did run, you are charged twice: sending again is charged a second time."
            " Have you looked on {provider}’s own page?"
        )
    return Action(
        "send-again",
        gettext("It did not run: send again"),
        hint.format(cost=cost),
        confirm.format(cost=cost, provider=provider.name),
    )


def anew(attempt: Attempt, provider: Provider) -> Action:
    """The first one ran, or may have run."""
    hint = charge(GENERATING, attempt, provider)
    confirm = gettext("{hint} The first one may have been charged too. Go on?")
    return Action("retry", gettext("Generate again"), hint, confirm.format(hint=hint))


def charge(doing: str, attempt: Attempt, provider: Provider) -> str:
    if is_free(attempt, provider):
        return str(FREE[doing]).format(provider=provider.name)
    cost = told(words.about(attempt))
    return str(CHARGED_ABOUT[doing]).format(cost=cost) if cost else str(CHARGED[doing])


def is_free(attempt: Attempt, provider: Provider) -> bool:
    """At our own sandbox."""
    return provider.lab and not attempt.cost_estimate
