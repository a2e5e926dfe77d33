"""What can be wrong with a running studio, as its rows, folders and clocks tell it.

Each check gives an Alarm or None, and raises DatabaseError or OSError when it cannot know. RED means that the studio
does not do its work; a WARNING is a row that somebody should look at while the rest goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from studio.config import config
from studio.models import Event

from .jobs import disk, words
from .models import Attempt, Provider, Pulse, State
from .models.attempt import WATCHED
from .times import TIMES

RESULT_OLD = 3600  # seconds; addresses of results live for a day
UNCERTAIN_OLD = 24 * 3600  # seconds; what has not been found by then wants a person
MOST_NAMED = 5  # cards in one sentence


@dataclass(frozen=True)
class Alarm:
    public: str  # /readyz says it to anybody: no names, no counts
    detail: str  # for who keeps the studio: how much, which, and the cure


def ago(seconds: float) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)


# red


def cluster() -> Alarm | None:
    """Every tick that came to its end leaves a heartbeat: none comes from a dead, wedged or unwatched cluster."""
    pulse = Pulse.objects.filter(name="tick").first()
    if pulse and pulse.at > ago(TIMES.heartbeat_old):
        return None
    cure = "start `make run`, or `manage.py cluster` on a machine that works."
    if pulse is None:
        return Alarm("has not started", f"No heartbeat ever: {cure}")
    since = f"since {pulse.at:%Y-%m-%d %H:%M:%S} UTC"
    return Alarm(f"no heartbeat {since}", f"No heartbeat {since}: {cure}")


def sweep() -> Alarm | None:
    """The search for what is uncertain has a pulse of its own; three are missed before it counts."""
    pulse = Pulse.objects.filter(name="sweep").first()
    if pulse and pulse.at > ago(TIMES.heartbeat_old + 2 * TIMES.reconcile):
        return None
    if pulse is None:
        return Alarm("has not run", "What is uncertain was never looked for: start the cluster, or read its log.")
    since = f"since {pulse.at:%Y-%m-%d %H:%M:%S} UTC"
    return Alarm(f"not run {since}", f"What is uncertain is not looked for {since}: read the cluster's log.")


def disk_space() -> Alarm | None:
    if disk.has_room_for_new_work():
        return None
    free = disk.free(config().data) // disk.MIB
    kept = disk.reserve() // disk.MIB
    return Alarm(
        "below the reserve",
        f"{free} MB free, and {kept} MB are kept for results: free some space.",
    )


def paused() -> list[Provider]:
    return list(Provider.objects.usable().filter(paused_at__isnull=False))


def providers() -> Alarm | None:
    """A pause by a person is a wish, no fault."""
    ill = [provider for provider in paused() if not words.is_by_hand(provider)]
    if not ill:
        return None
    told = "; ".join(f"{provider.name} is paused{words.why_paused(provider)}" for provider in ill)
    return Alarm("a provider is paused", f"{told}. Mend it at the provider, then press Resume in Providers.")


# warnings


def results() -> Alarm | None:
    """What the provider finished an hour ago: only the event knows since when."""
    since = ago(RESULT_OLD)
    rows = Attempt.objects.filter(state__in=[State.SUCCEEDED, State.FETCHING], accepted_at__lt=since)
    uuids = [str(uuid) for uuid in rows.values_list("uuid", flat=True)]
    ended = Event.objects.about("attempt", *uuids).filter(new=State.SUCCEEDED, at__lt=since)
    return alarm_of(
        rows.filter(uuid__in=list(ended.values_list("subject", flat=True))),
        "a finished result is not saved yet",
        "finished at the provider, and not saved after an hour; their addresses live for a day: read the cluster's log",
    )


def submitting() -> Alarm | None:
    late = ago(TIMES.post_grace + TIMES.reconcile)
    return alarm_of(
        Attempt.objects.filter(state=State.SUBMITTING, post_deadline__lt=late),
        "a sending is past its deadline",
        "being sent past the deadline: the sweep should have taken them up; read the cluster's log",
    )


def uncertain() -> Alarm | None:
    return alarm_of(
        Attempt.objects.filter(state=State.UNCERTAIN, intent_at__lt=ago(UNCERTAIN_OLD)),
        "a sending is uncertain for more than a day",
        "uncertain for more than a day: look on the provider's own page, then say on the card what is true",
    )


def rendering() -> Alarm | None:
    late = ago(TIMES.longest + 2 * TIMES.look_old)
    return alarm_of(
        Attempt.objects.filter(state__in=WATCHED, accepted_at__lt=late),
        "a rendering is past its deadline",
        "rendering past the deadline: no provider answers, or nobody looks; read the cluster's log",
    )


def alarm_of(rows: QuerySet[Attempt], public: str, what: str) -> Alarm | None:
    """An alarm of these attempts, or None without any."""
    pids = list(rows.order_by("pk").values_list("generation__pid", flat=True)[: MOST_NAMED + 1])
    if not pids:
        return None
    named = ", ".join(f"/g/{pid}/" for pid in pids[:MOST_NAMED]) + (" and more" if len(pids) > MOST_NAMED else "")
    return Alarm(public, f"{rows.count()} {what}: {named}")


Check = Callable[[], Alarm | None]

RED: dict[str, Check] = {"cluster": cluster, "sweep": sweep, "disk": disk_space, "providers": providers}
WARNINGS: dict[str, Check] = {
    "results": results,
    "submitting": submitting,
    "uncertain": uncertain,
    "rendering": rendering,
}
