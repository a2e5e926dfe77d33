"""Each test has a folder with a migrated database; the migrations themselves run once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes.place import Place
from tests.running import free_port


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Place(tmp_path_factory.mktemp("migrated"), free_port())
    done = place.run("manage.py", "migrate", "-v0", "--skip-checks")
    assert done.returncode == 0, done.stderr
    return place.data / "studio.sqlite3"


@pytest.fixture
def make_place(tmp_path: Path, migrated: Path) -> Iterator[Callable[..., Place]]:
    places: list[Place] = []

    def make(**more: str) -> Place:
        data = tmp_path / f"data{len(places)}"
        data.mkdir()
        shutil.copy(migrated, data / "studio.sqlite3")
        places.append(Place(data, free_port(), **more))
        return places[-1]

    yield make
    for place in places:
        place.clear()


@pytest.fixture
def place(make_place: Callable[..., Place]) -> Place:
    return make_place()
