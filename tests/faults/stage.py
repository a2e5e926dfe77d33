"""Where faults are played: rows, a provider of bare sockets that remembers what it took, and what must always hold."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.utils import timezone

from generations.models import Attempt, Gate, Generation, Provider
from generations.models.attempt import FINAL
from generations.times import TIMES
from studio.models import Event, User
from tests.jobs.conftest import Job
from tests.make import make_generation, make_project, make_provider

from .doors import Doors
from .raw import Act, RawPeer, Request, said
from .scenes import KEY, SIGNATURE, UNCERTAIN, Fault

TASKS = "/api/v3/contents/generations/tasks"
MEMORY = 100 << 20  # bytes by which no fault may make this process grow
RULES = [
    # With the apps named, a flush does not make every permission anew.
    pytest.mark.django_db(transaction=True, available_apps=list(settings.INSTALLED_APPS)),
    pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning"),
]
HORIZON = timedelta(days=7)  # of Ark's list
HASTE = replace(TIMES, post=0.4, poll=0.3, stall=0.2, fetch=0.4)


@dataclass
class Tally:
    """What a module's faults came to."""

    cells: int = 0
    double: int = 0
    exceptions: int = 0
    stuck: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def faults(self) -> dict[str, int]:
        return {"double": self.double, "exceptions": self.exceptions, "stuck": self.stuck}

    @property
    def is_clean(self) -> bool:
        return not any(self.faults.values())

    @property
    def age(self) -> float:
        return round(time.monotonic() - self.began, 1)

    def __str__(self) -> str:
        return f"F4: {self.cells} cells, {self.double} double, {self.exceptions} exceptions, {self.stuck} stuck"


class Stage:
    """An Ark-shaped provider. What `aim` names (post, look, list, file) meets with `fault`; all else goes well."""

    def __init__(self, doors: Doors, peer: RawPeer, elsewhere: RawPeer, **account: Any) -> None:
        self.doors, self.peer, self.elsewhere = doors, peer, elsewhere
        self.tasks: dict[str, dict[str, Any]] = {}
        self.aim, self.fault = "", Fault("none")
        self.video = b""
        alice = User.objects.create(email="alice@example.org", name="Alice", is_staff=True)
        self.project, self.alice = make_project(alice), alice
        self.provider = make_provider(
            name="Ark", base_url=f"{peer.base}/api/v3", key=KEY, max_concurrent=9, rate=60_000, **account
        )
        peer.answer = self.answer

    # The provider

    def answer(self, request: Request) -> bytes | Act:
        path, _, query = request.path.partition("?")
        call = {"POST": "post", "DELETE": "delete"}.get(request.method) or ("list" if path == TASKS else "look")
        call = "file" if path.startswith("/video") else call
        struck = call == self.aim
        if call == "post" and not (struck and self.fault.post not in (UNCERTAIN, "accepted")):
            self.take(request)
        if struck:
            return self.struck()
        if call == "post":
            return said({"id": f"task-{len(self.tasks)}"})
        if call == "list":
            return said(self.page(parse_qs(query)))
        if call == "file":
            return said(self.video, Content_Type="video/mp4")
        task_id = path.rsplit("/", 1)[-1]
        if task_id in self.tasks:
            return said(self.task(task_id))
        return said({"error": {"code": "NotFound.Task", "message": "no such task"}}, 404)

    def take(self, request: Request) -> None:
        tag = request.json.get("safety_identifier", "")
        self.tasks[f"task-{len(self.tasks) + 1}"] = {"status": "running", "safety_identifier": tag}

    def struck(self) -> bytes | Act:
        act = self.fault.listed or self.fault.act if self.aim == "list" else self.fault.act
        if not isinstance(act, bytes):
            return act
        for word, url in (
            (b"%SELF%", self.peer.base + TASKS),
            (b"%ELSEWHERE%", self.elsewhere.base.replace("127.0.0.1", "localhost")),
            (b"%CANARY%", self.elsewhere.base),
        ):
            act = act.replace(word, url.encode())
        return act

    def task(self, task_id: str) -> dict[str, Any]:
        task = {"id": task_id, "created_at": int(time.time()), "model": "doubao-seedance-2-0-260128"}
        task |= self.tasks[task_id]
        if str(task["status"]).lower() in {"succeeded", "success"}:
            task.setdefault("content", {"video_url": self.video_url()})
        return task

    def page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        wanted = query.get("filter.task_ids")
        ids = [task_id for task_id in reversed(self.tasks) if wanted is None or task_id in wanted]
        size, number = int(query["page_size"][0]), int(query["page_num"][0])
        return {"items": [self.task(one) for one in ids[(number - 1) * size : number * size]], "total": len(ids)}

    def video_url(self, base: str = "") -> str:
        return f"{base or self.peer.base}/video.mp4?X-Tos-Signature={SIGNATURE}"

    @contextmanager
    def broken(self, aim: str, fault: Fault) -> Iterator[None]:
        """As long as this lasts, `aim` meets with the fault."""
        self.aim, self.fault = aim, fault
        if fault.early:
            self.peer.early = fault.act if callable(fault.act) else None
        if fault.door and aim != "file":
            self.move_to(self.doors.urls[fault.door])
        try:
            with hurried(connect=bool(fault.door)) if fault.slow else pytest.MonkeyPatch.context():
                yield
        finally:
            self.aim, self.peer.early = "", None
            if fault.door and aim != "file":
                self.move_to(self.peer.base)

    def move_to(self, base: str) -> None:
        provider = Provider.objects.get(pk=self.provider.pk)
        provider.set_base_url(f"{base}/api/v3")
        provider.set_key(KEY)
        provider.save(update_fields=["base_url", "key_box", "key_tail"])

    # The rows

    def asked(self) -> Job:
        return Job(make_generation(self.project, self.alice, self.provider))

    def sent(self, state: str, **fields: Any) -> Job:
        """An attempt that was posted five seconds ago, whose task the provider has."""
        now, number = timezone.now(), len(self.tasks) + 1
        task_id, tag = f"task-{number}", f"s1-{number:08d}"
        self.tasks[task_id] = {"status": "running", "safety_identifier": tag}
        attempt = {
            "state": state,
            "tag": tag,
            "request": {"body": {"safety_identifier": tag}},
            "request_sha256": f"{number:064x}",
            "intent_at": now - timedelta(seconds=5),
            "post_deadline": now - timedelta(seconds=1),
            "accepted_at": now - timedelta(seconds=4),
            "remote_id": "" if state == UNCERTAIN else task_id,
            "next_action_at": now,
        }
        return Job(make_generation(self.project, self.alice, self.provider, attempt=attempt | fields))

    def finished(self, base: str = "") -> Job:
        """An attempt whose result waits at the provider."""
        job = self.sent("succeeded", result={"video_url": self.video_url(base)})
        self.tasks[job.row.remote_id]["status"] = "succeeded"
        return job

    def breathe(self) -> None:
        """Time passes: the breaker and the pauses that a provider asked for are over."""
        Gate.objects.update(closed_until=None, failures=0, opened=0)

    @property
    def posts(self) -> int:
        return sum(request.method == "POST" for request in self.peer.requests)

    def count(self, path: str) -> int:
        return sum(path in request.path for request in self.peer.requests)


