"""Faults on request: knobs like [slow] or [slow=5] in a prompt, or `--fault slow=5` for every request."""

import re
from collections.abc import Iterable

# Knob → what it does, for --help and for the studio's own help.
FAULTS: dict[str, str] = {
    "fail": "the task ends as failed: the provider's own error",
    "blocked": "the task ends as failed: the result was held back by moderation",
    "blocked-input": "the prompt is refused by moderation (Runway: the task is accepted and fails)",
    "expired": "the task ends as expired (a failure where the dialect has no such word)",
    "queued": "the task stays queued N seconds more (60)",
    "slow": "the task stays running N seconds more (60)",
    "429": "the POST is refused with 429, Retry-After 2, the first N times for the same body (2)",
    "500": "the POST is refused with 500 and nothing is accepted",
    "hang": "the POST is accepted and then not answered for N seconds (120)",
    "drop": "the POST is accepted and then the connection is reset without an answer",
    "nonsense": "a look at the task answers HTML for N seconds (for ever)",
    "unknown": "a look at the task answers an unknown status word for N seconds (10)",
    "vanish": "a look at the task answers 404 for N seconds (5)",
    "busy": "a look at the task answers 429 for N seconds (5)",
    "late": "the list does not show the task for N seconds (45)",
    "nourl": "the task succeeds without a link to the video",
    "badurl": "the link to the video answers N: 404 or 403 (404)",
    "truncated": "the video breaks off half-way through its Content-Length",
    "hevc": "the video is HEVC (hvc1), which many browsers cannot play",
    "schema": "ChainHub's Runway route answers in the shape of its schema instead of its example",
}
NUMBERS: dict[str, float] = {
    "queued": 60, "slow": 60, "429": 2, "hang": 120, "nonsense": 1e9, "unknown": 10, "vanish": 5, "busy": 5, "late": 45,
    "badurl": 404,
}  # fmt: skip
KNOB = re.compile(r"\[([a-z0-9-]+)(?:=(\d{1,6}(?:\.\d{1,3})?))?\]")

Knobs = dict[str, float]


def knobs_in(text: str) -> Knobs:
    """The knobs of a prompt with their numbers."""
    return {name: number(name, value) for name, value in KNOB.findall(text) if name in FAULTS}


def knobs_of(flags: Iterable[str]) -> Knobs:
    """The knobs of `--fault` flags; ValueError for one that does not exist."""
    result: Knobs = {}
    for flag in flags:
        found = KNOB.fullmatch(f"[{flag}]")
        if not found or found[1] not in FAULTS:
            raise ValueError(f"there is no fault {flag!r}; choose from {', '.join(FAULTS)}")
        result[found[1]] = number(found[1], found[2])
    return result


def number(name: str, value: str | None) -> float:
    return float(value) if value else NUMBERS.get(name, 1.0)


def without_knobs(text: str) -> str:
    """The prompt as it shall be drawn: knobs gone, [Figure 1] and the like kept."""
    left = KNOB.sub(lambda found: "" if found[1] in FAULTS else found[0], text)
    return re.sub(r"[ \t]{2,}", " ", left).strip()


def table() -> str:
    """The knobs as plain text, one a line."""
    wide = max(map(len, FAULTS))
    return "\n".join(f"  {name:<{wide}}  {meaning}" for name, meaning in FAULTS.items())
