"""How the fake provider is started."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    folder: Path
    port: int = 0
    seconds: float = 0.3  # of a task from its creation to its end, a third of it queued
    tag: bool = True  # answers echo safety_identifier
    seed: bool = True  # answers echo the seed
    list: bool = True  # there is a list call
    list_late: float = 0  # seconds for which a new task is missing from the list
    clock_skew: float = 0  # seconds by which the times in answers are ahead
    fail: float = 0  # share of tasks that fail, 0 to 1
    bytes: int = 0  # of every file; 0 for the smallest
    files: str = ""  # the address under which files are offered; its own when empty
    random: int = 0  # seed of every choice by chance


def read_options(words: Sequence[str] | None = None) -> Options:
    parser = ArgumentParser("tests.faults.provider", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="keeps ledger.jsonl, by which it is started again")
    parser.add_argument("--port", type=int, default=Options.port, help="0: any free one, which it prints")
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="from a task's creation to its end")
    parser.add_argument("--no-tag", dest="tag", action="store_false", help="do not echo safety_identifier")
    parser.add_argument("--no-seed", dest="seed", action="store_false", help="do not echo the seed")
    parser.add_argument("--no-list", dest="list", action="store_false", help="answer the list call with 404")
    parser.add_argument("--list-late", type=float, default=0, help="seconds for which the list misses a new task")
    parser.add_argument("--clock-skew", type=float, default=0, help="seconds by which its clock is ahead")
    parser.add_argument("--fail", type=float, default=0, help="share of tasks that fail, 0 to 1")
    parser.add_argument("--bytes", type=int, default=0, help="size of every file")
    parser.add_argument("--files", default="", help="offer the files under this address, as that of a proxy")
    parser.add_argument("--random", type=int, default=0, help="seed of every choice by chance")
    return Options(**vars(parser.parse_args(words)))
