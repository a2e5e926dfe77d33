"""What the member reads: what happened, were you charged, what to do. One place, so that the tone is one.

A card shows two to four lines, so the provider's own words come last. Workers know no reader's language: they write
English into the row, and `told.py` finds these sentences in it again when a page shows it.
"""

from django.utils.translation import gettext_noop

from .. import providers
from ..models import Attempt, Provider, State
from ..providers.base import Cause, Phase, Refusal

SENTENCES: list[str] = []  # all of those below
NEAR = 10  # places in a line that are told and kept true


def _(sentence: str) -> str:
    """Keeps it for `told.py`; makemessages finds it by this name."""
    SENTENCES.append(sentence)
    return sentence


NO_ROOM = _(
    "The studio's disk is nearly full, so nothing new is sent. This starts by itself when an admin has made room."
)
NOT_CHARGED = _("Nothing was sent, so nothing was charged.")
WAITING = "Waiting for a free slot at"  # how the next three begin
NEXT = _("Waiting for a free slot at {provider}.")
IN_LINE = _("Waiting for a free slot at {provider}, {place} in line.")
FAR = _("Waiting for a free slot at {provider}; more than {ahead} are before it.")
RESTING = _(
    "{provider} asked for a pause, or failed several times in a row. Nothing was charged; the studio looks"
    " whether it is back, and then this starts by itself."
)
# A pause: why, as the provider keeps it, and what its cards say.
BY_HAND = _("Paused by {person}.")
KEY_REFUSED = _("its key was refused. An admin must look.")
NO_BALANCE = _("its balance or quota is used up. An admin must look.")
PAUSED = _("{provider} is paused. This take waits, uncharged, and starts by itself when an admin resumes it.")
PAUSED_BY = _(
    "{provider} is paused by {person}. This take waits, uncharged, and starts by itself when an admin resumes it."
)
PAUSED_FOR = _(
    "{provider} is paused: {reason}. This take waits, uncharged, and starts by itself when an admin resumes it."
)
TAKEN_OUT = _("{provider} was taken out of the studio, so this is not sent. Cancel it, and ask another provider.")
# What ends a text: nothing follows these two.
REASON = _("Reason: {reason}.")
IT_SAID = _("It said: {said}")

TRYING_AGAIN = _("{provider} could not take it yet. Nothing was charged; the studio tries again by itself.")
UNREACHABLE = _("{provider} could not be reached. You were not charged. Retry later.")
REFUSED = _("{provider} refused this request. You were not charged. Change it, then try again.")
ON_REFUSAL = {
    Cause.BLOCKED: _(
        "{provider}'s content filter refused this request. You were not charged. Change the prompt or the inputs."
    ),
    Cause.AUTH: _(
        "{provider} refused the studio's key. You were not charged. An admin must check the key; then retry."
    ),
    Cause.BALANCE: _(
        "{provider} has no balance or quota left. You were not charged. An admin must top it up; then retry."
    ),
    Cause.MISSING: _(
        "{provider} does not know this model or address. You were not charged. Choose another, or tell an admin."
    ),
    Cause.BUSY: _("{provider} turned this down again and again because it is busy. You were not charged. Retry later."),
    Cause.PROVIDER: _("{provider} has a fault of its own and did not take this. You were not charged. Retry later."),
}

SENT = _("This was sent to {provider}, and no clear answer came back.")
MAY_COST = _("It may be running and may cost {cost}.")
MAY_COST_MONEY = _("It may be running and may cost money.")
LOOKING = _("The studio looks for it by itself, and will not send it twice.")
LOOK_THERE = _("Look on its own page: the studio cannot, and will not send it twice by itself.")
ABOUT = gettext_noop("about {amount}")
LESS_THAN = gettext_noop("less than {amount}")
PIECES = (ABOUT, LESS_THAN)  # of sentences
NOT_RUN = _("It did not run: {provider} lists our other tasks, and this one is not among them. You were not charged.")

