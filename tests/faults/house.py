"""A studio in the storm: web and cluster on a database of one's choice, and as its only provider the fake one."""

import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.faults.provider import Provider, fake_provider
from tests.running import Studio, free_port, settings_for, until

PASSWORD = "nine green bottles"
START = 240  # seconds of patience with a busy machine, until the studio stands
KEY = "sk-storm-canary-0123456789abcdef"
PEOPLE = """
from studio.models import *; from generations.models import *
if not User.objects.exists():
    u = User.objects.create_user('alice@example.org', password={password!r}, name='Alice', is_staff=True)
    p = Project.objects.create(name='Storm'); Membership.objects.create(project=p, user=u, role='owner')
    one = Provider(name='Storm', preset='ark', dialect='ark', base_url={base!r} + '/api/v3', lab=True,
        offers={{'seedance-2.0': 'doubao-seedance-2-0-260128'}}, **{fields!r})
    one.set_key({key!r}); one.save()
print('pids', Project.objects.get().pid, Provider.objects.get().pid)
"""


class House(Studio):
    """Runs `manage.py up` without the sandbox. `lab` is the provider; `folder` holds ledger, client history, logs."""

    def __init__(self, folder: Path, lab: Provider, **environment: str) -> None:
        data = folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        port = free_port()
        super().__init__(data, port, settings_for(data, port) | {"STUDIO_SANDBOX": "false"} | environment)
        self.folder, self.lab = folder, lab
        self.project = self.provider = ""

    def prepare(self, **fields: Any) -> None:
        """People, project and provider; the second time nothing is changed."""
        self.manage("migrate", "-v", "0", timeout=START)
        limits = {"max_concurrent": 40, "rate": 60_000, "adds": ["tag", "seed"]} | fields
        code = PEOPLE.format(password=PASSWORD, base=self.lab.base, key=KEY, fields=limits)
        words = self.manage("shell", "-v", "0", "-c", code, timeout=START).split()
        self.project, self.provider = words[-2:]

    def start(self) -> "House":
        self.launch(self.folder / "up.log")
        until("the web server answers", lambda: self.is_up(f"{self.base}/healthz"), START)
        return self

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        url = self.environment.get("DATABASE_URL", "")
        if not url:
            return super().sql(query, *values)
        with psycopg.connect(url, connect_timeout=10) as rows:
            return rows.execute(query.replace("?", "%s"), values).fetchall()

    def tally(self) -> Counter[str]:
        """How many attempts are in each state."""
        return Counter(dict(self.sql("select state, count(*) from generations_attempt group by state")))

    def victims(self) -> list[psutil.Process]:
        """Every process of the studio, `up` itself included; a decoder that lives for a moment is not counted."""
        assert self.process is not None
        try:
            up = psutil.Process(self.process.pid)
            return [up, *(one for one in up.children(recursive=True) if not is_brief(one))]
        except psutil.NoSuchProcess:
            return []

    def process_in(self, worker: Any) -> psutil.Process | None:
        """The live process that an attempt's `worker` names."""
        told = json.loads(worker) if isinstance(worker, str) else worker
        return next((one for one in self.victims() if one.pid == told.get("pid")), None)

    def kill_one(self, chance: random.Random, number: int = signal.SIGKILL) -> str:
        """SIGKILL (or stop) one process, whichever; its name."""
        victim = chance.choice(self.victims())
        name = command(victim)
        try:
            victim.send_signal(number)
        except psutil.NoSuchProcess:
            return "gone"
        return name

    def kill_all(self) -> str:
        for process in self.victims():
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        return "all"

    def let_up_go_on(self) -> None:
        """It is the one process that nobody watches over: whoever stopped it lets it go on."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def revive(self) -> None:
        """Start `up` again if it is dead, once everything that was below it is gone."""
        if self.is_alive():
            return
        here = f"STUDIO_DATA={self.data}"
        until("what it had started is gone", lambda: not list(belonging(here)), 30)
        self.start()

    def checked(self, *words: str) -> dict[str, Any]:
        """What the checker says."""
        module = [sys.executable, "-m", "tests.faults.checker"]
        done = self.call([*module, "--folder", str(self.folder), "--json", "--secrets", KEY, *words], 600)
        assert done.stdout.startswith("{"), done.stdout + done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said


def command(process: psutil.Process) -> str:
    try:
        line = " ".join(process.cmdline())
    except psutil.Error:
        return "gone"
    for word in (
        "supervisor.queue carry",
        "supervisor.queue look",
        "gunicorn",
        "cluster",
        "manage.py up",
        "media.decode",
    ):
        if word in line:
            return word
    return line[:60]


def is_brief(process: psutil.Process) -> bool:
    """Whether a nursery forked it for one clip."""
    try:
        parent = process.parent()
    except psutil.Error:
        return True
    return command(process) == "media.decode" and parent is not None and command(parent) == "media.decode"


def belonging(mark: str) -> Iterator[psutil.Process]:
    """Live processes whose environment carries `mark`; this one and its own aside."""
    ours = {psutil.Process().pid}
    for process in psutil.process_iter():
        try:
            if process.pid in ours or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if f"{mark}" in (f"{name}={value}" for name, value in process.environ().items()):
                yield process
        except psutil.Error:
            continue


@contextmanager
def house(
    folder: Path, *, speed: float = 20, flags: dict[str, Any] | None = None, **environment: str
) -> Iterator[House]:
    """A prepared but not yet started studio beside its fake provider; both end with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    more = {"STUDIO_SPEED": str(speed), "STUDIO_WEB_PROCESSES": "1", "STUDIO_LOG_LEVEL": "WARNING"}
    port = kept_port(folder)
    with fake_provider(folder, port=port, **(flags or {})) as lab:
        one = House(folder, lab, **(more | environment))
        try:
            yield one
        finally:
            if one.process is not None:
                one.stop()
            for left in list(belonging(f"STUDIO_DATA={one.data}")):
                left.kill()


def kept_port(folder: Path) -> int:
    """The provider's row names its port, so a run that goes on must find it there again."""
    path = folder / "port"
    if not path.exists():
        path.write_text(str(free_port()))
    return int(path.read_text())


def flows(house: House, seconds: float = 60) -> float:
    """Seconds until the provider takes another order; fails the test when it does not."""
    began, before = time.monotonic(), house.lab.counts()["accepts"]
    until("work flows again", lambda: house.lab.counts()["accepts"] > before, seconds)
    return time.monotonic() - began
