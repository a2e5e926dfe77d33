"""Finding ids, addresses, status words, numbers and times in an answer, whatever gateway shaped it.

The paths and words are the union of what public documents and gateway sources showed up to November 2026.
Nothing here is recursive over the answer: a deep or huge answer costs no more than the paths that are looked up.
"""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ..strict_json import Garbled, read_json
from .base import Phase

ID = re.compile(r"[A-Za-z0-9_.:-]{1,200}")

# `request_id` is not among them: in most dialects it names the HTTP exchange, not the task.
ID_PATHS = (
    "id",
    "task_id",
    "taskId",
    "data.id",
    "data.task_id",
    "data.taskId",
    "data",
    "data.data.task_id",
    "output.task_id",
)

URL_PATHS = (
    "content.video_url",
    "content.*.video_url",
    "data.content.video_url",
    "data.data.content.video_url",
    "data.video_url",
    "video_url",
    "result_url",
    "data.result_url",
    "metadata.url",
    "url",
    "video",
    "video_raw",
    "output.*",
    "output.video_url",
    "outputs.*",
    "data.outputs.*",
    "data.task_result.videos.*",
    "videos.*",
    "unsigned_urls.*",
    "urls.*",
    "response.data.content.video_url",
)
# Older forks of one-api put the finished address here; trusted only beside a word of success.
LAST_URL_PATHS = ("fail_reason", "data.fail_reason")

LAST_FRAME_PATHS = (
    "content.last_frame_url",
    "data.content.last_frame_url",
    "data.data.content.last_frame_url",
    "response.data.content.last_frame_url",
    "last_frame_url",
    "last_frame",
)

WORD_PATHS = (
    "data.status",
    "data.state",
    "data.task_status",
    "status",
    "state",
    "task_status",
    "output.task_status",
    "response.data.status",
)
# The maker's own answer inside a gateway's: some gateways turn `expired` and `cancelled` into "in progress" for ever.
RAW_WORD_PATH = "data.data.status"

WORDS: dict[str, Phase] = {
    word: phase
    for phase, words in {
        Phase.QUEUED: (
            "queued queueing queuing pending submitted submitting created starting not_start notstarted waiting wait"
            " in_queue preparing throttled accepted scheduled"
        ),
        Phase.RUNNING: (
            "running processing in_progress generating dreaming inprogress rendering executing started cancelling"
        ),
        Phase.SUCCEEDED: "succeeded succeed success successful completed complete done finished ready",
        Phase.FAILED: "failed fail failure error errored rejected moderated content_moderated nsfw aborted",
        Phase.CANCELLED: "cancelled canceled",
        Phase.EXPIRED: "expired timeout timed_out",
    }.items()
    for word in words.split()
}

ENVELOPES = ("", "data.", "data.data.", "response.data.")

DATA_URI = re.compile(r"data:[\w/+.-]*;base64,[\w+/=-]*")
QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]+")
SECRET = re.compile(r"\b(?:Bearer\s+\S+|[sa]k-[\w*-]{8,}|key_[0-9a-f*]{16,})", re.IGNORECASE)


class Unreadable(ValueError):
    """A body that is no such JSON as we take; the text completes the sentence "The answer …"."""


def parse(body: bytes) -> Any:
    """The JSON of an answer, read strictly. Raises Unreadable."""
    if not body.strip():
        raise Unreadable("is empty")
    try:
        return read_json(body)
    except Garbled as garbled:
        # What a proxy says stands in the title of its page.
        title = re.search(r"<title[^>]{0,100}>([^<]{1,200})", body[:4000].decode("utf-8", "replace"), re.IGNORECASE)
        raise Unreadable(f"{garbled} titled “{clean(title[1], 80)}”" if title else str(garbled)) from None