SILENT = _(
    "{provider} does not answer at the moment. Your video may go on there all the same; the studio keeps looking."
)
STOPPING = _("Asking {provider} to stop. What it has begun may still be billed.")
STOPPING_EARLY = _("Asking {provider} to stop. It can only stop what it has not begun; that is not billed.")
STILL_RUNNING = _("{provider} has already begun and cannot stop it. You may be charged; the result will appear here.")
STOPPED = _("{provider} stopped it. What it had begun may still be billed.")
STOPPED_EARLY = _("{provider} took it out of its line before it began. You were not charged.")
NO_ANSWER_TO_CANCEL = _("{provider} does not answer at the moment, so this could not be cancelled.")
NOT_CANCELLED = _("{provider} could not be reached in time, so this is not cancelled. Cancel it again.")
CANCELLED = _("{provider} cancelled it. Look on its own page whether it was charged.")
HELD_BACK = _("{provider}'s content filter held the result back. Most providers do not charge for that.")
FAILED = _("{provider} could not make this video. Failed tasks are usually not charged.")
EXPIRED = _(
    "{provider} did not finish in time. It may still finish there, and be charged: check again before you"
    " generate it anew."
)
GAVE_UP = _("{provider} gave up on this task. Such tasks are usually not charged. Generate it again when you like.")
LOST = _("{provider} no longer knows this task. It may have been charged: look on its own page before you retry.")
NO_URL = _("{provider} says that the video is ready but gives no address for it. Check again in a while (free).")

SAVING_AGAIN = _(
    "The video is made; saving it did not work yet. The studio tries again, and nothing is generated twice."
)
RESULT_LOST = _("The video was made, but its file could not be saved. Try the download again: that costs nothing.")

BEING_SENT = _("Being sent to {provider} now.")
ACCEPTED = _("{provider} has it and will begin with it soon.")
MADE = _("{provider} has made the video; it is on its way here.")
DID_NOT_RUN = _("A member said that this did not run. It can be sent again.")


def said(refusal: Refusal | None) -> str:
    return f" {IT_SAID.format(said=refusal.message)}" if refusal and refusal.message else ""


def because(reason: str) -> str:
    return f" {REASON.format(reason=reason.rstrip('.'))}" if reason else ""


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def about(attempt: Attempt) -> str:
    """What one sending probably costs: "about 0.42 USD"; empty where no price is known."""
    amount = attempt.cost_estimate
    if not amount:
        return ""
    if amount >= 0.01:
        return ABOUT.format(amount=f"{amount:.2f} {attempt.currency}")
    return LESS_THAN.format(amount=f"0.01 {attempt.currency}")


# before it is sent


def waiting(provider: Provider, place: int = 0) -> str:
    """`place` in the line; beyond the first NEAR it is not told, for nobody keeps it true."""
    if place > NEAR:
        return FAR.format(provider=provider.name, ahead=NEAR - 1)
    sentence = IN_LINE if place > 1 else NEXT
    return sentence.format(provider=provider.name, place=ordinal(place))


def resting(provider: Provider) -> str:
    """Its breaker is open."""
    return RESTING.format(provider=provider.name)


def is_by_hand(provider: Provider) -> bool:
    """A person paused it; else the studio did, because its key or balance was refused."""
    return provider.paused_why.startswith(BY_HAND.partition("{")[0])


def who_paused(provider: Provider) -> str:
    return provider.paused_why.removeprefix(BY_HAND.partition("{")[0]).rstrip(".") if is_by_hand(provider) else ""


def reason_of_pause(provider: Provider) -> str:
    """What the studio paused it for: "its key was refused"."""
    return "" if is_by_hand(provider) else provider.paused_why.partition(". ")[0].rstrip(".")


def why_paused(provider: Provider) -> str:
    """What follows on "is paused": " by Alice", or ": its key was refused"."""
    if is_by_hand(provider):
        return f" by {who_paused(provider)}"
    reason = reason_of_pause(provider)
    return f": {reason}" if reason else ""


