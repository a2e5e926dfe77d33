"""Which of the listed tasks an uncertain attempt became. Pure: no rows, no network, times in unix seconds."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..providers.base import Phase, Task

MOST = 5  # candidates that a person is shown
OPEN_ENDED = ("", "adaptive", "auto", "-1")  # asked for like this, the provider chooses
BY_TAG = "found by its tag in the provider's list"
BY_FINGERPRINT = "found by its time, model and seed in the provider's list"


@dataclass(frozen=True)
class Wanted:
    """What is known of an attempt whose POST had no clear end."""

    key: int
    tag: str  # as sent; "" when the request carried none
    seed: int | None
    is_seed_its_own: bool  # drawn at random, and of no other attempt that may stand in the list
    models: Collection[str]  # names under which the list may show its model; none when that is not known
    since: float  # its task was made between these two, by our clock
    until: float
    asked: Mapping[str, Any] = field(default_factory=dict)  # duration, ratio, resolution


@dataclass(frozen=True)
class Listed:
    """What a provider's list showed, and what that list is known to show."""

    tasks: Collection[Task]
    bound: Collection[str] = ()  # ids that attempts have already
    # Seconds by which the provider's clock goes before ours: the least and the most that its tasks of ours show.
    ahead: tuple[float, float] = (0, 0)
    shows_seeds: bool = False
    tagged: Collection[Phase] = ()  # phases in which it is seen to show our tags: Ark tags only what has ended


@dataclass(frozen=True)
class Match:
    """`task`: surely the one. Else `candidates` are for a person, newest first."""

    task: Task | None = None
    why: str = ""
    candidates: Sequence[Task] = ()
    may_be_here: bool = False  # so its absence cannot be concluded


def match(wanted: Sequence[Wanted], listed: Listed) -> dict[int, Match]:
    """One Match for each wanted key. Never sure without the tag or the attempt's own seed; never two for one."""
    possible = {one.key: [task for task in listed.tasks if may_be(one, task, listed)] for one in wanted}
    sure = {one.key: [task for task in possible[one.key] if is_its_print(one, task)] for one in wanted}
    claims = Counter(task.id for tasks in sure.values() for task in tasks)
    return {one.key: judged(one, listed, possible[one.key], sure[one.key], claims) for one in wanted}


def judged(
    one: Wanted, listed: Listed, possible: Sequence[Task], sure: Sequence[Task], claims: Mapping[str, int]
) -> Match:
    holders = [task for task in listed.tasks if one.tag and task.tag == one.tag]
    free = [task for task in holders if task.id not in listed.bound]
    if len(holders) == len(free) == 1:
        return Match(free[0], BY_TAG)
    if holders:
        return Match(candidates=newest(free), may_be_here=True)
    if len(sure) == 1 and claims[sure[0].id] == 1 and one.is_seed_its_own:
        return Match(sure[0], BY_FINGERPRINT)
    return Match(candidates=newest(possible), may_be_here=bool(possible))


def may_be(one: Wanted, task: Task, listed: Listed) -> bool:
    """Nothing that the list shows speaks against it. The effective settings may differ from those asked for."""
    if task.id in listed.bound or task.tag or (task.model and one.models and task.model not in one.models):
        return False
    least, most = listed.ahead
    made = task.created_at
    if made is not None and (made - least < one.since or made - most > one.until):
        return False
    if one.seed is not None and task.seed is not None:
        return task.seed == one.seed or not (listed.shows_seeds or (one.tag and task.phase in listed.tagged))
    return not (one.tag and task.phase in listed.tagged)


def is_its_print(one: Wanted, task: Task) -> bool:
    """Time, model and seed are all shown, and they and the settings agree."""
    if one.seed is None or task.seed != one.seed or task.created_at is None or task.model not in one.models:
        return False
    return all(agrees(value, task.facts.get(name)) for name, value in one.asked.items())


def agrees(asked: Any, shown: Any) -> bool:
    """Whether what is shown may be what was asked for; what is not shown may be anything."""
    if asked is None or shown is None or str(asked) in OPEN_ENDED:
        return True
    try:
        return abs(float(asked) - float(shown)) <= 1
    except (TypeError, ValueError):
        return str(asked).lower() == str(shown).lower()


def newest(tasks: Collection[Task]) -> list[Task]:
    """The few to show. Without a time the list's own order, newest first, is kept at the end."""
    return sorted(tasks, key=lambda task: -(task.created_at or 0))[:MOST]
