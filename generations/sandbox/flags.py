"""Settings written into the prompt, `--ratio 16:9 --dur 5`: docs/protocols.md A.6. A wrong one is ignored."""

import re
from collections.abc import Callable
from typing import Any

FLAG = re.compile(
    r"\s*--(resolution|rs|ratio|rt|duration|dur|framespersecond|fps|frames|seed|camera_?fixed|cf|watermark|wm)"
    r"(?:\s+|=)(\S+)",
    re.IGNORECASE,
)
NAMES = {
    "rs": "resolution", "rt": "ratio", "dur": "duration", "cf": "camera_fixed", "camerafixed": "camera_fixed",
    "wm": "watermark", "fps": "framespersecond",
}  # fmt: skip
BOOLEANS = {"true": True, "false": False}
READERS: dict[str, Callable[[str], Any]] = {
    "resolution": str.lower,
    "ratio": str,
    "duration": int,
    "frames": int,
    "seed": int,
    "framespersecond": int,
    "camera_fixed": lambda word: BOOLEANS[word.lower()],
    "watermark": lambda word: BOOLEANS[word.lower()],
}


def split_flags(prompt: str) -> tuple[str, dict[str, Any]]:
    """The prompt without its flags, and what they say under the names of the JSON body."""
    settings: dict[str, Any] = {}
    for name, word in FLAG.findall(prompt):
        full = NAMES.get(name.lower(), name.lower())
        try:
            settings[full] = READERS[full](word)
        except (ValueError, KeyError):
            continue
    return FLAG.sub("", prompt).strip(), settings