def paused(provider: Provider) -> str:
    sentence = PAUSED
    if provider.trashed_at:
        sentence = TAKEN_OUT
    elif is_by_hand(provider):
        sentence = PAUSED_BY
    elif reason_of_pause(provider):
        sentence = PAUSED_FOR
    return sentence.format(provider=provider.name, person=who_paused(provider), reason=reason_of_pause(provider))


def trying_again(provider: Provider, reason: str) -> str:
    return TRYING_AGAIN.format(provider=provider.name) + because(reason)


def unreachable(provider: Provider, reason: str) -> str:
    return UNREACHABLE.format(provider=provider.name) + because(reason)


def refused(provider: Provider, refusal: Refusal) -> str:
    """A definite no before anything ran."""
    return ON_REFUSAL.get(refusal.cause, REFUSED).format(provider=provider.name) + said(refusal)


# sent, and no answer


def can_look(provider: Provider) -> bool:
    """Whether there is a list in which an uncertain take may be found."""
    return (
        provider.lists and providers.dialect(provider.dialect).LISTS and provider.reconcile != Provider.Reconcile.MANUAL
    )


def uncertain(provider: Provider, cost: str = "", reason: str = "") -> str:
    """`cost` as of `about`."""
    stake = MAY_COST.format(cost=cost) if cost else MAY_COST_MONEY
    cure = LOOKING if can_look(provider) else LOOK_THERE
    return f"{SENT.format(provider=provider.name)} {stake} {cure}{because(reason)}"


def not_run(provider: Provider) -> str:
    return NOT_RUN.format(provider=provider.name)


# at the provider


def silent(provider: Provider, reason: str) -> str:
    return SILENT.format(provider=provider.name) + because(reason)


def stopping(provider: Provider) -> str:
    """A member asked to cancel what the provider has."""
    phases = providers.dialect(provider.dialect).CANCELS
    return (STOPPING if Phase.RUNNING in phases else STOPPING_EARLY).format(provider=provider.name)


def still_running(provider: Provider) -> str:
    return STILL_RUNNING.format(provider=provider.name)


def cancelled(provider: Provider) -> str:
    """The provider says that it stopped the task."""
    phases = providers.dialect(provider.dialect).CANCELS
    sentence = STOPPED if Phase.RUNNING in phases else STOPPED_EARLY if Phase.QUEUED in phases else CANCELLED
    return sentence.format(provider=provider.name)


def failed(provider: Provider, refusal: Refusal | None) -> str:
    """It ran, and failed."""
    sentence = HELD_BACK if refusal and refusal.cause is Cause.BLOCKED else FAILED
    return sentence.format(provider=provider.name) + said(refusal)


def expired(provider: Provider) -> str:
    return EXPIRED.format(provider=provider.name)


def gave_up(provider: Provider) -> str:
    """The provider's own deadline passed."""
    return GAVE_UP.format(provider=provider.name)


def lost(provider: Provider) -> str:
    return LOST.format(provider=provider.name)


def no_url(provider: Provider) -> str:
    return NO_URL.format(provider=provider.name)


# bringing it home


def saving_again(reason: str) -> str:
    return SAVING_AGAIN + because(reason)


def result_lost(reason: str) -> str:
    return RESULT_LOST + because(reason)


def unsaid(state: State, provider: Provider) -> str:
    """For a card without a message of its own: what its status alone leaves open."""
    match state:
        case State.SUBMITTING:
            return BEING_SENT.format(provider=provider.name)
        case State.ACCEPTED:
            return ACCEPTED.format(provider=provider.name)
        case State.SUCCEEDED | State.FETCHING:
            return MADE.format(provider=provider.name)
        case State.NOT_ACCEPTED:
            return DID_NOT_RUN
        case State.CANCELLED:
            return cancelled(provider)
        case _:
            return ""
