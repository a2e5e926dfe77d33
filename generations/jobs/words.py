"""What the member reads: what happened, were you charged, what to do. One place, so that the tone is one."""

from ..models import Provider
from ..providers.base import Cause, Refusal

NO_ROOM = "The studio's disk is nearly full, so nothing new is sent. Free some space; this take starts by itself."
NOT_CHARGED = "Nothing was sent that could be charged."


def waiting(provider: Provider, place: int = 0) -> str:
    if place > 1:
        return f"Waiting for a free slot at {provider.name} (number {place} in line)."
    return f"Waiting for a free slot at {provider.name}."


def paused(provider: Provider) -> str:
    return f"{provider.name} is paused: {provider.paused_why} This take waits and starts by itself afterwards."


def trying_again(provider: Provider, reason: str) -> str:
    return f"{provider.name} could not take it yet ({reason}). The studio tries again by itself; nothing was charged."


def refused(provider: Provider, refusal: Refusal) -> str:
    """A definite no before anything ran."""
    said = f" It said: {refusal.message}" if refusal.message else ""
    start = {
        Cause.BLOCKED: f"{provider.name}'s content filter refused this request. You were not charged.",
        Cause.AUTH: f"{provider.name} refused the studio's key. You were not charged. An admin must check the key.",
        Cause.BALANCE: f"{provider.name} has no balance or quota left. You were not charged. An admin must top it up.",
        Cause.MISSING: f"{provider.name} does not know this model or address. You were not charged.",
    }.get(refusal.cause, f"{provider.name} refused this request. You were not charged.")
    return start + said


def failed(provider: Provider, refusal: Refusal | None) -> str:
    """It ran, and failed."""
    said = f" It said: {refusal.message}" if refusal and refusal.message else ""
    if refusal and refusal.cause is Cause.BLOCKED:
        return f"{provider.name}'s content filter held the result back. Most providers do not charge for that.{said}"
    return f"{provider.name} could not make this video. Failed tasks are usually not charged.{said}"


def uncertain(provider: Provider) -> str:
    return (
        f"This was sent to {provider.name}, and the connection broke before it answered. It may be running and may"
        " cost money. The studio looks for it by itself and will not send it twice."
    )


def not_run(provider: Provider) -> str:
    return f"It did not run: {provider.name} lists its tasks, and this one is not among them. You were not charged."


def expired(provider: Provider) -> str:
    return f"{provider.name} did not finish in time. It may still finish there: check again, or send it once more."


def lost(provider: Provider) -> str:
    return f"{provider.name} no longer knows this task. Ask it whether it was charged, or send it once more."


def no_url(provider: Provider) -> str:
    return f"{provider.name} says that the video is ready but gives no address for it. Check again in a while."


def result_lost(reason: str) -> str:
    return f"The video was made, but the file could not be saved: {reason} Try the download again; it costs nothing."


def saving_again(reason: str) -> str:
    return f"Saving the video did not work yet ({reason}). The studio tries again; nothing is generated twice."


def still_running(provider: Provider) -> str:
    return f"{provider.name} has already begun and cannot stop it. You may be charged; the result will appear here."
