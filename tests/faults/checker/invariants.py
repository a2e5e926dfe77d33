"""The twelve, in their order, and the figures of a run."""

from collections import Counter
from collections.abc import Sequence

from .facts import Facts, Verdict
from .leaks import keys_stay_home, secrets_stay_secret
from .ledger import of_kind
from .life import events_are_paths, nothing_is_sent_for_ever, promises_are_kept, the_heart_beats
from .money import (
    confirmed,
    every_accept_has_its_attempt,
    given_up_by_a_person,
    little_is_uncertain,
    loss,
    money_is_held,
    one_accept_per_attempt,
    one_accept_per_generation,
)
from .owners import Owned, owners
from .pace import gates_are_kept
from .shelf import clips_are_whole


def check(facts: Facts, owned: Sequence[Owned] | None = None) -> list[Verdict]:
    """One verdict per invariant; F2 besides when the kills were counted. Reads `facts.texts` to its end."""
    whose = list(owners(facts) if owned is None else owned)
    return [
        one_accept_per_attempt(facts, whose),
        one_accept_per_generation(facts, whose),
        every_accept_has_its_attempt(facts, whose),
        nothing_is_sent_for_ever(facts),
        promises_are_kept(facts),
        money_is_held(facts, whose),
        events_are_paths(facts),
        clips_are_whole(facts),
        gates_are_kept(facts),
        keys_stay_home(facts),
        secrets_stay_secret(facts),
        the_heart_beats(facts),
        *([little_is_uncertain(facts, whose)] if facts.kills is not None else []),
    ]


def figures(facts: Facts, owned: Sequence[Owned] | None = None) -> dict[str, int]:
    """How many of what. `lost` are accepts that no attempt answers for, `double` those beyond what was asked for."""
    whose = list(owners(facts) if owned is None else owned)
    given_up = given_up_by_a_person(facts.events)
    states = Counter(attempt.state for attempt in facts.attempts)
    return {
        "generations": len(facts.generations),
        "attempts": len(facts.attempts),
        "posts": len(of_kind(facts.ledger, "post")),
        "accepts": len(whose),
        "lost": sum(1 for one in whose if loss(one, facts.is_quiet, given_up)),
        "double": doubles(facts, whose),
        "uncertain": states["uncertain"],
        "uncertain_accepted": sum(1 for one in whose if one.attempt and one.attempt.state == "uncertain"),
        "given_up": sum(1 for one in whose if one.attempt and one.attempt.uuid in given_up),
        "stored": states["stored"],
        "pages_5xx": sum(1 for line in of_kind(facts.client, "page") if line["status"] >= 500),
    }


def doubles(facts: Facts, whose: Sequence[Owned]) -> int:
    """A second accept of one attempt is double even where a person's re-send would have made room for it."""
    asked = confirmed(facts)
    attempts = Counter(one.attempt.uuid for one in whose if one.attempt)
    generations = Counter(one.attempt.generation for one in whose if one.attempt)
    of_attempts = Counter[int]()
    for attempt in facts.attempts:
        of_attempts[attempt.generation] += max(attempts[attempt.uuid] - 1, 0)
    return sum(max(count - 1 - asked[pk], of_attempts[pk]) for pk, count in generations.items())
