import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from generations import crash
from generations.jobs.carry import carry
from generations.models import Attempt, Generation
from generations.times import TIMES
from tests.jobs.ark import Ark
from tests.make import make_generation, make_project, make_provider, make_user
from tests.peer import Peer, run_peer


@pytest.fixture
def ark() -> Ark:
    return Ark()


@pytest.fixture
def peer(ark: Ark) -> Iterator[Peer]:
    with run_peer(ark) as peer:
        ark.base = peer.base
        yield peer


@pytest.fixture
def generation(transactional_db: None, peer: Peer) -> Generation:
    """Queued by Alice at a provider that is the peer."""
    alice = make_user("Alice", is_staff=True)
    provider = make_provider(base_url=f"{peer.base}/api/v3", max_concurrent=3, rate=60_000)
    return make_generation(make_project(alice), alice, provider)


class Job:
    """A generation's last attempt, fresh at every look."""

    def __init__(self, generation: Generation) -> None:
        self.pk = generation.pk

    @property
    def row(self) -> Attempt:
        return (
            Attempt.objects.select_related("generation__project", "provider")
            .filter(generation=self.pk)
            .latest("number")
        )

    @property
    def state(self) -> str:
        return self.row.state

    @property
    def card(self) -> Generation:
        return self.row.generation

    @property
    def wait(self) -> float:
        """Seconds until anything happens by itself."""
        due = self.row.next_action_at
        assert due is not None
        return (due - timezone.now()).total_seconds()

    def carry(self) -> "Job":
        """What a worker does when the bell rings."""
        carry(self.row.pk)
        return self

    def set(self, **fields: Any) -> "Job":
        Attempt.objects.filter(pk=self.row.pk).update(**fields)
        return self

    def due(self) -> "Job":
        return self.set(next_action_at=timezone.now())

    def tried_for_a_day(self) -> "Job":
        """Its download: one more break, of whatever kind, is the last."""
        since = timezone.now().timestamp() - TIMES.fetch_patience - 1
        return self.set(fetch_errors=TIMES.fetch_attempts - 1, result=self.row.result | {"since": since}).due()


@pytest.fixture
def job(generation: Generation) -> Job:
    return Job(generation)


@pytest.fixture
def stand_still(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, float], None]:
    """`stand_still(point, seconds)`: the process is stopped there for so long."""
    clock = time.monotonic

    def stop_at(point: str, seconds: float) -> None:
        def here(name: str) -> None:
            if name == point:
                monkeypatch.setattr(time, "monotonic", lambda: clock() + seconds)

        monkeypatch.setattr(crash, "here", here)

    return stop_at
