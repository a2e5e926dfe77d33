"""What a member reads while a job stands in a provider's line, kept true as the line moves."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from ..models import Attempt, Gate, Provider, Pulse, State
from ..times import TIMES
from . import words
from .moves import tell


def place_of(attempt: Attempt) -> int:
    """1 for the next to be sent."""
    ahead = Attempt.objects.filter(provider_id=attempt.provider_id, state=State.QUEUED, pk__lt=attempt.pk).count()
    return ahead + 1


def is_resting(provider: Provider) -> bool:
    return Gate.objects.filter(provider=provider, closed_until__isnull=False).exists()


def tell_place(attempt: Attempt) -> None:
    """Why it waits: its provider rests, or others stand before it."""
    provider = attempt.provider
    tell(attempt, words.resting(provider) if is_resting(provider) else words.waiting(provider, place_of(attempt)))


def tell_the_line() -> None:
    """The first few of every line, one machine at a time: what is told to all would be written n times for n jobs."""
    now = timezone.now()
    Pulse.objects.get_or_create(name="line", defaults={"at": now})
    due = Pulse.objects.filter(name="line", at__lte=now - timedelta(seconds=TIMES.rering))
    if not due.update(at=now, count=F("count") + 1):
        return
    for provider in Provider.objects.filter(attempts__state=State.QUEUED).distinct():
        queue = Attempt.objects.filter(state=State.QUEUED, provider=provider).select_related("generation", "provider")
        for attempt in queue.order_by("pk")[: words.NEAR]:
            # Other words, such as those after a no for now, say more than a place.
            if attempt.generation.message.startswith((words.WAITING, words.resting(provider))):
                tell_place(attempt)
