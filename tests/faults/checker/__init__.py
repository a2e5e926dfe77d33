"""The checker of the storm: ledger, rows, files and logs against the twelve invariants.

`python -m tests.faults.checker --folder DIR` runs in the environment of the studio under test. It shares the product's
table of moves and its times, and no other line: what it says of the studio must not come from the studio.
"""

from .facts import Account, Attempt, Clip, Event, Facts, Generation, Limits, Verdict
from .invariants import check
from .ledger import Line, read_lines

__all__ = [
    "Account",
    "Attempt",
    "Clip",
    "Event",
    "Facts",
    "Generation",
    "Limits",
    "Line",
    "Verdict",
    "check",
    "read_lines",
]
