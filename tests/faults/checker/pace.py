"""I9: what was in flight at once, and what was sent in a minute, as the ledger saw it."""

import math
from collections import defaultdict
from collections.abc import Sequence

from .facts import Facts, Verdict
from .ledger import Line, of_kind

MINUTE = 60.0
Door = tuple[str, str]  # key and host of a POST


def gates_are_kept(facts: Facts) -> Verdict:
    posts = of_kind(facts.ledger, "post")
    door_of = {post["n"]: (post.get("key", ""), post.get("host", "")) for post in posts}
    sent: dict[Door, list[float]] = defaultdict(list)
    for post in posts:
        sent[door_of[post["n"]]].append(post["at"])
    ends = {line["id"]: float(line["at"]) for line in of_kind(facts.ledger, "end")}
    spans: dict[Door, list[tuple[float, float]]] = defaultdict(list)
    for accept in of_kind(facts.ledger, "accept"):
        spans[door_of.get(accept["n"], ("", ""))].append((accept["at"], end_of(accept, ends)))
    wrong = []
    for account in facts.accounts:
        door = (account.key, account.host)
        if (most := most_at_once(spans[door])) > account.gate:
            wrong.append(f"{account.host}: {most} tasks at once, {account.gate} are allowed")
        if (most := most_in_a_minute(sent[door])) > account.rate:
            wrong.append(f"{account.host}: {most} POSTs within {MINUTE:.0f} s, {account.rate} are allowed")
    return Verdict("I9", len(posts), wrong)


def end_of(accept: Line, ends: dict[str, float]) -> float:
    """A task's end is written down when somebody looks; until then the plan made at its birth holds."""
    return ends.get(accept["id"], float(accept.get("ends_at", math.inf)))


def most_at_once(spans: Sequence[tuple[float, float]]) -> int:
    # An end at the very moment of a beginning comes first.
    steps = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most


def most_in_a_minute(times: Sequence[float]) -> int:
    times = sorted(times)
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= MINUTE:
            first += 1
        most = max(most, last - first + 1)
    return most
