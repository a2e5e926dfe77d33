"""The stage on which a provider's faults are played."""

from collections.abc import Iterator

import pytest

from .doors import Doors, open_doors
from .figures import write_figures
from .provider import Provider, fake_provider
from .raw import RawPeer, raw_peer, said
from .stage import Stage, Tally, Watch


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with fake_provider(tmp_path_factory.mktemp("provider"), seconds=0.3) as provider:
        yield provider


@pytest.fixture
def provider(shared: Provider) -> Provider:
    """One for all tests of a file: each looks only at what it made itself, and finds no scripts."""
    shared.clear()
    return shared


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_doors(tmp_path_factory.mktemp("certificates")) as doors:
        yield doors


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    tally = Tally()
    yield tally
    print(f"\n{tally}")
    write_figures(f"f4-{request.path.stem}", ok=tally.is_clean, n=tally.cells, seconds=tally.age, **tally.faults)


@pytest.fixture
def far_end() -> Iterator[RawPeer]:
    with raw_peer(lambda request: said({})) as peer:
        yield peer


@pytest.fixture
def elsewhere() -> Iterator[RawPeer]:
    """Whoever comes here was led astray."""
    with raw_peer(lambda request: said({"id": "task-1"})) as peer:
        yield peer


@pytest.fixture
def stage(transactional_db: None, doors: Doors, far_end: RawPeer, elsewhere: RawPeer) -> Stage:
    return Stage(doors, far_end, elsewhere)


@pytest.fixture
def watch(stage: Stage, tally: Tally, caplog: pytest.LogCaptureFixture) -> Iterator[Watch]:
    watch = Watch(stage, caplog)
    yield watch
    watch.count(tally)
