"""The studio's engine in one process, against a provider in memory: every wish, step, death and clock is ours to order.

Rows, dialects, jobs and their transactions are the product's. Ours are the seams: the one door to the network, the
doorbell, the clock, the crash points, and who is alive. A step can be troubled at any statement, call or crash point:
it dies there, the database refuses it, or another member or worker acts while it is held up.
"""

import contextlib
import logging
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.utils import timezone

from generations import crash, net
from generations.jobs import carry, clocks, disk, doorbell, lanes, line, poll, reconcile, spool, tick, wishes
from generations.media import videos
from generations.models import Attempt, Generation, Provider
from generations.models.asking import ask
from studio.config import config
from studio.models import User
from tests.faults.far import Far
from tests.faults.ground import empty, make_account, make_project, take_in, wish_for
from tests.faults.trouble import AFTER, BEFORE, FINE, Died, Setting, Trouble, Weather, Worker

START = 1_800_000_000.0
SPARED = ("SAVEPOINT", "RELEASE", "ROLLBACK")  # Django's own tidying after what we broke


@dataclass
class Process:
    """What the sweep gets to hold of a live worker."""

    world: "World"
    worker: Worker

    def kill(self) -> None:
        busy = self.worker in self.world.workers or self.worker.gone
        self.world.expect(busy, f"process {self.worker.pid} was killed, and holds nothing")
        self.worker.died = True

    def wait(self, timeout: float) -> None: ...


