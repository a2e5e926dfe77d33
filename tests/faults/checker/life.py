"""I4, I5, I7, I12: everything moves, along legal ways, to an end."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from .facts import Account, Attempt, Event, Facts, Moves, Verdict
from .ledger import of_kind

FINAL = ("stored", "rejected", "not_accepted", "failed", "expired", "cancelled", "result_lost")
IN_FLIGHT = ("submitting", "uncertain", "accepted", "running")


def nothing_is_sent_for_ever(facts: Facts) -> Verdict:
    sending = [attempt for attempt in facts.attempts if attempt.state == "submitting"]
    wrong = [said for attempt in sending if (said := late(attempt, facts))]
    return Verdict("I4", len(facts.attempts), wrong)


def late(attempt: Attempt, facts: Facts) -> str:
    if facts.is_quiet:
        return f"attempt {attempt.uuid} is still submitting, and nothing moves any more"
    limits = facts.limits
    allowed = limits.submitting_elsewhere if attempt.elsewhere else limits.submitting
    over = facts.now - (attempt.post_deadline or 0)
    return f"attempt {attempt.uuid} is submitting {over:.0f} s after its deadline" if over > allowed else ""


def promises_are_kept(facts: Facts) -> Verdict:
    """Whatever the web took is there, whole, and ended or on its way."""
    asked = {line["token"]: line for line in of_kind(facts.client, "asked") if 200 <= line["status"] < 400}
    takes: dict[str, list[int]] = defaultdict(list)
    for generation in facts.generations:
        takes[generation.token].append(generation.pk)
    last: dict[int, Attempt] = {}
    for attempt in sorted(facts.attempts, key=lambda one: one.number):
        last[attempt.generation] = attempt
    stuck = Stuck(facts)
    wrong = []
    for token, line in asked.items():
        if len(takes[token]) != line["takes"]:
            wrong.append(
                f"token {token}: {line['takes']} takes were answered {line['status']}, {len(takes[token])} exist"
            )
        for pk in takes[token]:
            said = stuck.why(last[pk]) if pk in last else "it has no attempt"
            if said:
                wrong.append(f"generation {pk} (token {token}): {said}")
    return Verdict("I5", len(asked), wrong)


class Stuck:
    """Tells what stands still from what waits for its turn: a queued attempt may be due for as long as its line is."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.accounts = {account.pk: account for account in facts.accounts}
        self.taken = Counter(one.account for one in facts.attempts if one.state in IN_FLIGHT)
        account_of = {one.uuid: one.account for one in facts.attempts}
        self.moved: dict[int, float] = {}  # account → its last event
        for event in facts.events:
            pk = account_of.get(event.attempt, 0)
            self.moved[pk] = max(self.moved.get(pk, 0), event.at)

    def why(self, attempt: Attempt) -> str:
        """Why it will not move by itself; empty when it will, or has ended."""
        account = self.accounts.get(attempt.account)
        held = attempt.state == "queued" and account is not None and account.paused
        if attempt.state in FINAL or held:
            return ""
        if self.facts.is_quiet:
            return "" if attempt.state == "uncertain" else f"still {attempt.state}, and nothing moves any more"
        if attempt.due is None:
            return f"{attempt.state} without a next action"
        over = self.facts.now - attempt.due
        if attempt.state == "submitting" or over <= self.facts.limits.overdue:  # I4 judges the first
            return ""
        if attempt.state == "queued" and account is not None and self.has_a_line(account):
            return ""
        return f"{attempt.state}, and due for {over:.0f} s"

    def has_a_line(self, account: Account) -> bool:
        full = self.taken[account.pk] >= account.gate
        return full or self.facts.now - self.moved.get(account.pk, 0) <= self.facts.limits.overdue


def events_are_paths(facts: Facts) -> Verdict:
    histories: dict[str, list[Event]] = defaultdict(list)
    for event in facts.events:
        histories[event.attempt].append(event)
    wrong = []
    for attempt in facts.attempts:
        if said := break_in(histories[attempt.uuid], attempt.state, facts.moves):
            wrong.append(f"attempt {attempt.uuid}: {said}")
    return Verdict("I7", len(facts.attempts), wrong)


def break_in(events: Sequence[Event], state: str, moves: Moves) -> str:
    """Where the events leave the legal ways from "" to `state`; empty when they do not. Others than moves are notes."""
    at = ""
    for event in events:
        if event.new not in moves:
            continue
        if event.old != at:
            return f"an event leaves {event.old or 'nothing'}, where it stood at {at or 'nothing'}"
        # A task that was found at the provider and adopted begins as accepted.
        legal: Sequence[str] = moves[at] if at else ("queued", "accepted")
        if event.new not in legal:
            return f"there is no move from {at or 'nothing'} to {event.new}"
        at = event.new
    return "" if at == state else f"its events end at {at or 'nothing'}, the row says {state}"


def the_heart_beats(facts: Facts) -> Verdict:
    if not facts.is_running:
        return Verdict("I12", 0)
    if facts.beat is None:
        return Verdict("I12", 1, ["no tick ever came to its end"])
    age = facts.now - facts.beat
    said = [f"the last tick ended {age:.0f} s ago"] if age > facts.limits.heartbeat else []
    return Verdict("I12", 1, said)
