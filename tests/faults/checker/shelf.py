"""I8: what is stored is what the provider made, once, and nothing half-done is left."""

from collections import Counter

from .facts import Clip, Facts, Verdict
from .ledger import of_kind


def clips_are_whole(facts: Facts) -> Verdict:
    made = {line["id"]: line for line in of_kind(facts.ledger, "end") if line["status"] == "succeeded"}
    attempts = {attempt.uuid: attempt for attempt in facts.attempts}
    wrong = []
    for clip in facts.clips:
        attempt = attempts.get(clip.attempt)
        end = made.get(attempt.remote_id) if attempt else None
        if said := fault_of(clip, attempt.state if attempt else "gone", end["sha256"] if end else ""):
            wrong.append(f"clip of attempt {clip.attempt}: {said}")
    wrong += [
        f"{file} is the file of {n} clips" for file, n in Counter(clip.file for clip in facts.clips).items() if n > 1
    ]
    shown = Counter(clip.attempt for clip in facts.clips)
    for attempt in facts.attempts:
        if attempt.state == "stored" and shown[attempt.uuid] != 1:
            wrong.append(f"attempt {attempt.uuid} is stored and has {shown[attempt.uuid]} clips")
    oldest = 0 if facts.is_quiet else facts.limits.leftover
    wrong += [f"{name} is left over, {age:.0f} s old" for name, age in facts.leftovers if age >= oldest]
    return Verdict("I8", len(facts.clips), wrong)


def fault_of(clip: Clip, state: str, made: str) -> str:
    """`made` is the SHA-256 of what the provider made; empty where the ledger does not know the task."""
    if state != "stored":
        return f"its attempt is {state}"
    if clip.on_disk is None:
        return f"its file {clip.file} is missing"
    if clip.on_disk != clip.sha256:
        return f"its file is {clip.on_disk[:12]}…, its row says {clip.sha256[:12]}…"
    if made and clip.sha256 != made:
        return f"it is {clip.sha256[:12]}…, the provider made {made[:12]}…"
    return ""
