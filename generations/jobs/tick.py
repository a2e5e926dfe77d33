"""Once a second: look at what is due, ring for what nobody carries, sweep what is uncertain, leave a heartbeat."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from .. import crash, net
from ..models import Attempt, Gate, Provider, Pulse, State
from ..models.attempt import WATCHED
from ..providers.base import Call, Refusal
from ..times import TIMES
from . import clocks, disk, doorbell, gate, lanes, line, reconcile
from .lease import free_places
from .orders import CannotOrder, dialect_of, probe_call, rule_of
from .poll import poll_due
from .whoami import is_here, process_of

log = logging.getLogger(__name__)


def tick(number: int) -> None:
    """One beat. Each part stands for itself; the heartbeat comes last and says that all had their turn."""
    for part in PARTS:
        safely(part)
    clocks.tick_began.clear()
    beat("tick", number)


def safely(part: Callable[[], object]) -> None:
    try:
        part()
    except Exception:
        log.exception("tick: %s", part)


def beat(name: str, number: int) -> None:
    Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now(), "count": number})


def ring_submits() -> None:
    """The first in line of every provider that has a free slot; a paused one's are rung to learn of the pause."""
    now = timezone.now()
    if not disk.has_room_for_new_work():
        return
    waiting = Attempt.objects.filter(state=State.QUEUED).due(now).unheld(now)
    for provider in Provider.objects.filter(attempts__in=waiting).distinct():
        taken = Attempt.objects.in_flight().filter(provider=provider).count()
        slots = max(provider.max_concurrent - taken, 0)
        # While a provider refuses, the order that tries it is one that was refused least: the first in line alone
        # would use up its tries for all.
        is_refusing = Gate.objects.filter(provider=provider, failures__gt=0).exists()
        order = ("rejections", "pk") if is_refusing else ("pk",)
        for attempt in waiting.filter(provider=provider).order_by(*order)[:slots]:
            ring(attempt, now)


def ring_fetches() -> None:
    """Results that wait at the provider, and downloads whose lease ran out; no more than have a place."""
    now = timezone.now()
    free_the_dead(now)
    places = free_places()
    for attempt in Attempt.objects.filter(state=State.FETCHING, lease_until__lt=now)[:places]:
        doorbell.ring(attempt.pk, long=True)
    for attempt in Attempt.objects.filter(state=State.SUCCEEDED).due(now).unheld(now)[:places]:
        ring(attempt, now, long=True)


def free_the_dead(now: datetime) -> None:
    """A download whose process is gone from this machine need not wait for its lease to run out."""
    for attempt in Attempt.objects.filter(state=State.FETCHING, lease_until__gte=now)[:50]:
        if is_here(attempt.worker) and process_of(attempt.worker) is None:
            mine = Attempt.objects.filter(pk=attempt.pk, state=State.FETCHING, lease=attempt.lease)
            mine.update(lease_until=now - timedelta(seconds=1))


def ring(attempt: Attempt, now: datetime, *, long: bool = False) -> None:
    """Ring once per `rering`, and by one machine: whoever takes the short lease rings."""
    mine = Attempt.objects.filter(pk=attempt.pk, state=attempt.state).unheld(now)
    if mine.update(lease="bell", lease_until=now + timedelta(seconds=TIMES.rering)):
        crash.here("sweep.after_requeue")
        doorbell.ring(attempt.pk, long=long)


def ring_cancels() -> None:
    asked = Attempt.objects.filter(state__in=WATCHED, cancel_asked_at__isnull=False)
    for attempt in asked.unheld(timezone.now())[:50]:
        doorbell.ring(attempt.pk)


def ring_tests() -> None:
    """Provider tests that nobody answered: their worker was replaced."""
    now = timezone.now()
    asked = Provider.objects.filter(test_asked_at__lt=now - timedelta(seconds=TIMES.probe + TIMES.rering))
    for provider in asked.exclude(tested_at__gte=F("test_asked_at"))[:5]:
        if Provider.objects.filter(pk=provider.pk, test_asked_at=provider.test_asked_at).update(test_asked_at=now):
            doorbell.ring_provider_test(provider.pk)


def probe_gates() -> None:
    """A breaker whose pause is over is closed again by a free look, never by a paid POST."""
    due = Gate.objects.filter(closed_until__lte=timezone.now(), provider__trashed_at=None).order_by("closed_until")
    asked: list[tuple[Gate, Call]] = []
    for row in due.select_related("provider")[: lanes.LANES]:
        try:
            asked.append((row, probe_call(row.provider)))
        except CannotOrder:
            gate.looked(row.provider, row.closed_until, False)  # or it would stand before the others for ever
    said = lanes.look_all([(call, rule_of(row.provider)) for row, call in asked])
    for (row, _), answer in zip(asked, said, strict=True):
        gate.looked(row.provider, row.closed_until, answers(row.provider, answer))


def answers(provider: Provider, answer: net.Answer | net.NetError) -> bool:
    """Whether the provider is back: it says anything but a fault of its own."""
    if isinstance(answer, net.NetError) or answer.status >= 500:
        return False
    return not isinstance(dialect_of(provider).read_probe(answer.status, answer.headers, answer.body), Refusal)


def sweep_sometimes() -> None:
    """The sweep has its own pulse, so that several machines share one."""
    now = timezone.now()
    Pulse.objects.get_or_create(name="sweep", defaults={"at": now - timedelta(days=1)})
    due = Pulse.objects.filter(name="sweep", at__lte=now - timedelta(seconds=TIMES.reconcile))
    if due.update(at=now, count=F("count") + 1):
        reconcile.sweep()


PARTS: tuple[Callable[[], object], ...] = (
    clocks.keep_time,
    poll_due,
    ring_submits,
    ring_fetches,
    ring_cancels,
    ring_tests,
    probe_gates,
    line.tell_the_line,
    sweep_sometimes,
)
