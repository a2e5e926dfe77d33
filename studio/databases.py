"""Where the rows live: SQLite beside the media, or PostgreSQL by DATABASE_URL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# An intent to spend must survive a power cut, whatever the server's default says. Who stands still inside a transaction
# must not keep its locks, for which all the others wait; ours last milliseconds.
POSTGRES = "-c synchronous_commit=on -c idle_in_transaction_session_timeout=20s"


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's DATABASES entry for `url`; SQLite in `data` when it is empty."""
    if not url:
        return sqlite(data / "studio.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://")
    more = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": more | {"options": f"{POSTGRES} {more.get('options', '')}".strip()},
    }


def sqlite(path: Path) -> dict[str, Any]:
    """IMMEDIATE, because 499 of 1,200 DEFERRED read-then-write transactions failed with "database is locked".

    synchronous=FULL costs 0.1 ms a commit; NORMAL may lose a committed intent to a power cut.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
            " PRAGMA mmap_size=134217728; PRAGMA foreign_keys=ON;",
        },
        # A file, for the processes of a cluster under test must see the same rows.
        "TEST": {"NAME": path.parent / "test.sqlite3"},
    }
