"""What a machine runs to work: the queues, and the clock that makes them look."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generations.supervisor.rest import stop_on_signals
from generations.supervisor.watch import run
from studio.checks import durable_sqlite, queue_times


class Command(BaseCommand):
    help = "Work: submit, poll and fetch until told to stop (Ctrl-C or SIGTERM)."
    # Of the checks only those that guard money: the others would load every page.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if problems := [*durable_sqlite(None), *queue_times(None)]:
            raise CommandError(" ".join(str(problem.msg) for problem in problems))
        run(stop_on_signals())
