"""A database that refuses what the studio writes, for a while."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.faults.house import House


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """SQLite's one write lock, held by this process, which is none of the studio's. Pages can still be read."""
    with closing(sqlite3.connect(path, timeout=120, isolation_level=None)) as rows:
        rows.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            rows.execute("ROLLBACK")


def cut_off(house: House, process: psutil.Process) -> int:
    """PostgreSQL ends every connection of one process; how many it had."""
    port = urlsplit(house.environment["DATABASE_URL"]).port
    mine = [one.laddr.port for one in process.net_connections("tcp") if one.raddr and one.raddr.port == port]
    ended = "select pg_terminate_backend(pid) from pg_stat_activity where client_port = any(?)"
    return len(house.sql(ended, mine))
