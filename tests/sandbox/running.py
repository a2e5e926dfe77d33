"""Starts and ends real sandboxes, for any test that needs a provider."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx

from tests.running import ROOT

KEY = {"Authorization": "Bearer alice-key"}
Found = TypeVar("Found")


@contextmanager
def run_sandbox(folder: Path, *flags: str) -> Iterator[str]:
    """The base URL of a sandbox of its own on a free port; it is ended with the block."""
    process, url = start_sandbox(folder, *flags)
    try:
        yield url
    finally:
        end(process)


def start_sandbox(folder: Path, *flags: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "generations.sandbox", "--port", "0", "--dir", str(folder), *flags],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if "http://" not in line:
        process.kill()
        raise RuntimeError(f"the sandbox did not start: {line!r}")
    return process, line.split()[1]


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(number)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)
        raise
    finally:
        if process.stdout:
            process.stdout.close()


def until(look: Callable[[], Found], seconds: float = 60.0) -> Found:
    """What `look` finds as soon as it finds something true; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing after {seconds} s; the last look found {found!r}")


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers=KEY, timeout=20, trust_env=False)
