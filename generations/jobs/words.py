"""What the member reads: what happened, were you charged, what to do. One place, so that the tone is one.

A card shows two to four lines, so the provider's own words come last.
"""

from .. import providers
from ..models import Attempt, Provider, State
from ..providers.base import Cause, Phase, Refusal

NO_ROOM = "The studio's disk is nearly full, so nothing new is sent. This starts by itself when an admin has made room."
NOT_CHARGED = "Nothing was sent, so nothing was charged."
WAITING = "Waiting for a free slot at"
NEAR = 10  # places in a line that are told and kept true
BY_HAND = "Paused by "  # how the reason of a pause begins when a person paused the provider

ON_REFUSAL = {
    Cause.BLOCKED: "{}'s content filter refused this request. You were not charged. Change the prompt or the inputs.",
    Cause.AUTH: "{} refused the studio's key. You were not charged. An admin must check the key; then retry.",
    Cause.BALANCE: "{} has no balance or quota left. You were not charged. An admin must top it up; then retry.",
    Cause.MISSING: "{} does not know this model or address. You were not charged. Choose another, or tell an admin.",
    Cause.BUSY: "{} turned this down again and again because it is busy. You were not charged. Retry later.",
    Cause.PROVIDER: "{} has a fault of its own and did not take this. You were not charged. Retry later.",
}


def said(refusal: Refusal | None) -> str:
    return f" It said: {refusal.message}" if refusal and refusal.message else ""


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def about(attempt: Attempt) -> str:
    """What one sending probably costs: "about 0.42 USD"; empty where no price is known."""
    amount = attempt.cost_estimate
    if not amount:
        return ""
    return f"about {amount:.2f} {attempt.currency}" if amount >= 0.01 else f"less than 0.01 {attempt.currency}"


# before it is sent


def waiting(provider: Provider, place: int = 0) -> str:
    """`place` in the line; beyond the first NEAR it is not told, for nobody keeps it true."""
    start = f"{WAITING} {provider.name}"
    if place > NEAR:
        return f"{start}; more than {NEAR - 1} are before it."
    return f"{start}, {ordinal(place)} in line." if place > 1 else f"{start}."


def resting(provider: Provider) -> str:
    """Its breaker is open."""
    return (
        f"{provider.name} asked for a pause, or failed several times in a row. Nothing was charged; the studio looks"
        " whether it is back, and then this starts by itself."
    )


def is_by_hand(provider: Provider) -> bool:
    """A person paused it; else the studio did, because its key or balance was refused."""
    return provider.paused_why.startswith(BY_HAND)


def why_paused(provider: Provider) -> str:
    """What follows on "is paused": " by Alice", or ": its key was refused"."""
    if is_by_hand(provider):
        return f" by {provider.paused_why.removeprefix(BY_HAND).rstrip('.')}"
    reason = provider.paused_why.partition(". ")[0].rstrip(".")
    return f": {reason}" if reason else ""


def paused(provider: Provider) -> str:
    if provider.trashed_at:
        return f"{provider.name} was taken out of the studio, so this is not sent. Cancel it, and ask another provider."
    return (
        f"{provider.name} is paused{why_paused(provider)}. This take waits, uncharged, and starts by itself"
        " when an admin resumes it."
    )


def trying_again(provider: Provider, reason: str) -> str:
    return (
        f"{provider.name} could not take it yet. Nothing was charged; the studio tries again by itself."
        f" Reason: {reason.rstrip('.')}."
    )


def unreachable(provider: Provider, reason: str) -> str:
    return f"{provider.name} could not be reached. You were not charged. Retry later. Reason: {reason.rstrip('.')}."


def refused(provider: Provider, refusal: Refusal) -> str:
    """A definite no before anything ran."""
    start = ON_REFUSAL.get(refusal.cause, "{} refused this request. You were not charged. Change it, then try again.")
    return start.replace("{}", provider.name) + said(refusal)


# sent, and no answer


