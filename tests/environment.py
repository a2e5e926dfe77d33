"""Loaded before Django's settings (`-p tests.environment`): a test run has its own data folder and no way out."""

import atexit
import os
import shutil
import tempfile

DATA = tempfile.mkdtemp(prefix="studio-test-")
OWNER = os.getpid()

# The settings of who runs the tests are not theirs; these are.
OURS = (
    "STUDIO_STORM",
    "STUDIO_KILLS_SPEED",
    "STUDIO_LIVE_SECONDS",
    "STUDIO_SHOTS",
    "STUDIO_CHROMIUM",
    "STUDIO_REQUIRE_CHROMIUM",
)
for name in list(os.environ):
    if name == "CRASH_AT" or (name.startswith("STUDIO_") and not name.startswith(OURS)):
        del os.environ[name]
os.environ["STUDIO_DATA"] = DATA
os.environ["STUDIO_DISK_RESERVE_MB"] = "10"  # a test machine may be nearly full
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
# Playwright keeps an event loop in the thread that also asks the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@atexit.register
def clear() -> None:
    # Forked children run exit handlers too.
    if os.getpid() == OWNER:
        shutil.rmtree(DATA, ignore_errors=True)
