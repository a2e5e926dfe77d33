"""A take survives the death of a process at any point, and nothing is bought twice, whatever the provider does.

STUDIO_STORM=1 tries every behaviour at every point; by default each point is tried at one.
"""

import os
from collections.abc import Iterator

import pytest

from tests.faults.crashes import BEHAVIOURS, POINTS, Cell
from tests.faults.house import House, house

WHOLE = bool(os.environ.get("STUDIO_STORM"))
LATER = {"submit.spooled": "locks the rows for 20 s: tried in the storm, and without a death in test_submit.py"}
CELLS = [
    (point, behaviour)
    for point in POINTS
    for behaviour in (BEHAVIOURS if WHOLE else ("hangs",) if point == "sweep.after_match" else ("accepts",))
    if point not in LATER
]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("crashes")
    with house(folder, CRASH_AT=f"@{folder / 'crash'}") as studio:
        studio.prepare()
        yield studio.start()


@pytest.mark.processes
@pytest.mark.parametrize(("point", "behaviour"), CELLS)
def test_a_death_costs_nothing(studio: House, point: str, behaviour: str) -> None:
    told = Cell(studio, studio.folder / "crash", point, behaviour).run()
    print(told)
    if behaviour == "accepts":
        assert told["died"], "no process came to this point"


@pytest.mark.processes
def test_the_books_agree(studio: House) -> None:
    said = studio.checked("--quiet", "--gate", "40", "--rate", "60000")
    assert said["ok"], {name: one["violations"] for name, one in said["invariants"].items() if one["violations"]}
