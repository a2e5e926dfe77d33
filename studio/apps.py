from django.apps import AppConfig
from django.core.checks import register

from .checks import durable_sqlite, queue_times


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        register(durable_sqlite)
        register(queue_times)
