"""Plants in this process what the environment names."""

import os
from importlib import import_module

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

from .clock import shift_clock


class PlantedConfig(AppConfig):
    name = "tests.faults.planted"

    def ready(self) -> None:
        if clock := os.environ.get("PLANTED_CLOCK"):
            shift_clock(clock)
        bug = os.environ.get("PLANTED", "")
        bugs = import_module("tests.faults.planted.bugs").BUGS  # the jobs import models, which are loaded only now
        if bug and bug not in bugs:
            raise ImproperlyConfigured(f"PLANTED is one of {', '.join(bugs)}, not {bug}")
        if bug:
            bugs[bug]()
