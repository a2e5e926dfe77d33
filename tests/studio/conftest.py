import shutil

import pytest

from studio.config import config


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    """The counters of tries live in files, which no test's transaction rolls back."""
    shutil.rmtree(config().data / "throttle", ignore_errors=True)
