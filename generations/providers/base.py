"""The words that every dialect shares: plain data in, plain data out.

A dialect turns an `Order` into a `Call` (bytes on the wire) and an answer's JSON into `Created`, `Task` or `Refusal`.
Nothing here knows the database, the settings or the network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Phase(StrEnum):
    """What a provider says of a task, in our words (its own word is kept in `Task.word`)."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ENDED = frozenset({Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED, Phase.EXPIRED})


class Cause(StrEnum):
    """Why a provider said no, as far as its words tell: decides what the member reads and may do."""

    INPUT = "input"  # the request is wrong: change it
    BLOCKED = "blocked"  # the content filter said no
    AUTH = "auth"  # the key is refused: an admin's matter
    BALANCE = "balance"  # no money or quota left: an admin's matter
    BUSY = "busy"  # too many requests: the same request may pass later
    MISSING = "missing"  # model or task is unknown there
    PROVIDER = "provider"  # the provider's own fault
    UNKNOWN = "unknown"


class Unwritable(ValueError):
    """An order that this dialect cannot carry; the words say what and why. Nothing was sent."""


@dataclass(frozen=True)
class Account:
    """One configured account. `base_url` includes its path prefix and has no trailing slash."""

    base_url: str
    key: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)  # fixed extra headers, such as X-Runway-Version
    flags: bool = False  # send parameters as in-prompt flags (`--ratio 16:9`), for gateways that pass only `content`
    lists: bool = True  # this host answers the dialect's list call


@dataclass(frozen=True)
class Medium:
    """One input: `url` is an https link or a data URI."""

    role: str  # first_frame | last_frame | reference_image | reference_video | reference_audio
    kind: str  # image | video | audio
    url: str = field(repr=False)
    name_role: bool = True  # False: the role is implied and stays off the wire (a lone first frame at some gateways)


@dataclass(frozen=True)
class Order:
    """One take, ready to be written: `parameters` are wire name → value, set ones only."""

    model: str
    prompt: str
    media: Sequence[Medium] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    flag_names: Mapping[str, str] = field(default_factory=dict)  # wire name → flag word, for accounts with `flags`
    tag: str = ""  # echoed caller string, only where the preset allows it
    expires_after: int = 0  # seconds, only where the preset allows it


@dataclass(frozen=True)
class Call:
    """One HTTP request, whole."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    body: Mapping[str, Any] | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Created:
    """The provider took the order."""

    id: str
    word: str = ""


@dataclass(frozen=True)
class Refusal:
    """A provider's no, read from an HTTP answer (or from a business code inside a 200)."""

    cause: Cause
    message: str  # the provider's words, trimmed; safe to show to a member
    code: str = ""
    status: int = 0
    retry_after: float | None = None  # seconds, as the provider asked, not clamped


@dataclass(frozen=True)
class Nonsense:
    """An answer that says neither yes nor no: HTML, no id, an odd id."""

    message: str


@dataclass(frozen=True)
class Task:
    """What one look at a task said."""

    id: str
    phase: Phase
    word: str  # the provider's own status word
    known: bool = True  # False: the word is in no vocabulary; treated as running
    video_url: str = field(repr=False, default="")
    last_frame_url: str = field(repr=False, default="")
    progress: float | None = None  # 0..1
    refusal: Refusal | None = None  # set when phase is FAILED, CANCELLED or EXPIRED
    tag: str = ""
    seed: int | None = None
    model: str = ""
    created_at: float | None = None  # unix seconds
    cost: float | None = None  # in the provider's unit
    facts: Mapping[str, Any] = field(default_factory=dict)  # effective resolution, ratio, duration, usage …


class Dialect(Protocol):
    """A wire format. Modules, not classes, implement it: each function is pure."""

    NAME: str
    LABEL: str
    LISTS: bool  # many tasks can be read by one call
    CANCELS: frozenset[Phase]  # phases in which `cancel` stops the task without destroying a result
    ERASES: bool  # `cancel` of an ended task deletes its record and so the paid result

    def create(self, account: Account, order: Order) -> Call:
        """The one paid request. Raises Unwritable."""
        ...

    def read_created(self, status: int, headers: Mapping[str, str], body: bytes) -> Created | Refusal | Nonsense: ...

    def look(self, account: Account, task_id: str) -> Call: ...

    def read_task(
        self, status: int, headers: Mapping[str, str], body: bytes, task_id: str
    ) -> Task | Refusal | Nonsense: ...

    def look_many(self, account: Account, ids: Sequence[str] = (), page: int = 1, size: int = 100) -> Call | None: ...

    def read_many(
        self, status: int, headers: Mapping[str, str], body: bytes
    ) -> Sequence[Task] | Refusal | Nonsense: ...

    def cancel(self, account: Account, task_id: str) -> Call | None: ...

    def probe(self, account: Account) -> Call:
        """A free request that shows whether address and key are good."""
        ...

    def read_probe(self, status: int, headers: Mapping[str, str], body: bytes) -> Refusal | Nonsense | None: ...
