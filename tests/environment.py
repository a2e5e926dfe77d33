"""Loaded before Django's settings (`-p tests.environment`): a test run has its own data folder and no way out."""

import atexit
import os
import shutil
import tempfile

DATA = tempfile.mkdtemp(prefix="studio-test-")
OWNER = os.getpid()

os.environ["STUDIO_DATA"] = DATA
os.environ["STUDIO_DISK_RESERVE_MB"] = "10"  # a test machine may be nearly full
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
# Playwright keeps an event loop in the thread that also asks the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
for name in ("STUDIO_PORT", "STUDIO_PUBLIC_URL", "STUDIO_SPEED", "STUDIO_SANDBOX_PORT", "CRASH_AT"):
    os.environ.pop(name, None)


@atexit.register
def clear() -> None:
    # Forked children run exit handlers too.
    if os.getpid() == OWNER:
        shutil.rmtree(DATA, ignore_errors=True)
