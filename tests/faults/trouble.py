"""What may befall one step of a world, and who takes it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

BEFORE, AFTER = "before the provider hears", "before its answer is heard"
CARRY_POINTS = (
    *("worker.got_task", "submit.before_gate", "submit.after_gate", "submit.after_intent_commit"),
    *("submit.before_id_write", "submit.after_id_write", "submit.spooled"),
    *("fetch.part_open", "fetch.half", "fetch.before_rename", "fetch.after_rename", "fetch.after_commit"),
    *("cancel.before_delete", "cancel.after_delete"),
)
JOB_POINTS = ("poll.after_get", "poll.after_status_write", "sweep.after_match", "sweep.after_requeue")


class Died(BaseException):
    """A worker's process is gone: no handler of the product may hear of it."""


@dataclass(frozen=True)
class Weather:
    """How the provider behaves during one step: `looks` in turn, then fine."""

    post: str = "fine"
    looks: tuple[str, ...] = ()
    file: str = "fine"


@dataclass(frozen=True)
class Trouble:
    """At the `nth` time that a step comes to `at`, `what` happens: die, refuse, gone (the database), or an act."""

    at: str  # "statement", BEFORE, AFTER, or a crash point
    what: str
    nth: int = 0
    which: int = 0


@dataclass(frozen=True)
class Setting:
    """Of one world: which provider, and what it can be asked."""

    dialect: str = "ark"
    tags: bool = True
    lists: bool = True
    echoes: bool = True
    slots: int = 2
    lag: float = 0


FINE = Weather()


@dataclass
class Worker:
    pid: int
    here: bool
    weather: Weather
    trouble: Trouble | None
    attempt: str = ""  # uuid of what it carries
    reached: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    gone: bool = False  # its database
    refused: bool = False  # it has seen the database refuse
    was_held_up: bool = False
    died: bool = False

    @property
    def name(self) -> dict[str, Any]:
        host = "here" if self.here else "elsewhere"
        return {"host": host, "boot": "boot", "pid": self.pid, "started": float(self.pid)}
