"""What may be sent to a provider now: its slots, its rate, its breaker. Rows, shared by every machine."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from .. import crash
from ..models import Attempt, Gate, Provider, State
from ..times import TIMES
from .moves import move


def locked(provider: Provider) -> Gate:
    """The provider's gate under its row lock, until the transaction ends (SQLite: every writer has the lock)."""
    Gate.objects.get_or_create(provider=provider, defaults={"tokens": min(provider.rate, provider.max_concurrent)})
    return Gate.objects.select_for_update().get(provider=provider)


def enter(attempt: Attempt, why: str, **intent: Any) -> float:
    """Pass the gate and commit the intent, in one transaction. Returns 0, or the seconds to wait.

    Raises RuntimeError inside an outer transaction: the intent must be durable before the first byte.
    """
    if connection.in_atomic_block:
        raise RuntimeError("the intent to spend must be committed by itself")
    with transaction.atomic():
        gate = locked(attempt.provider)
        wait = seconds_to_wait(gate, attempt.provider)
        if wait:
            return wait
        if not move(attempt, State.SUBMITTING, why, **intent):
            return -1  # somebody else carries it
        gate.tokens -= 1
        gate.save(update_fields=["tokens", "refilled_at"])
        crash.here("submit.after_gate")
    return 0


def seconds_to_wait(gate: Gate, provider: Provider) -> float:
    """0 when one more POST may leave now. Refills the bucket in memory; the caller saves it."""
    now = timezone.now()
    if gate.closed_until:
        # Only a free look opens a breaker again (tick.probe_gates): never a paid POST.
        return max((gate.closed_until - now).total_seconds(), TIMES.tick)
    if Attempt.objects.in_flight().filter(provider=provider).count() >= provider.max_concurrent:
        return TIMES.rering
    capacity = max(1.0, min(provider.max_concurrent, provider.rate / 10))
    # What the full bucket may burst is taken off the refill, so that no minute sees more than `rate`.
    per_second = max(provider.rate - capacity, provider.rate / 2) / 60
    passed = max(0.0, (now - gate.refilled_at).total_seconds())
    gate.tokens = min(capacity, gate.tokens + passed * per_second)
    gate.refilled_at = now
    return 0 if gate.tokens >= 1 else (1 - gate.tokens) / per_second


def succeeded(provider: Provider) -> None:
    """The provider took an order: its failures are forgotten.

    A pause goes on to its end, for the provider may have asked for it in answer to another order just now.
    """
    Gate.objects.filter(provider=provider).exclude(failures=0, opened=0).update(failures=0, opened=0)


def reset(provider: Provider) -> None:
    """An admin's test went well: a person wants it to be used again at once."""
    Gate.objects.filter(provider=provider).update(failures=0, opened=0, closed_until=None)


def failed(provider: Provider, rest: float | None = None) -> None:
    """A definite no for now, or no way to the provider; enough of them in a row stop all sending for a while.

    `rest` is what the provider itself asked for, seconds: nobody sends to it before.
    """
    with transaction.atomic():
        gate = locked(provider)
        gate.failures += 1
        if gate.failures >= TIMES.breaker_failures and gate.closed_until is None:
            close(gate)
        if rest:
            until = timezone.now() + timedelta(seconds=rest)
            gate.closed_until = max(gate.closed_until or until, until)
        gate.save(update_fields=["failures", "opened", "closed_until"])


def close(gate: Gate) -> None:
    pause = min(TIMES.breaker_cap, TIMES.breaker_base * 2**gate.opened) * random.uniform(0.8, 1.2)  # noqa: S311
    gate.opened = min(gate.opened + 1, 20)
    gate.closed_until = timezone.now() + timedelta(seconds=pause)


def looked(provider: Provider, paused: datetime | None, is_back: bool) -> None:
    """After a free look at the end of the pause `paused`: the gate opens, or stays closed for longer.

    Nothing changes when the pause is another one by now: an order that was on its way, or sent by another machine
    that looked too, has been refused meanwhile.
    """
    with transaction.atomic():
        gate = locked(provider)
        if gate.closed_until != paused:
            return
        if is_back:
            reopen(gate)
        else:
            close(gate)
        gate.save(update_fields=["closed_until", "opened", "failures", "tokens", "refilled_at"])


def reopen(gate: Gate) -> None:
    """One order goes ahead, and the next no closes an opened breaker again, for longer."""
    gate.closed_until = None
    gate.failures = max(gate.failures, TIMES.breaker_failures - 1) if gate.opened else gate.failures
    gate.tokens = min(gate.tokens, 1)
    gate.refilled_at = timezone.now()
