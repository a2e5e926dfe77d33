"""What the studio itself says: its rows by the ORM, its files by the storage, in a few bulk queries."""

import contextlib
import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psutil
from django.core.files.storage import default_storage
from django.utils import timezone

from generations import models
from generations.jobs.whoami import is_here
from generations.keyring import KeyRefused
from generations.models.attempt import MOVES, State
from generations.times import TIMES
from studio.config import config
from studio.models import Event as EventRow

from .facts import Account, Attempt, Clip, Event, Facts, Generation, Limits
from .ledger import read_lines
from .texts import of_database, of_logs

BOOT = 30.0  # seconds in which a new session may load before it sweeps; the lab does not divide them
READ = 2**20


def read_facts(
    folder: Path,
    *,
    is_quiet: bool = False,
    secrets: tuple[str, ...] = (),
    gate: int | None = None,
    rate: int | None = None,
    kills: int | None = None,
) -> Facts:
    """Everything there is to judge. `folder` holds ledger.jsonl, client.jsonl and the logs. Raises Unreadable."""
    client = folder / "client.jsonl"
    accounts = [account_of(row) for row in models.Provider.objects.order_by("pk")]
    keys = [key for row in models.Provider.objects.all() if len(key := key_of(row)) >= 8]
    return Facts(
        ledger=read_lines(folder / "ledger.jsonl"),
        client=read_lines(client) if client.exists() else [],
        accounts=[limited(account, gate, rate) for account in accounts],
        generations=[Generation(*row) for row in models.Generation.objects.values_list("pk", "client_token", "take")],
        attempts=list(attempts()),
        events=list(events()),
        clips=list(clips()),
        leftovers=list(leftovers()),
        # Signed addresses stand in `result` by design, while the file is not yet ours.
        texts=(*of_logs(folder), *of_database(skip=set() if is_quiet else {"generations_attempt.result"})),
        secrets=list(dict.fromkeys([*secrets, *keys])),
        moves={state.value: [to.value for to in MOVES.get(state, ())] for state in State},
        beat=next(
            (at.timestamp() for at in models.Pulse.objects.filter(name="tick").values_list("at", flat=True)), None
        ),
        now=timezone.now().timestamp(),
        is_running=not is_quiet or up_runs(),
        is_quiet=is_quiet,
        kills=kills,
        limits=Limits(
            submitting=TIMES.post_grace + TIMES.reconcile + BOOT,
            submitting_elsewhere=TIMES.post_grace_elsewhere + TIMES.reconcile + BOOT,
        ),
    )


def key_of(provider: models.Provider) -> str:
    with contextlib.suppress(KeyRefused):
        return provider.open_key()
    return ""


def account_of(provider: models.Provider) -> Account:
    key = key_of(provider)
    return Account(
        pk=provider.pk,
        host=provider.host.partition("://")[2],
        key=hashlib.sha256(key.encode()).hexdigest()[:12] if key else "",
        gate=provider.max_concurrent,
        rate=provider.rate,
        paused=provider.paused_at is not None or provider.trashed_at is not None,
    )


def limited(account: Account, gate: int | None, rate: int | None) -> Account:
    return replace(account, gate=account.gate if gate is None else gate, rate=account.rate if rate is None else rate)


def seconds(when: datetime | None) -> float | None:
    return when.timestamp() if when else None


def attempts() -> Iterator[Attempt]:
    for row in models.Attempt.objects.defer("request", "answer", "result", "sightings").order_by("pk").iterator():
        yield Attempt(
            uuid=str(row.uuid),
            generation=row.generation_id,
            state=row.state,
            number=row.number,
            account=row.provider_id,
            tag=row.tag,
            request_sha256=row.request_sha256,
            remote_id=row.remote_id,
            post_deadline=seconds(row.post_deadline),
            due=seconds(row.next_action_at),
            elsewhere=bool(row.worker) and not is_here(row.worker),
        )


def events() -> Iterator[Event]:
    rows = EventRow.objects.filter(kind="attempt").order_by("pk")
    for subject, old, new, actor, at in rows.values_list("subject", "old", "new", "actor_id", "at").iterator():
        yield Event(subject, old, new, actor is not None, at.timestamp())


def clips() -> Iterator[Clip]:
    for uuid, file, sha256 in models.Clip.objects.values_list("attempt__uuid", "video", "sha256").iterator():
        yield Clip(str(uuid), file, sha256, sha256_of(file))


def sha256_of(name: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with default_storage.open(name) as file:
            while piece := file.read(READ):
                digest.update(piece)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def leftovers() -> Iterator[tuple[str, float]]:
    """Half-done files below the storage, with their age in seconds."""
    root = Path(default_storage.path(""))
    for path in root.rglob("*"):
        if path.suffix in {".part", ".draft"}:
            with contextlib.suppress(FileNotFoundError):
                yield str(path.relative_to(root)), time.time() - path.stat().st_mtime


def up_runs() -> bool:
    """Whether `manage.py up` works on this folder: it writes its pid into its lock."""
    try:
        words = psutil.Process(int((config().data / "up.lock").read_text())).cmdline()
    except (OSError, ValueError, psutil.Error):
        return False
    return "manage.py" in " ".join(words) and "up" in words
