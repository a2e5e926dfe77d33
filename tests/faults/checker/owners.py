"""Whose is an accept? By its tag; where none travels, by the id that a row holds and the hash of what was sent."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .facts import Attempt, Facts
from .ledger import Line, of_kind

OPEN = ("uncertain", "submitting")


@dataclass(frozen=True)
class Owned:
    """An accept and the attempts that it could be of: exactly one, in a sound world."""

    accept: Line
    attempts: Sequence[Attempt]

    @property
    def attempt(self) -> Attempt | None:
        return self.attempts[0] if len(self.attempts) == 1 else None


def owners(facts: Facts) -> list[Owned]:
    tags, bodies, ids = defaultdict(list), defaultdict(list), defaultdict(list)
    for attempt in facts.attempts:
        tags[attempt.tag].append(attempt)
        bodies[attempt.request_sha256].append(attempt)
        ids[attempt.remote_id].append(attempt)
    accepts = of_kind(facts.ledger, "accept")
    known = {accept["id"] for accept in accepts}
    taken: set[str] = set()
    found = []
    for accept in accepts:
        attempts = tags[accept["tag"]] if accept.get("tag") else []
        if not attempts:
            twins = bodies[accept["body_sha256"]] if accept.get("body_sha256") else []
            attempts = untagged(ids[accept["id"]], twins, known, taken)
            taken |= {attempt.uuid for attempt in attempts}
        found.append(Owned(accept, attempts))
    return found


def untagged(holders: list[Attempt], twins: list[Attempt], known: set[str], taken: set[str]) -> list[Attempt]:
    """The owner of an accept without a tag.

    A holder of its id counts if it sent these very bytes, or none (a task that was adopted). Takes of one wish may
    travel with the same bytes: then any of them will do that holds no other id of the ledger, the open ones first.
    """
    sound = [attempt for attempt in holders if attempt in twins or not (twins and attempt.request_sha256)]
    if sound:
        return sound
    free = [attempt for attempt in twins if attempt.uuid not in taken and attempt.remote_id not in known]
    free.sort(key=lambda attempt: attempt.state not in OPEN)
    return (free or twins)[:1]
