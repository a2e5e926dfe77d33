"""Is this installation well? Prints what is not, each with its cure; exit code 1 when there is something to cure."""

import sys
import tempfile
import urllib.request
from collections.abc import Callable
from typing import Any

from django.core.checks import run_checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from generations import alarms
from generations.keyring import KeyRefused, boxes
from generations.models import Provider
from studio.config import config


class Command(BaseCommand):
    help = "Check this installation and say how to cure what is wrong."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        ill = 0
        for name, check in CHECKS.items():
            problems = check()
            ill += len(problems)
            self.stdout.write(f"{'ill ' if problems else 'well'}  {name}")
            for problem in problems:
                self.stdout.write(f"      {problem}")
        if ill:
            sys.exit(1)


def settings() -> list[str]:
    return [f"{found.msg} {found.hint or ''}".strip() for found in run_checks() if found.is_serious()]


def data_folder() -> list[str]:
    folder = config().data
    try:
        with tempfile.TemporaryFile(dir=folder):
            return []
    except OSError as error:
        return [f"{folder} cannot be written ({error.strerror}): change its owner, or name another with STUDIO_DATA."]


def database() -> list[str]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError) as error:
        return [f"It does not answer: {str(error).strip()}. Start it, or correct DATABASE_URL."]
    return [f"{len(plan)} migrations wait: run `manage.py migrate`, or restart with `make run`."] if plan else []


def encryption_key() -> list[str]:
    """Every stored provider key can be read with the keys that are here."""
    try:
        boxes()
    except ValueError:
        return ["STUDIO_ENCRYPTION_KEYS holds no Fernet key: restore the one that was in use."]
    try:
        rows = list(Provider.objects.filter(trashed_at=None))
    except (DatabaseError, InterfaceError):
        return []  # told above
    return [f"{row.name}: {problem}" for row in rows if (problem := unreadable(row))]


def unreadable(provider: Provider) -> str:
    try:
        provider.open_key()
    except KeyRefused as error:
        return str(error)
    return ""


def sandbox() -> list[str]:
    if not config().sandbox:
        return []
    url = f"{config().sandbox_url}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=3):  # noqa: S310  our own address on loopback
            return []
    except OSError:
        return [f"{url} does not answer: start `make run`, or set STUDIO_SANDBOX=false."]


def alarm(check: alarms.Check) -> Callable[[], list[str]]:
    """A check of the running studio, which `/readyz` makes too, told in full."""

    def problems() -> list[str]:
        try:
            found = check()
        except (DatabaseError, InterfaceError, OSError):
            return []  # told by the checks of database and data folder
        return [found.detail] if found else []

    return problems


CHECKS: dict[str, Callable[[], list[str]]] = {
    "settings": settings,
    "data folder": data_folder,
    "database": database,
    "encryption key": encryption_key,
    "sandbox": sandbox,
    **{name: alarm(check) for name, check in (alarms.RED | alarms.WARNINGS).items()},
}
