"""The two histories that are not the studio's: what the fake provider wrote down, and what the load was answered."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Unreadable(Exception):
    """A history that cannot be judged. The message says where it breaks."""


def read_lines(path: Path) -> list[Line]:
    """The JSON objects of a .jsonl file; a last line without its end was never acknowledged. Raises Unreadable."""
    content = path.read_bytes()
    lines = []
    # Not splitlines(): JSON may hold letters that end a line elsewhere.
    for number, text in enumerate(content[: content.rfind(b"\n") + 1].split(b"\n")[:-1], 1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise Unreadable(f"{path}:{number} is no JSON ({error}). Was the file written by two programs?") from None
        if not isinstance(line, dict) or not isinstance(line.get("at"), int | float) or "kind" not in line:
            raise Unreadable(f'{path}:{number} needs "at" and "kind".')
        lines.append(line)
    return lines


def of_kind(lines: Iterable[Line], kind: str) -> list[Line]:
    return [line for line in lines if line["kind"] == kind]