@contextmanager
def hurried(*, connect: bool) -> Iterator[pytest.MonkeyPatch]:
    """Small deadlines, in every module that has the engine's times; `connect`: for the way to the peer too."""
    times = replace(HASTE, connect=0.2) if connect else HASTE
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("generations.") and getattr(module, "TIMES", None) is TIMES:
                patch.setattr(module, "TIMES", times)
        yield patch


@dataclass
class Watch:
    """What must hold after every fault, whatever it was."""

    stage: Stage
    log: pytest.LogCaptureFixture
    most_posts: int = 1
    before: int = field(default_factory=lambda: peak())

    def check(self, *, posts: int) -> None:
        self.most_posts = posts
        assert not self.is_double(), f"{self.stage.posts} POSTs instead of {posts}"
        assert not self.raised()
        assert not self.stuck()
        assert self.stage.doors.heard == 0, "a request went to a host that could not be trusted"
        assert self.stage.elsewhere.connections == 0, "a redirect was followed"
        assert_no_secret(self.log)
        assert peak() - self.before < MEMORY

    def is_double(self) -> bool:
        return self.stage.posts > self.most_posts

    def raised(self) -> list[str]:
        """What was logged with a traceback."""
        return [record.getMessage() for record in self.log.get_records("call") if record.exc_info]

    def stuck(self) -> list[Attempt]:
        return [row for row in Attempt.objects.all() if not is_moving(row)]

    def count(self, tally: Tally) -> None:
        """Also what a failed test did not come to check."""
        tally.cells += 1
        tally.double += self.is_double()
        tally.exceptions += bool(self.raised())
        tally.stuck += bool(self.stuck())


def is_moving(row: Attempt) -> bool:
    """Ended, or looked at again by itself in a while, or too old to be in any list, and so a person's to decide."""
    limit = timezone.now() + timedelta(seconds=TIMES.retry_after_cap + 1)
    if row.state == UNCERTAIN and row.intent_at and row.intent_at < timezone.now() - HORIZON:
        return True
    return row.state in FINAL or (row.next_action_at is not None and row.next_action_at < limit)


def assert_no_secret(log: pytest.LogCaptureFixture) -> None:
    attempts = Attempt.objects.all().values()
    kept = [
        *Generation.objects.values(),
        *Event.objects.values(),
        *({name: value for name, value in row.items() if name != "result"} for row in attempts),
        *Provider.objects.values(),
        log.text,
    ]
    assert KEY not in str(kept)
    assert SIGNATURE not in str(kept)


def peak() -> int:
    """Bytes of memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def why(job: Job) -> str:
    """The reason of the attempt's last step."""
    event = Event.objects.about("attempt", str(job.row.uuid)).last()
    return event.why if event else ""


def wait_of(row: Attempt) -> float:
    """Seconds until something happens by itself."""
    assert row.next_action_at is not None
    return (row.next_action_at - timezone.now()).total_seconds()
