from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.sandbox.running import client, run_sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a sandbox that draws tiny clips, shared by all tests."""
    with run_sandbox(tmp_path_factory.mktemp("sandbox"), "--tiny") as url:
        yield url


@pytest.fixture
def http(sandbox: str) -> Iterator[httpx.Client]:
    """A client of the shared sandbox with a good key."""
    with client(sandbox) as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sandbox"
