"""The studio's settings, and one app more."""

from studio.settings import *  # noqa: F403
from studio.settings import INSTALLED_APPS as PRODUCT

INSTALLED_APPS = [*PRODUCT, "tests.faults.planted"]
