"""The bugs: each is what a tired programmer might have written, put in the place of what the product does.

A place that is gone is an AttributeError at start: a bug that is planted nowhere would be "caught" by nobody.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models.signals import post_migrate
from django.utils import timezone

from generations import net
from generations.jobs import gate, moves, poll, reconcile, spool, submit, tick
from generations.jobs.orders import CannotOrder
from generations.jobs.whoami import process_of
from generations.media import videos
from generations.media.facts import Facts
from generations.models import Attempt, Gate, State
from generations.providers.base import Phase, Task
from studio.models import Event

log = logging.getLogger(__name__)
TRIES = 3
PAUSE = 0.5  # seconds between looking and writing
LONG_PAUSE = 3.0

Plain = Callable[..., Any]


def swap(owner: Any, name: str, made: Callable[[Plain], Plain]) -> None:
    """Put `made(old)` in the place of `owner.name`."""
    setattr(owner, name, made(getattr(owner, name)))


def naive_retry() -> None:
    """No answer came, so it is sent once more."""

    def made(call: Plain) -> Plain:
        def send(method: str, url: str, **words: Any) -> net.Answer:
            for left in reversed(range(TRIES if method == "POST" else 1)):
                try:
                    answer: net.Answer = call(method, url, **words)
                    return answer
                except net.Lost:
                    if not left:
                        raise
            raise AssertionError

        return send

    swap(net, "call", made)


def sdk_retry() -> None:
    """As the vendors' SDKs do: a timeout or a fault of the server is met with the same POST again."""

    def made(call: Plain) -> Plain:
        def send(method: str, url: str, **words: Any) -> net.Answer:
            if method != "POST":
                answer: net.Answer = call(method, url, **words)
                return answer
            words["deadline"] /= TRIES
            for left in reversed(range(TRIES)):
                try:
                    answer = call(method, url, **words)
                    if answer.status < 500 or not left:
                        return answer
                except net.DeadlinePassed:
                    if not left:
                        raise
            raise AssertionError

        return send

    swap(net, "call", made)


def requeue_uncertain() -> None:
    """What was interrupted goes back into the line."""

    def again(attempt: Attempt) -> None:
        fields = {
            "state": State.QUEUED,
            "next_action_at": timezone.now(),
            "lease": "",
            "lease_until": None,
            "worker": {},
        }
        with transaction.atomic():
            if Attempt.objects.filter(pk=attempt.pk, state=attempt.state).update(**fields):
                Event.record("attempt", str(attempt.uuid), "queued", old=attempt.state, why="interrupted")

    def made(sweep: Plain) -> Plain:
        def requeue() -> None:
            for attempt in Attempt.objects.filter(state__in=(State.UNCERTAIN, State.SUBMITTING)):
                if attempt.state == State.UNCERTAIN or process_of(attempt.worker) is None:
                    again(attempt)
            sweep()

        return requeue

    swap(reconcile, "sweep", made)


def no_sweep() -> None:
    """Nobody looks after what was interrupted."""
    swap(reconcile, "sweep", lambda sweep: lambda: None)


def tag_reuse() -> None:
    """One tag for all that a member asks for; nor does the database insist on another."""

    def drop_index(**ignored: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS attempt_tag_once")

    post_migrate.connect(drop_index, weak=False)
    swap(submit, "tag_of", lambda tag_of: lambda attempt: tag_of(attempt)[:11])


def terminal_not_absorbing() -> None:
    """What has ended follows the provider's words again, and what was refused is sent again."""

    def revive(attempt: Attempt) -> None:
        state = State.QUEUED
        if attempt.remote_id:
            try:
                said = poll.task_now(attempt)
            except CannotOrder:
                return
            if not isinstance(said, Task) or said.phase not in (Phase.QUEUED, Phase.RUNNING, Phase.SUCCEEDED):
                return
            state = State.RUNNING
        Attempt.objects.filter(pk=attempt.pk).update(state=state, next_action_at=timezone.now(), ended_at=None)

    def made(poll_due: Plain) -> Plain:
        def poll_all() -> int:
            for attempt in Attempt.objects.filter(state__in=(State.REJECTED, State.FAILED, State.EXPIRED)):
                revive(attempt)
            return int(poll_due())

        return poll_all

    tick.PARTS = tuple(made(part) if part is poll.poll_due else part for part in tick.PARTS)


def gate_without_lock() -> None:
    """Slots are counted first and taken a moment later."""

    def enter(attempt: Attempt, why: str, **intent: Any) -> float:
        row, _ = Gate.objects.get_or_create(provider=attempt.provider, defaults={"tokens": attempt.provider.rate})
        wait: float = gate.seconds_to_wait(row, attempt.provider)
        if wait:
            return wait
        time.sleep(PAUSE)
        if not moves.move(attempt, State.SUBMITTING, why, **intent):
            return -1
        row.tokens -= 1
        row.save(update_fields=["tokens", "refilled_at"])
        return 0

    swap(gate, "enter", lambda _: enter)


def truncated_accepted() -> None:
    """A download that broke off is taken for whole, and nobody counts its packets."""

    def until_it_breaks(chunks: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from chunks
        except net.NetError:
            return

    def made(stream: Plain) -> Plain:
        @contextmanager
        def credulous(url: str, **words: Any) -> Iterator[net.Stream]:
            with stream(url, **words) as answer:
                headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
                yield net.Stream(answer.status, headers, until_it_breaks(answer.chunks()))

        return credulous

    def take_in(path: Path, folder: Path, *, name: str = "The file") -> Facts:
        videos.poster(path, folder / "poster.webp")
        videos.preview(path, folder / "preview.mp4")
        videos.last_frame(path, folder / "last.png")
        return videos.probe(path)

    swap(net, "stream", made)
    swap(videos, "take_in", lambda _: take_in)


def forgets_id() -> None:
    """The id is written down after a while, and nowhere else should that fail."""

    def made(accept: Plain) -> Plain:
        def later(*words: Any) -> None:
            time.sleep(LONG_PAUSE)
            accept(*words)

        return later

    swap(submit, "accept", made)
    swap(spool, "keep_id", lambda _: lambda attempt_uuid, remote_id: None)


def leaks_key() -> None:
    """The headers of every request are logged, for convenience."""

    def made(call: Plain) -> Plain:
        def send(method: str, url: str, **words: Any) -> net.Answer:
            log.warning("%s %s %s", method, url, words.get("headers"))
            answer: net.Answer = call(method, url, **words)
            return answer

        return send

    swap(net, "call", made)


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        naive_retry,
        sdk_retry,
        requeue_uncertain,
        no_sweep,
        tag_reuse,
        terminal_not_absorbing,
        gate_without_lock,
        truncated_accepted,
        forgets_id,
        leaks_key,
    )
}
