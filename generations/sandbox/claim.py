"""One sandbox for one folder: two would draw the same tasks and write the same ledger."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def claim_folder(folder: Path) -> Iterator[None]:
    """Hold the folder for as long as this process lives; OSError if another one has it."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"another sandbox already works in {folder}; end it or choose another --dir") from None
        yield
