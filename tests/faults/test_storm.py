"""The storm in small: real members, real processes, SIGKILL at random moments; the books must agree afterwards."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.parts.busy import Busy, Sending, undercut
from tests.faults.parts.cut_downloads import Cuts
from tests.faults.parts.kills import Kills
from tests.faults.parts.part import MANUAL, TAGGED
from tests.faults.postgres import Missing
from tests.faults.storm import run, table


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter, as it cannot enter pytest's."""
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("part", "database"),
    [
        (Kills("tagged", "in small", 60, 3, TAGGED), "sqlite"),
        (Kills("manual", "in small", 40, 2, MANUAL), "postgres"),
    ],
    ids=lambda one: one.name if isinstance(one, Kills) else one,
)
def test_nothing_is_lost_and_nothing_bought_twice(ground: Path, part: Kills, database: str) -> None:
    try:
        figures = run(part.part(), database, ground)
    except Missing as missing:
        pytest.skip(str(missing))
    print(table([figures]))
    assert figures["ok"], figures["violations"]
    assert (figures["lost"], figures["double"]) == (0, 0)
    if part.provider is TAGGED:
        assert figures["uncertain"] == 0
    else:
        assert figures["uncertain"] <= figures["posts in flight at kills"]


@pytest.mark.processes
@pytest.mark.parametrize(
    "part", [Cuts("cuts", "in small", 12, chance=0.5), Busy("busy", "in small", 8, 4)], ids=lambda one: one.name
)
def test_in_small_it_holds(ground: Path, part: Cuts | Busy) -> None:
    figures = run(part.part(), "sqlite", ground)
    print(table([figures]))
    assert figures["ok"], figures["violations"]
    assert (figures["lost"], figures["double"], figures["uncertain"]) == (0, 0, 0)


def test_a_pause_that_is_undercut_is_seen() -> None:
    refused = Sending(at=10.0, intended=9.9, answered=10.1, until=12.0)
    on_its_way = Sending(at=10.2, intended=10.05, answered=0, until=0)
    after_it = Sending(at=12.1, intended=12.05, answered=0, until=0)
    early = Sending(at=11.5, intended=11.4, answered=0, until=0)
    assert undercut([refused, on_its_way, after_it]) == []
    assert undercut([refused, on_its_way, early, after_it]) == ["a POST came 0.500 s too early"]
