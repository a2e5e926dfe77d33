"""F14: for a while the provider answers every order with 429 and says when to come back; nobody may come before."""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.house import House
from tests.faults.load import Load
from tests.running import until

from .part import SPEED, Part, books, bound, calm, running

MOST_POSTS = 1.1  # a job, once the provider takes orders again
BUSY = {"error": {"code": "RequestBurstTooFast", "message": "Too many requests. Come back later."}}
RATE = 60 * SPEED  # POSTs a minute: the studio's default, as fast as the engine's times

# When an attempt's intent to send was committed, and when its no was written down: by then the pause is committed.
STEPS = """
select subject, new, at from studio_event
where kind = 'attempt' and (new = 'submitting' or (old = 'submitting' and new in ('queued', 'rejected'))) order by id
"""
UUID = 36  # characters at the end of a tag


@dataclass(frozen=True)
class Busy:
    """`seconds` of 429 from the first POST on, at least until all are asked; `retry_after` is whole seconds.

    The engine's times are divided by 20, and so are the ten minutes.
    """

    name: str
    about: str
    count: int
    seconds: float = 600 / SPEED
    retry_after: int = 2

    def part(self) -> Part:
        return Part(self.name, self.about, self.run)

    def run(self, folder: Path, database: str) -> dict[str, Any]:
        kept = folder / "over.json"
        if not kept.exists():  # half a storm proves nothing
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        with running(folder, database, {"flags": {}, "provider": {"rate": RATE}}) as (studio, _):
            if not kept.exists():
                kept.write_text(json.dumps(storm(studio, self)))
            calm(studio, 300 + self.count)
            return judged(studio, json.loads(kept.read_text()))


F14 = Busy("f14", "a provider that is busy for long", 500).part()


def storm(studio: House, part: Busy) -> float:
    """Members ask, the provider says no; unix seconds of its end."""
    headers = {"Retry-After": str(part.retry_after)}
    studio.lab.script("create", {"status": 429, "headers": headers, "body": BUSY})
    with Load(studio, part.count, ahead=part.count) as load:
        until("the first is refused", lambda: studio.lab.counts()["posts"], 120)
        began = time.time()
        until("all are asked for", lambda: load.is_done, 300 + part.count)
    time.sleep(max(0.0, began + part.seconds - time.time()))
    studio.lab.clear()
    return time.time()


def judged(studio: House, over: float) -> dict[str, Any]:
    """`n` refusals, each of which might have been undercut."""
    figures = books(studio)
    posts = sendings(studio)
    early, pauses = undercut(posts), sum(post.until > 0 for post in posts)
    later = sum(post.at >= over for post in posts) / max(figures["submissions"], 1)
    wrong = [*early[:5]]
    if later > MOST_POSTS:
        wrong.append(f"{later:.2f} POSTs a job after the storm")
    if figures["stored"] != figures["submissions"]:
        wrong.append(f"{figures['stored']} of {figures['submissions']} are stored")
    if not pauses:
        wrong.append("nothing was refused: this proves nothing")
    figures["ok"] &= not wrong
    figures["violations"] |= {"F14": wrong} if wrong else {}
    return figures | {
        "n": pauses,
        "bound": bound(pauses),
        "undercut": len(early),
        "posts a job after the storm": round(later, 3),
        "posts in the storm": sum(post.at < over for post in posts),
        "storm": f"{over - posts[0].at:.0f} s, ten minutes divided by {SPEED}" if posts else "",
    }


@dataclass(frozen=True)
class Sending:
    """One POST: when it came to the provider, when it was intended, and when the studio had its answer written down."""

    at: float
    intended: float
    answered: float
    until: float  # what the answer asked for; 0 where it was no 429


def sendings(studio: House) -> list[Sending]:
    """Every POST of the ledger beside its attempt's events. Nothing is killed here, so each intent has its POST."""
    steps: dict[str, dict[str, list[float]]] = {}
    for subject, new, at in studio.sql(STEPS):
        kind = "intended" if new == "submitting" else "answered"
        steps.setdefault(subject, {"intended": [], "answered": []})[kind].append(unix(at))
    asked = {line["n"]: line["at"] + line["retry_after"] for line in studio.lab.of("refuse") if line["retry_after"]}
    found = []
    for post in studio.lab.of("post"):
        own = steps[post["tag"][-UUID:]]
        until = asked.get(post["n"], 0)
        found.append(Sending(post["at"], own["intended"].pop(0), own["answered"].pop(0) if until else 0, until))
    return found


def undercut(all_of: Sequence[Sending]) -> list[str]:
    """Each POST that came before a pause was over, although it was intended when the pause was committed already.

    What was on its way while another's no came back is no undercut: nobody could know.
    """
    pauses = [one for one in all_of if one.until]
    return [
        f"a POST came {pause.until - post.at:.3f} s too early"
        for post in all_of
        if (pause := next((one for one in pauses if one.answered < post.intended and post.at < one.until), None))
    ]


def unix(at: str | datetime) -> float:
    """SQLite gives the text of a moment in UTC."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
