"""What must hold before the product may run; read by `manage.py check`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection


def durable_sqlite(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An intent to spend money must survive a power cut."""
    options = settings.DATABASES["default"].get("OPTIONS", {})
    if connection.vendor != "sqlite":
        return []
    found: list[CheckMessage] = []
    if options.get("transaction_mode") != "IMMEDIATE":
        found.append(Error("SQLite must use transaction_mode IMMEDIATE.", id="studio.E001"))
    if "synchronous=FULL" not in options.get("init_command", ""):
        found.append(Error("SQLite must use synchronous=FULL.", id="studio.E002"))
    return found


def queue_times(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """django-q2 starts running tasks again when `retry` is not above `timeout`."""
    cluster: dict[str, Any] = settings.Q_CLUSTER
    queues = [cluster, *cluster["ALT_CLUSTERS"].values()]
    if all(queue["retry"] > queue["timeout"] for queue in queues):
        return []
    return [Error("In Q_CLUSTER, retry must exceed timeout.", id="studio.E003")]
