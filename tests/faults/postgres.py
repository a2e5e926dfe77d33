"""A PostgreSQL that is thrown away: its own folder, its own port, started from the machine's binaries."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running import free_port

USER = "postgres"  # PostgreSQL refuses to run as root


class Missing(Exception):
    """There is no PostgreSQL here, or nobody as whom it could run."""


def binaries() -> Path:
    """The newest version's folder. Raises Missing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    ctl = shutil.which("pg_ctl")
    if found:
        return found[-1]
    if ctl:
        return Path(ctl).parent
    raise Missing("there are no PostgreSQL binaries on this machine")


def drop_rights() -> dict[str, object]:
    """What makes a child another user than root. Raises Missing."""
    if os.getuid() != 0:
        return {}
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        raise Missing(f"PostgreSQL refuses to run as root, and there is no user {USER}") from None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Postgres:
    """`stop(how)` is immediate (as by a crash) or fast; `start` recovers."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.rights, self.folder, self.port = binaries(), drop_rights(), folder, free_port()
        self.url = f"postgres://studio@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self.bin / program, *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=120,
            **self.rights,  # type: ignore[call-overload]
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')[-2000:]}")

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.rights:
            os.chown(self.folder, self.rights["user"], self.rights["group"])  # type: ignore[arg-type]
            self.folder.chmod(0o700)
        if not (self.folder / "data").exists():
            words = ("-U", "studio", "-A", "trust", "-E", "UTF8", "--no-sync")
            self.run("initdb", "-D", str(self.folder / "data"), *words)

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} -c max_connections=200"
        log = ("-l", str(self.folder / "log"))
        self.run("pg_ctl", "start", "-s", "-w", "-t", "60", "-D", str(self.folder / "data"), *log, "-o", options)

    def stop(self, how: str = "immediate") -> None:
        self.run("pg_ctl", "stop", "-s", "-w", "-m", how, "-D", str(self.folder / "data"))


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """A running server whose data stay in `folder`, so that a run that was cut can go on. Raises Missing."""
    server = Postgres(folder)
    server.make()
    (server.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    server.start()
    try:
        yield server
    finally:
        server.stop()
