"""A member's wish becomes rows: generations, their first attempts, inputs, events, all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from studio.ids import new_pid
from studio.models import Event, Project, User

from .asset import Asset
from .attempt import Attempt
from .generation import Generation, Input
from .provider import Provider


@dataclass(frozen=True)
class Wish:
    """What one press of Generate asks for. `inputs` are (role, asset) in the order of the wire."""

    project: Project
    user: User
    provider: Provider
    model: str
    model_id: str
    mode: str
    prompt: str
    parameters: Mapping[str, Any]
    inputs: Sequence[tuple[str, Asset]]
    takes: int
    client_token: str
    shape: tuple[int, int]  # expected pixels, or just a ratio
    cost: Decimal | None = None  # estimate of one take
    currency: str = ""
    seeds: Sequence[int] = field(
        default_factory=tuple
    )  # one per take, where the model takes a seed and none was chosen


def ask(wish: Wish) -> tuple[list[Generation], bool]:
    """The wish's generations, and whether this call made them.

    The same client token gives the same generations: a double click, a browser's retry and a second tab's re-send are
    one job. The caller rings the doorbell on commit.
    """
    found = asked_before(wish)
    if found:
        return found, False
    try:
        with transaction.atomic():
            rev = Project.bump(wish.project.pk)
            batch = new_pid()
            return [write_take(wish, take, batch, rev) for take in range(1, wish.takes + 1)], True
    except IntegrityError:
        # The twin of this request was faster.
        found = asked_before(wish)
        if not found:
            raise
        return found, False


def asked_before(wish: Wish) -> list[Generation]:
    return list(Generation.objects.filter(user=wish.user, client_token=wish.client_token).order_by("take"))


def write_take(wish: Wish, take: int, batch: str, rev: int) -> Generation:
    generation = Generation.objects.create(
        project=wish.project,
        user=wish.user,
        provider=wish.provider,
        batch=batch,
        client_token=wish.client_token,
        take=take,
        rev=rev,
        model=wish.model,
        model_id=wish.model_id,
        mode=wish.mode,
        prompt=wish.prompt,
        parameters=dict(wish.parameters),
        width=wish.shape[0],
        height=wish.shape[1],
    )
    Input.objects.bulk_create(
        Input(generation=generation, asset=asset, role=role, position=position)
        for position, (role, asset) in enumerate(wish.inputs)
    )
    new_attempt(
        generation,
        1,
        seed=wish.seeds[take - 1] if wish.seeds else None,
        cost_estimate=wish.cost,
        currency=wish.currency,
        actor=wish.user,
    )
    return generation


def new_attempt(
    generation: Generation, number: int, *, actor: User | None = None, why: str = "", **fields: Any
) -> Attempt:
    """A paid try of a generation; the caller's transaction has bumped the project.

    `number` follows the try that the caller has looked at. Raises IntegrityError when another has followed it already.
    """
    attempt = Attempt.objects.create(generation=generation, provider_id=generation.provider_id, number=number, **fields)
    Event.record(
        "attempt",
        str(attempt.uuid),
        attempt.state,
        why=why or "asked",
        actor=actor,
        project_id=generation.project_id,
    )
    return attempt