def clean(text: Any, limit: int = 500) -> str:
    """Words fit for a row and a page: one line, printable, without keys, data URIs or signed queries, not too long."""
    # The cut comes first: the patterns below would crawl over a megabyte of hostile text.
    words = str(text)[: 4 * limit + 2000]
    words = "".join(letter if letter.isprintable() else " " for letter in words)
    words = DATA_URI.sub("(data)", words)
    words = QUERY.sub(r"\1?…", words)
    words = " ".join(SECRET.sub("(key)", words).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def find(data: Any, path: str) -> Iterator[Any]:
    """Every value at a dotted path; `*` stands for each item of a list."""
    values = [data]
    for step in path.split("."):
        values = [inner for value in values for inner in _inside(value, step)]
    yield from values


def _inside(value: Any, step: str) -> list[Any]:
    if step == "*":
        return value if isinstance(value, list) else []
    return [value[step]] if isinstance(value, dict) and step in value else []


def near(data: Any, *names: str) -> Any:
    """The first of these names that has a value, in the answer or in one of the envelopes around it."""
    for name in names:
        for envelope in ENVELOPES:
            for value in find(data, envelope + name):
                if value is not None:
                    return value
    return None


def legal_id(task_id: str) -> bool:
    """Whether an id may be stored and put in a path. Dots alone would climb it."""
    return bool(ID.fullmatch(task_id)) and task_id.strip(".") != ""


def find_id(data: Any) -> str | None:
    """The task's id: the first legal one, else the first odd one, None where there is none."""
    texts = [value for path in ID_PATHS for value in find(data, path) if isinstance(value, str) and value]
    return next(filter(legal_id, texts), texts[0] if texts else None)


def web_url(value: Any) -> str:
    """The value, or the `url` or `uri` in it, if that is an http or https address; else an empty string."""
    if isinstance(value, dict):
        value = value.get("url") or value.get("uri")
    if not isinstance(value, str) or len(value) > 8000:
        return ""
    address = value.strip()
    if not address.isprintable() or " " in address or "\\" in address:
        return ""
    try:
        parts = urlsplit(address)
        return address if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 else ""
    except ValueError:
        return ""


def find_url(data: Any, paths: tuple[str, ...] = URL_PATHS) -> str:
    """The first usable address at these paths, or an empty string."""
    return next((url for path in paths for value in find(data, path) if (url := web_url(value))), "")


def phase_of(word: str) -> tuple[Phase, bool]:
    """A provider's word in ours, and whether we know it. No word: queued. An unknown one: still running."""
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    if not plain:
        return Phase.QUEUED, True
    return WORDS.get(plain, Phase.RUNNING), plain in WORDS


def find_word(data: Any) -> str:
    """The status word. A word we know goes before one we do not: some gateways say `"status": "3"` beside it."""
    words = [word for path in WORD_PATHS for value in find(data, path) if (word := _word(value))]
    word = next((word for word in words if phase_of(word)[1]), words[0] if words else "")
    raw = next((raw for value in find(data, RAW_WORD_PATH) if (raw := _word(value))), "")
    if phase_of(word)[0] in {Phase.QUEUED, Phase.RUNNING} and phase_of(raw)[1]:
        return raw or word
    return word


def _word(value: Any) -> str:
    return clean(value, 60) if isinstance(value, str) else ""


def number(value: Any) -> float | None:
    """A number, also from "12.5" and "50%"; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value.strip().removesuffix("%") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: Any) -> int | None:
    """A whole number that any database column of ours holds."""
    found = number(value)
    return int(found) if found is not None and found == int(found) and abs(found) < 2**53 else None


def share(value: Any) -> float | None:
    """Progress as 0..1: from 0.5, from "50%", from 50. A bare 1 is read as done: Runway sends fractions."""
    found = number(value)
    if found is None or found < 0:
        return None
    percent = found > 1 or (isinstance(value, str) and value.strip().endswith("%"))
    return min(found / 100 if percent else found, 1.0)


def moment(value: Any) -> float | None:
    """Unix seconds from seconds, milliseconds, either as text, or ISO 8601 (UTC where no zone is given)."""
    found = number(value)
    if found is not None:
        seconds = found / 1000 if found > 1e11 else found
        return seconds if 0 < seconds < 1e11 else None
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value.strip())
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
