"""Which Chromium the tests and benches drive, and how it is started."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable(playwright: Playwright) -> str:
    """STUDIO_CHROMIUM, else Playwright's own, else `chromium` on the path."""
    named = os.environ.get("STUDIO_CHROMIUM", "")
    if named:
        return named
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else shutil.which("chromium") or ""
