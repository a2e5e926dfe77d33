"""What must hold before `manage.py up` starts anything: the folder is ours, ports are free, rows and files fit."""

import errno
import fcntl
import hashlib
import os
import socket
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError


def need_folder(data: Path) -> None:
    """Raises CommandError where nothing can be written."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise CommandError(
            f"The folder {data} cannot be written ({error.strerror}). "
            "Change its owner or permissions, or name another one with STUDIO_DATA."
        ) from None


def hold_folder(data: Path) -> int:
    """A lock that ends with this process; the descriptor must stay open. Raises CommandError when another holds it."""
    path = data / "up.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = path.read_text().strip() or "unknown"
        os.close(descriptor)
        raise CommandError(
            f"The studio already runs on {data} (process {holder}). "
            "Stop it first, or name another folder with STUDIO_DATA."
        ) from None
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def need_port(host: str, port: int, setting: str) -> None:
    """Raises CommandError when nobody could listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the servers do it: a port that is only in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror as error:
        raise CommandError(f"{host} is no address of this machine ({error.strerror}). Correct STUDIO_BIND.") from None
    except OSError as error:
        cure = f"Stop the program that uses it, or choose another port, such as {setting}={other(port)}."
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"Port {port} on {host} is in use. {cure}") from None
        raise CommandError(
            f"Cannot listen on port {port} of {host} ({error.strerror}). Choose another: {setting}."
        ) from None


def other(port: int) -> int:
    return port + 1 if port < 65535 else port - 1


def migrate() -> bool:
    """Bring the database up to date; False when it is. Raises CommandError when it does not answer."""
    try:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        first, *_ = str(error).strip().splitlines()
        raise CommandError(f"The database does not answer ({first}). Start it, or correct DATABASE_URL.") from None
    return True


def collect_static(data: Path) -> bool:
    """Hash and compress the static files; False when nothing changed since the last time."""
    stamp, fresh = data / "static.stamp", static_stamp()
    if Path(settings.STATIC_ROOT).is_dir() and stamp.exists() and stamp.read_text() == fresh:
        return False
    stamp.unlink(missing_ok=True)
    # Cleared, for it would keep an old copy that is younger than the new file, as one from an archive may be.
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(fresh)
    return True


def static_stamp() -> str:
    """Changes when a static file does, or the way in which they are stored."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = os.stat(storage.path(name))
            digest.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
