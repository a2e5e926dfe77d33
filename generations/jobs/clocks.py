"""The wall clock as a source of error: what a machine does when its own was set, or when it slept.

Rows say when something is due by the wall clock, the only one that several machines share. Each machine notes the time
in a row of its own; where that note lies ahead of now, the clock was set back, and where it is old, the clock was set
forward or nobody worked here. Both times are seen before anything is judged by the clock.
"""

import hashlib
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Least
from django.utils import timezone

from ..models import Attempt, Gate, Provider, Pulse, State
from ..models.attempt import WATCHED
from ..times import TIMES
from .whoami import machine

SLACK = timedelta(seconds=60)  # steps below this cost no more than that wait
tick_began: dict[str, float] = {}  # by the wall clock, and by the one that nobody sets; empty between two ticks


def keep_time() -> None:
    """Called first in every tick."""
    now = timezone.now()
    tick_began.update(wall=now.timestamp(), monotonic=time.monotonic())
    name = name_of(machine()[0])
    noted = Pulse.objects.filter(name=name).values_list("at", flat=True).first()
    step = now - noted if noted else timedelta(0)
    if noted and abs(step) < timedelta(seconds=TIMES.rering):
        return
    with transaction.atomic():
        if step < -SLACK:
            bring_back(now, -step)
        elif step > SLACK:
            take_along(now, step)
        Pulse.objects.update_or_create(name=name, defaults={"at": now})


def is_steady() -> bool:
    """Whether the clock was left alone since this tick began: if not, a verdict by the clock waits for the next one."""
    if not tick_began:
        return True
    passed = time.monotonic() - tick_began["monotonic"]
    return abs(timezone.now().timestamp() - tick_began["wall"] - passed) < SLACK.total_seconds()


def name_of(host: str) -> str:
    return f"clock {hashlib.sha256(host.encode()).hexdigest()[:16]}"


def bring_back(now: datetime, step: timedelta) -> None:
    """The clock was set back: all that waits would wait for as long again. Due too early, a row finds nothing to do."""
    Attempt.objects.filter(next_action_at__gt=now).update(next_action_at=F("next_action_at") - step)
    Attempt.objects.filter(lease_until__gt=now).update(lease_until=F("lease_until") - step)
    Gate.objects.filter(closed_until__gt=now).update(closed_until=F("closed_until") - step)
    Gate.objects.filter(refilled_at__gt=now).update(refilled_at=now)
    Provider.objects.filter(test_asked_at__gt=now).update(test_asked_at=now)
    Pulse.objects.filter(at__gt=now).update(at=now)


def take_along(now: datetime, step: timedelta) -> None:
    """The clock was set forward, or nobody looked for so long: time that was not spent looking counts for no verdict.

    Neither for a rendering's deadline, nor as the time between the two looks that prove an absence.
    """
    later = Least(F("accepted_at") + step, Value(now), output_field=DateTimeField())
    Attempt.objects.filter(state__in=WATCHED).update(accepted_at=later)
    for attempt in Attempt.objects.filter(state=State.UNCERTAIN, sightings__has_key="absent_at"):
        sightings = {name: value for name, value in attempt.sightings.items() if name != "absent_at"}
        Attempt.objects.filter(pk=attempt.pk, state=State.UNCERTAIN).update(sightings=sightings)
