"""The storm in small: real members, real processes, SIGKILL at random moments; the books must agree afterwards."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
