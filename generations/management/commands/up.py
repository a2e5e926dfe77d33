"""The one command at home: prepares what is missing, runs everything, and ends everything."""

import socket
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from generations import first_run, processes
from generations.supervisor import ground
from generations.supervisor.rest import stop_on_signals
from studio.config import Config, config
from studio.orphans import adopt_orphans

HERE = {"127.0.0.1", "0.0.0.0", "::1", "::", "localhost"}  # noqa: S104  compared with, not listened on


class Command(BaseCommand):
    help = "Run the studio: web, cluster and sandbox, until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        settings, stop = config(), stop_on_signals()
        ground.need_folder(settings.data)
        ground.hold_folder(settings.data)
        ground.need_port(settings.bind, settings.port, "STUDIO_PORT")
        if settings.sandbox:
            ground.need_port("127.0.0.1", settings.sandbox_port, "STUDIO_SANDBOX_PORT")
        link = self.prepare(settings)
        adopt_orphans()
        running = processes.children()
        greeted = False
        while not stop.asked:
            processes.step(running)
            if not greeted and answers(settings):
                greeted = True
                self.greet(settings, link)
            time.sleep(processes.PAUSE)
        self.stdout.write("Stopping.")
        processes.end(running, stop)

    def prepare(self, settings: Config) -> str | None:
        """The link for the first admin, while there is none."""
        if ground.migrate():
            self.stdout.write("The database is up to date.")
        if ground.collect_static(settings.data):
            self.stdout.write("The static files are up to date.")
        if settings.sandbox:
            first_run.offer_sandbox(settings.sandbox_url)
        link = first_run.setup_link(address(settings))
        connections.close_all()
        return link

    def greet(self, settings: Config, link: str | None) -> None:
        lines = ["", f"  Studio runs at {address(settings)}"]
        if link:
            lines += ["", "  First time here? Make your account:", f"  {link}"]
        self.stdout.write("\n".join([*lines, "", f"  Data: {settings.data}", "  Ctrl-C to stop.", ""]))


def address(settings: Config) -> str:
    host = "localhost" if settings.bind in HERE else f"[{settings.bind}]" if ":" in settings.bind else settings.bind
    return settings.public_url or f"http://{host}:{settings.port}"


def answers(settings: Config) -> bool:
    """Whether the web server listens; it does so once the application is loaded."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)  # noqa: S104
    try:
        with socket.create_connection((host, settings.port), timeout=1):
            return True
    except OSError:
        return False
