"""What a broken download brought is kept, when its rest can be asked for without mixing two versions of the file.

RFC 9110, 13.1.5 and 14.4: `If-Range` with a strong validator gives the rest of the same bytes, or the whole anew.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

KEPT, NOTE = "kept.part", "kept.json"
SETTLED = 60  # seconds by which a file must be older than the answer, for its date to tell versions apart
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True)
class Partial:
    """The first `size` of `length` bytes, of the version that `validator` names."""

    size: int
    length: int
    validator: str

    def headers(self) -> dict[str, str]:
        return {"Range": f"bytes={self.size}-", "If-Range": self.validator}

    def goes_on(self, headers: Mapping[str, str]) -> bool:
        """Whether a 206 holds just the rest."""
        found = CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        return found is not None and tuple(map(int, found.groups())) == (self.size, self.length - 1, self.length)


def validator_of(headers: Mapping[str, str]) -> str:
    """A strong validator, or nothing."""
    etag = headers.get("etag", "")
    if etag.startswith('"'):
        return etag
    try:
        changed = parsedate_to_datetime(headers["last-modified"])
        age = parsedate_to_datetime(headers["date"]) - changed
    except (KeyError, ValueError, TypeError):
        return ""
    return headers["last-modified"] if age.total_seconds() >= SETTLED else ""


def keep(part: Path, partial: Partial) -> None:
    """Put `part` aside for the next try. The note comes last: without it the bytes are swept."""
    part.replace(part.with_name(KEPT))
    draft = part.with_name("note.part")
    draft.write_text(json.dumps(asdict(partial)))
    draft.replace(part.with_name(NOTE))


def forget(folder: Path) -> None:
    (folder / NOTE).unlink(missing_ok=True)
    (folder / KEPT).unlink(missing_ok=True)


def take_up(part: Path) -> Partial | None:
    """What an earlier try kept, now as `part`; of anything else nothing is left."""
    kept, note = part.with_name(KEPT), part.with_name(NOTE)
    try:
        partial = Partial(**json.loads(note.read_text()))
        if kept.stat().st_size == partial.size:
            kept.replace(part)
            return partial
    except (OSError, ValueError, TypeError):
        pass
    finally:
        forget(part.parent)
    return None
