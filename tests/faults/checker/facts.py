"""What the checker judges: plain data, so that every invariant can be tried with made-up facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .ledger import Line

Moves = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Account:
    """A provider's row: where its key may go, and how much at once."""

    pk: int
    host: str  # as the Host header names it
    key: str  # first 12 hex digits of the key's SHA-256; "" where it has none
    gate: int = 10**9
    rate: int = 10**9  # POSTs in any 60 s
    paused: bool = False


@dataclass(frozen=True)
class Generation:
    pk: int
    token: str
    take: int = 1


@dataclass(frozen=True)
class Attempt:
    """Times are unix seconds."""

    uuid: str
    generation: int
    state: str
    number: int = 1
    account: int = 1
    tag: str = ""
    request_sha256: str = ""
    remote_id: str = ""
    post_deadline: float | None = None
    due: float | None = None  # next_action_at
    elsewhere: bool = False  # its POST was sent by another machine


@dataclass(frozen=True)
class Event:
    """One of an attempt's, in the order of the rows."""

    attempt: str
    old: str
    new: str
    by_person: bool = False
    at: float = 0


@dataclass(frozen=True)
class Clip:
    attempt: str
    file: str
    sha256: str
    on_disk: str | None  # SHA-256 of the file as it is; None when it is missing


@dataclass(frozen=True)
class Limits:
    """Seconds. The defaults are those of an engine at its real times."""

    submitting: float = 90  # a POST may be open for so long after its deadline
    submitting_elsewhere: float = 600
    overdue: float = 60
    heartbeat: float = 60
    leftover: float = 3600
    uncertain_per_kill: int = 2


@dataclass(frozen=True)
class Facts:
    ledger: Sequence[Line] = ()
    client: Sequence[Line] = ()
    accounts: Sequence[Account] = ()
    generations: Sequence[Generation] = ()
    attempts: Sequence[Attempt] = ()
    events: Sequence[Event] = ()
    clips: Sequence[Clip] = ()
    leftovers: Sequence[tuple[str, float]] = ()  # name and age in seconds of every .part and .draft
    texts: Iterable[tuple[str, str]] = ()  # (place, text) of every log line and every value of the database; read once
    secrets: Sequence[str] = ()
    moves: Moves = field(default_factory=dict)
    beat: float | None = None  # of the newest tick
    now: float = 0
    is_running: bool = True
    is_quiet: bool = False  # nothing more should be on its way
    kills: int | None = None  # how many there were; None: no bound on what is uncertain
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Verdict:
    """What became of one invariant: how many things were looked at, and what is wrong, in words."""

    name: str
    checked: int
    violations: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        return not self.violations
