"""The five documents that the studio was built from, and the examples in them.

Three are OpenAPI texts whose YAML does not parse as a whole (a bare colon in a description), so the example blocks are
read by themselves; two are pages with curl commands, one of them with trailing commas.
"""

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "seeds"

# A real PNG of one pixel. The first document's own data URI holds an address, not an image.
PNG = "data:image/png;base64," + (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def openapi_examples(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request's example and the reply's."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text_of(name).splitlines() if line.strip()]
    request, reply = [
        block(deeper_than(indent, lines[place + 1 :]))
        for place, (indent, text) in enumerate(lines)
        if text == "example:"
    ]
    return request, reply


def curl_examples(name: str) -> list[dict[str, Any]]:
    """Every JSON object of a page: in curl's --data, and standing alone."""
    text = re.sub(r",(\s*[}\]])", r"\1", text_of(name))
    starts = [match.end() - 1 for match in re.finditer(r"(?:^\s*|--data '|-d ')\{", text, re.MULTILINE)]
    found: list[dict[str, Any]] = []
    end = 0
    for start in starts:
        if start >= end:
            value, end = json.JSONDecoder().raw_decode(text, start)
            found.append(value)
    return found


def deeper_than(indent: int, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    end = next((place for place, line in enumerate(lines) if line[0] <= indent), len(lines))
    return lines[:end]


def block(lines: list[tuple[int, str]]) -> Any:
    """A block of the little YAML that the examples use."""
    indent = lines[0][0]
    starts = [place for place, line in enumerate(lines) if line[0] == indent]
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if lines[0][1].startswith("- "):
        return [block([(indent + 2, part[0][1][2:]), *part[1:]]) for part in parts]
    return dict(entry(part) for part in parts)


def entry(part: list[tuple[int, str]]) -> tuple[str, Any]:
    key, _, rest = part[0][1].partition(":")
    rest = rest.strip()
    if rest == ">-":
        return key, " ".join(text for _, text in part[1:])
    return key, scalar(rest) if rest else block(part[1:])


def scalar(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    words = {"null": None, "true": True, "false": False}
    return words[text] if text in words else int(text) if text.isdecimal() else text