def can_look(provider: Provider) -> bool:
    """Whether there is a list in which an uncertain take may be found."""
    return (
        provider.lists and providers.dialect(provider.dialect).LISTS and provider.reconcile != Provider.Reconcile.MANUAL
    )


def uncertain(provider: Provider, cost: str = "", reason: str = "") -> str:
    """`cost` as of `about`."""
    cause = f" Reason: {reason.rstrip('.')}." if reason else ""
    stake = f"It may be running and may cost {cost or 'money'}."
    start = f"This was sent to {provider.name}, and no clear answer came back. {stake}"
    if can_look(provider):
        return f"{start} The studio looks for it by itself, and will not send it twice.{cause}"
    return f"{start} Look on its own page: the studio cannot, and will not send it twice by itself.{cause}"


def not_run(provider: Provider) -> str:
    return (
        f"It did not run: {provider.name} lists our other tasks, and this one is not among them. You were not charged."
    )


# at the provider


def silent(provider: Provider, reason: str) -> str:
    return (
        f"{provider.name} does not answer at the moment. Your video may go on there all the same; the studio keeps"
        f" looking. Reason: {reason.rstrip('.')}."
    )


def stopping(provider: Provider) -> str:
    """A member asked to cancel what the provider has."""
    phases = providers.dialect(provider.dialect).CANCELS
    if Phase.RUNNING in phases:
        return f"Asking {provider.name} to stop. What it has begun may still be billed."
    return f"Asking {provider.name} to stop. It can only stop what it has not begun; that is not billed."


def still_running(provider: Provider) -> str:
    return f"{provider.name} has already begun and cannot stop it. You may be charged; the result will appear here."


def cancelled(provider: Provider) -> str:
    """The provider says that it stopped the task."""
    phases = providers.dialect(provider.dialect).CANCELS
    if Phase.RUNNING in phases:
        return f"{provider.name} stopped it. What it had begun may still be billed."
    if Phase.QUEUED in phases:
        return f"{provider.name} took it out of its line before it began. You were not charged."
    return f"{provider.name} cancelled it. Look on its own page whether it was charged."


def failed(provider: Provider, refusal: Refusal | None) -> str:
    """It ran, and failed."""
    if refusal and refusal.cause is Cause.BLOCKED:
        start = f"{provider.name}'s content filter held the result back. Most providers do not charge for that."
    else:
        start = f"{provider.name} could not make this video. Failed tasks are usually not charged."
    return start + said(refusal)


def expired(provider: Provider) -> str:
    return (
        f"{provider.name} did not finish in time. It may still finish there, and be charged: check again before you"
        " generate it anew."
    )


def gave_up(provider: Provider) -> str:
    """The provider's own deadline passed."""
    return f"{provider.name} gave up on this task. Such tasks are usually not charged. Generate it again when you like."


def lost(provider: Provider) -> str:
    return (
        f"{provider.name} no longer knows this task. It may have been charged: look on its own page before you retry."
    )


def no_url(provider: Provider) -> str:
    return f"{provider.name} says that the video is ready but gives no address for it. Check again in a while (free)."


# bringing it home


def saving_again(reason: str) -> str:
    return (
        "The video is made; saving it did not work yet. The studio tries again, and nothing is generated twice."
        f" Reason: {reason.rstrip('.')}."
    )


def result_lost(reason: str) -> str:
    return (
        "The video was made, but its file could not be saved. Try the download again: that costs nothing."
        f" Reason: {reason.rstrip('.')}."
    )


def unsaid(state: State, provider: Provider) -> str:
    """For a card without a message of its own: what its status alone leaves open."""
    match state:
        case State.SUBMITTING:
            return f"Being sent to {provider.name} now."
        case State.ACCEPTED:
            return f"{provider.name} has it and will begin with it soon."
        case State.SUCCEEDED | State.FETCHING:
            return f"{provider.name} has made the video; it is on its way here."
        case State.NOT_ACCEPTED:
            return "A member said that this did not run. It can be sent again."
        case State.CANCELLED:
            return cancelled(provider)
        case _:
            return ""