class World(logging.Handler):
    """One project with one provider. `wrong` collects what must not happen; nothing raises out of a step."""

    def __init__(self, users: list[User], setting: Setting) -> None:
        super().__init__(logging.ERROR)
        self.setting = setting
        self.passed = 0.0  # true seconds since the start
        self.ahead = 0.0  # our clock's error
        self.far = Far(setting.dialect, lambda: START + self.passed, setting.lists, setting.echoes, setting.lag)
        self.bells: list[int] = []
        self.workers: list[Worker] = []  # at work now: the last one runs, the others are held up by it
        self.known: dict[int, Worker] = {}
        self.uuids: dict[int, str] = {}  # of attempts, by pk
        self.wrong: list[str] = []
        self.befell: Counter[str] = Counter()  # where troubles met a step
        self.room = True
        self.muted = False
        self.written = True  # since the last look at the rows
        self.misled: set[str] = set()  # attempts of which a member said what is not so
        self.resent: Counter[int] = Counter()  # clicks on "send again", by generation
        self.users = users
        self.setup = contextlib.ExitStack()

    # The seams

    def __enter__(self) -> Self:
        patch = self.setup.enter_context(pytest.MonkeyPatch.context())
        self.clock = self.setup.enter_context(time_machine.travel(START, tick=False))
        # It goes on while a process is stopped, no step of the wall clock moves it, and a slow machine takes no longer.
        patch.setattr(time, "monotonic", lambda: START + self.passed)
        patch.setattr(clocks, "tick_began", {})
        patch.setattr(net, "call", self.call)
        patch.setattr(net, "stream", self.stream)
        patch.setattr(lanes, "look_all", lambda calls, budget=0: [lanes.look(*call) for call in calls])
        patch.setattr(doorbell, "async_task", lambda work, *words, **_: self.bells.append(words[0]))
        patch.setattr(crash, "here", self.reach)
        patch.setattr(spool, "folder", self.spool_folder)
        patch.setattr(disk, "has_room_for_new_work", lambda: self.room)
        patch.setattr(disk, "need_room", self.need_room)
        # What a death leaves on the disk is played; a power cut, which alone tells fsync from none, is not.
        patch.setattr(os, "fsync", lambda descriptor: None)
        # Decoding takes a second for each clip and is not what is asked here: the check is a look at the file's end,
        # the pictures are copies.
        patch.setattr(videos, "take_in", take_in)
        ours = {"me": self.me, "machine": self.machine, "process_of": self.process_of}
        for module in [module for name, module in sys.modules.items() if name.startswith("generations.jobs.")]:
            for name in ours.keys() & vars(module).keys():
                patch.setattr(module, name, ours[name])
        log = logging.getLogger("generations")
        patch.setattr(log, "propagate", False)
        patch.setattr(log, "handlers", [self])
        self.setup.enter_context(connection.execute_wrapper(self.statement))
        with self.mute():
            empty()
            self.project, self.provider = make_project(self.users), make_account(self.setting)
        return self

    def __exit__(self, *error: object) -> None:
        for attempt in Attempt.objects.all():
            shutil.rmtree(default_storage.path(attempt.folder), ignore_errors=True)
        shutil.rmtree(self.spool_folder(), ignore_errors=True)
        self.setup.close()

    def spool_folder(self) -> Path:
        path = config().data / f"spool-{os.getpid()}"  # other worlds are played in other processes
        path.mkdir(parents=True, exist_ok=True)
        return path

    def emit(self, record: logging.LogRecord) -> None:
        """What the product logs as an error is one, unless the database was made to refuse or a provider lied.

        An id that belongs to another take meets the unique constraint, and its log line is what is owed to the admin.
        """
        fault = record.exc_info[1] if record.exc_info else None
        if not isinstance(fault, IntegrityError) and not any(worker.refused for worker in self.workers):
            self.wrong.append(f"logged: {record.getMessage()} {fault!r}")

    @contextlib.contextmanager
    def mute(self) -> Iterator[None]:
        """Our own questions to the database are not the product's."""
        before, self.muted = self.muted, True
        try:
            yield
        finally:
            self.muted = before

    def statement(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.written |= sql.startswith(("INSERT", "UPDATE", "DELETE"))
        if self.workers and not self.muted and not sql.startswith(SPARED):
            self.reach("statement")
            if self.workers[-1].gone:
                raise OperationalError("the lab's database is away")
        return execute(sql, *rest)

    def reach(self, at: str) -> None:
        """The running worker comes to `at`: its trouble may begin here."""
        if self.muted or not self.workers:
            return
        worker = self.workers[-1]
        count = worker.reached[at]
        worker.reached[at] += 1
        trouble = worker.trouble
        if trouble and trouble.at == "submit.spooled" and at == "submit.before_id_write":
            worker.refused = worker.gone = True  # or nothing would ever be spooled
        if trouble is None or trouble.at != at or count < trouble.nth:
            return
        if trouble.what in ("refuse", "gone") and at != "statement":
            worker.trouble = replace(trouble, at="statement", nth=worker.reached["statement"])
            return
        if trouble.what in ("die", "refuse", "gone") or not connection.in_atomic_block:
            self.befell[at] += 1
        if trouble.what == "die":
            self.die(worker)
        elif trouble.what in ("refuse", "gone"):
            worker.trouble, worker.refused, worker.gone = None, True, trouble.what == "gone"
            raise OperationalError("the lab refuses this statement")
        elif not connection.in_atomic_block:  # whoever writes keeps others out
            worker.trouble, worker.was_held_up = None, True
            self.act(trouble.what, trouble.which)
            if worker.died:
                self.die(worker)

    def die(self, worker: Worker) -> None:
        """Nothing that a dead process would not have done may happen while its stack unwinds: its files are hidden."""
        worker.died = True
        if worker.attempt:
            with contextlib.suppress(OSError):
                folder = self.folder(worker)
                folder.rename(folder.with_suffix(".dead"))
        raise Died

    def folder(self, worker: Worker) -> Path:
        return Path(default_storage.path(f"clips/{worker.attempt[:2]}/{worker.attempt}"))

    def machine(self) -> tuple[str, str]:
        return self.me()["host"], "boot"

    def me(self) -> dict[str, Any]:
        return self.workers[-1].name

    def process_of(self, who: dict[str, Any]) -> Process | None:
        worker = self.known.get(who.get("pid", 0))
        return Process(self, worker) if worker and worker.here and not worker.died else None

    def need_room(self, folder: Path) -> None:
        if not self.room:
            raise disk.Full("the lab's disk is full")

    # The provider's side

    def call(
        self, method: str, url: str, *, headers: Any = None, body: bytes | None = None, deadline: float, **_: Any
    ) -> net.Answer:
        worker, until = self.workers[-1], time.monotonic() + deadline
        self.expect(not connection.in_atomic_block, f"{method} inside a transaction")
        self.reach(BEFORE)
        if time.monotonic() > until:  # it was stopped
            raise net.NotSent("no time was left")
        if method == "POST":
            self.check_post(worker, body)
            fate = self.fate_of_post(worker.weather.post)
        else:
            fate = dict(enumerate(worker.weather.looks)).get(worker.looks, "fine")
            worker.looks += 1
        try:
            return self.far.answer(method, url, body, fate, worker.attempt)
        finally:
            self.reach(AFTER)

    def fate_of_post(self, fate: str) -> str:
        """A provider may lie with an id that the rows know: of a task whose own answer was lost, nobody could tell."""
        first = next(iter(self.far.tasks), "")
        with self.mute():
            unknown = fate == "another's id" and not Attempt.objects.filter(remote_id=first).exists()
        return "fine" if unknown else fate

    def check_post(self, worker: Worker, body: bytes | None) -> None:
        """R1, and the gate: the committed row says what is about to be spent, by whom, and there is a slot for it."""
        with self.mute():
            row = Attempt.objects.get(uuid=worker.attempt)
            flying = Attempt.objects.in_flight().count()
        is_its_own = worker.name.items() <= row.worker.items()
        self.expect(row.state == "submitting" and is_its_own, f"a POST without its intent: {row}")
        self.expect(row.intent_at is not None and bool(row.request_sha256), "a POST without an intent")
        limit = self.setting.slots
        self.expect(worker.was_held_up or flying <= limit, f"{flying} in flight, {limit} allowed")

    @contextlib.contextmanager
    def stream(self, url: str, *, headers: Any = None, **_: Any) -> Iterator[net.Stream]:
        self.expect(not connection.in_atomic_block, "a download inside a transaction")
        self.reach(BEFORE)
        yield self.far.file(url, headers or {}, self.workers[-1].weather.file)

    def expect(self, holds: bool, else_wrong: str) -> None:
        if not holds:
            self.wrong.append(else_wrong)

    # Steps

    def work(
        self,
        job: Callable[[], object],
        weather: Weather = FINE,
        trouble: Trouble | None = None,
        here: bool = True,
        attempt: str = "",
    ) -> Worker:
        """One step in a process of its own."""
        worker = Worker(len(self.known) + 1, here, weather, trouble, attempt)
        self.known[worker.pid] = worker
        self.workers.append(worker)
        try:
            job()
        except Died:
            with contextlib.suppress(OSError):
                self.folder(worker).with_suffix(".dead").rename(self.folder(worker))
        except wishes.Refused:
            pass
        except Exception as error:
            known = worker.refused and isinstance(error, DatabaseError)
            self.expect(known, f"{getattr(job, '__name__', job)} raised {error!r}")
        finally:
            self.workers.pop()
        self.expect(bool(self.workers) or not connection.in_atomic_block, "a transaction was left open")
        return worker

    def carry(self, pk: int, weather: Weather = FINE, trouble: Trouble | None = None, here: bool = True) -> Worker:
        if pk not in self.uuids:
            with self.mute():
                self.uuids[pk] = str(Attempt.objects.values_list("uuid", flat=True).get(pk=pk))
        return self.work(lambda: carry.carry(pk), weather, trouble, here, self.uuids[pk])

    def pass_time(self, seconds: float) -> None:
        self.passed += seconds
        self.clock.shift(timedelta(seconds=seconds))

    def set_clock(self, ahead: float) -> None:
        """Somebody sets this machine's clock: nothing passed, and the provider has its own."""
        self.clock.shift(timedelta(seconds=ahead - self.ahead))
        self.ahead = ahead

    def answer_bells(self) -> None:
        while self.bells:
            self.carry(self.bells.pop(0))

    # What members ask

    def ask(self, token: str, takes: int, trouble: Trouble | None = None) -> None:
        wish = wish_for(self.project, self.users[0], self.provider, token, takes)

        def press() -> None:
            made, is_new = ask(wish)
            for attempt in Attempt.objects.filter(generation__in=made) if is_new else ():
                doorbell.ring(attempt.pk)

        self.work(press, trouble=trouble)

    def wish(self, name: str, which: int, trouble: Trouble | None = None, remote_id: str = "") -> None:
        """A member's click on one of the cards."""
        with self.mute():
            pks = list(Generation.objects.order_by("pk").values_list("pk", flat=True))
        if not pks:
            return
        generation_pk = pks[which % len(pks)]
        user = self.users[which % len(self.users)]
        old = self.newest(generation_pk)
        remote_id = remote_id or self.truth_about(old)
        words = (remote_id, user) if name == "it_is" else (user,)

        def click() -> None:
            getattr(wishes, name)(Generation.objects.select_related("project").get(pk=generation_pk), *words)
            if name == "it_is":
                self.believe(old, remote_id)

        self.work(click, trouble=trouble)
        if name == "send_again":
            now = self.newest(generation_pk)
            with self.mute():
                old.refresh_from_db(fields=["state"])
            self.resent[generation_pk] += now.number - old.number
            if old.state == "not_accepted":  # it may have run all the same
                self.misled.add(str(old.uuid))

    def newest(self, generation_pk: int) -> Attempt:
        with self.mute():
            return Attempt.objects.only("uuid", "number", "state").filter(generation=generation_pk).latest("number")

    def truth_about(self, attempt: Attempt) -> str:
        uuid = str(attempt.uuid)
        return next((task.id for task in self.far.tasks.values() if task.attempt == uuid), "cgt-nobody-knows")

    def believe(self, attempt: Attempt, remote_id: str) -> None:
        task = self.far.tasks.get(remote_id)
        if task is None or task.attempt != str(attempt.uuid):
            self.misled |= {str(attempt.uuid), task.attempt if task else ""}

    # What others do while a step is held up, and what rules ask for

    def act(self, name: str, which: int = 0) -> None:
        if name in wishes_of:
            self.wish(wishes_of[name], which)
        elif name in JOBS:
            self.work(JOBS[name])
        elif name == "carry":
            with self.mute():
                pks = list(Attempt.objects.order_by("pk").values_list("pk", flat=True))
            self.carry(pks[which % len(pks)]) if pks else None
        elif name == "advance":
            tasks = list(self.far.tasks.values())
            self.far.advance(tasks[which % len(tasks)]) if tasks else None
        elif name == "a long stop":
            # The others go on, and the provider too.
            self.pass_time((6, 40, 200, 900)[which % 4])
            for task in self.far.tasks.values():
                self.far.advance(task)
            for job in ("sweep", "tick"):
                self.work(JOBS[job])
            self.answer_bells()
        elif name == "a freeze":
            # Nobody here goes on, only the provider.
            self.pass_time((6, 40, 200)[which % 3])
            for task in self.far.tasks.values():
                self.far.advance(task)
                self.far.advance(task)
        elif name in ("pause", "resume"):
            at, why = (timezone.now(), "Paused by Alice.") if name == "pause" else (None, "")
            with self.mute():
                Provider.objects.update(paused_at=at, paused_why=why)


def run_tick() -> None:
    tick.tick(1)


wishes_of = {
    "cancel": "cancel",
    "retry": "retry",
    "send again": "send_again",
    "check again": "check_again",
    "it is": "it_is",
    "refetch": "refetch",
}
JOBS: dict[str, Callable[[], object]] = {
    "poll": poll.poll_due,
    "sweep": reconcile.sweep,
    "tick": run_tick,
    "clocks": clocks.keep_time,
    "line": line.tell_the_line,
    "submits": tick.ring_submits,
    "fetches": tick.ring_fetches,
    "cancels": tick.ring_cancels,
    "probes": tick.probe_gates,
}
ACTS = (*wishes_of, "poll", "sweep", "tick", "carry", "advance", "a long stop", "a freeze", "pause")
