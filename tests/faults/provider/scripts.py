"""What tests tell the provider to do: each script waits for a kind of request and says how that one fares."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .tasks import ENDS

KINDS = ("create", "look", "list", "file", "cancel", "probe")
FATES = ("hang", "reset", "close", "half", "drip")
SILENT = ("hang", "reset", "close")  # no answer comes

NUMBER = (int, float)
DO: dict[str, tuple[type, ...]] = {
    "status": (int,),
    "headers": (dict,),
    "body": (dict, list, str, int, float, bool, type(None)),
    "accept": (bool,),
    "fate": (str,),
    "seconds": NUMBER,
    "delay": NUMBER,
    "task": (dict,),
    "ends": (str,),
    "lasts": NUMBER,
}
SCRIPT: dict[str, tuple[type, ...]] = {
    "on": (str,),
    "where": (dict,),
    "do": (dict,),
    "times": (int,),
    "skip": (int,),
    "chance": NUMBER,
}


@dataclass
class Script:
    """`left` is None for ever. `where` has a part of a prompt, or an id, or both."""

    on: tuple[str, ...]
    do: Mapping[str, Any]
    where: Mapping[str, str] = field(default_factory=dict)
    left: int | None = None
    skip: int = 0
    chance: float = 1
    used: int = 0

    def means(self, tasks: Sequence[tuple[str, str]]) -> bool:
        """Whether one of these tasks, told by prompt and id, is among those of `where`. Without a `where` all are."""
        if not self.where:
            return True
        part, wanted = self.where.get("prompt", ""), self.where.get("id")
        return any(part in prompt and wanted in (None, task_id) for prompt, task_id in tasks)


def read_script(data: Any) -> Script:
    """Raises ValueError, saying what is wrong."""
    check(data, SCRIPT, "a script")
    check(data.get("do"), DO, "“do”")
    do, kinds = data["do"], tuple(data.get("on", "").split("|"))
    if odd := set(kinds) - set(KINDS):
        raise ValueError(f"“on” is one or more of {'|'.join(KINDS)}, not {', '.join(sorted(odd)) or 'nothing'}")
    where = data.get("where", {})
    if "create" in kinds and "id" in where:
        raise ValueError("a create has no id yet: say “where” by its prompt")
    if set(where) - {"prompt", "id"} or not all(isinstance(value, str) for value in where.values()):
        raise ValueError("“where” has a prompt, an id or both, as text")
    if do.get("fate", FATES[0]) not in FATES:
        raise ValueError(f"“fate” is one of {', '.join(FATES)}, not {do['fate']}")
    if do.get("ends", ENDS[0]) not in ENDS:
        raise ValueError(f"“ends” is one of {', '.join(ENDS)}, not {do['ends']}")
    if not 200 <= do.get("status", 200) <= 599:
        raise ValueError(f"“status” is one of an answer, 200 to 599, not {do['status']}")
    if do.get("accept") is False and "status" not in do and do.get("fate") not in SILENT:
        raise ValueError(f"what is not accepted has no true answer: add a status, or the fate {', '.join(SILENT)}")
    return Script(kinds, do, where, data.get("times"), data.get("skip", 0), data.get("chance", 1))


def check(data: Any, known: Mapping[str, tuple[type, ...]], what: str) -> None:
    if not isinstance(data, dict):
        raise ValueError(f"{what} is an object")
    for name, value in data.items():
        if name not in known:
            raise ValueError(f"{what} has no “{name}”, but {', '.join(known)}")
        if not isinstance(value, known[name]) or (isinstance(value, bool) and bool not in known[name]):
            raise ValueError(f"{what}: “{name}” is {' or '.join(kind.__name__ for kind in known[name])}")


def accepts(do: Mapping[str, Any]) -> bool:
    """Whether the thing asked for is really done, whatever the client hears."""
    return bool(do.get("accept", "status" not in do and do.get("fate") not in SILENT))


class Scripts:
    """In the order in which they came; the first one that fits is used."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lock = threading.Lock()
        self.all: dict[int, Script] = {}
        self.made = 0

    def add(self, script: Script) -> int:
        with self.lock:
            self.made += 1
            self.all[self.made] = script
            return self.made

    def clear(self) -> None:
        with self.lock:
            self.all.clear()

    def used(self) -> list[dict[str, int]]:
        with self.lock:
            return [{"script": number, "used": script.used} for number, script in self.all.items()]

    def pick(self, fits: Callable[[Script], bool]) -> Script | None:
        """The first script that fits and whose turn it is; what it still waits for is counted down."""
        with self.lock:
            for script in self.all.values():
                if script.left == 0 or not fits(script):
                    continue
                if script.skip:
                    script.skip -= 1
                    continue
                if script.chance < 1 and self.random.random() >= script.chance:
                    continue
                script.used += 1
                script.left = None if script.left is None else script.left - 1
                return script
        return None
