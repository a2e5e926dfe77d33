"""SIGKILL any kind of process while ten jobs are in flight: nothing paid twice, nothing lost, work goes on.

STUDIO_KILLS_SPEED=1 runs it at the engine's real times; by default they are divided, so that it fits a test run.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.running import Studio, running, until

SPEED = float(os.environ.get("STUDIO_KILLS_SPEED", "6"))
KINDS = ("queue parent", "sentinel", "worker", "monitor", "pusher", "cluster", "sandbox", "web", "up")
ENDED = {"stored", "not_accepted"}
TEN = 10
KEY = "sk-canary-5f3a9"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running(tmp_path_factory.mktemp("kills"), speed=SPEED) as studio:
        make_people(studio)
        ask(studio, 1)
        until("the first clip is stored", lambda: studio.states() == ["stored"], 60)
        yield studio


def make_people(studio: Studio) -> None:
    """An owner and a project, as the set-up page makes them."""
    code = (
        "from studio.models import *; u = User.objects.create_user('alice@example.org', name='Alice', is_staff=True);"
        "p = Project.objects.create(name='Kills'); Membership.objects.create(project=p, user=u, role='owner');"
        "from generations.models import Provider; Provider.objects.update(max_concurrent=12, rate=6000);"
        f"[(one.set_key('{KEY}'), one.save()) for one in Provider.objects.all()]"
    )
    studio.manage("shell", "-c", code)


def ask(studio: Studio, count: int) -> None:
    """`count` takes on the sandbox's Ark face, four at a time, as the command line asks for them."""
    provider = studio.sql("select name from generations_provider where preset = 'sandbox'")[0][0]
    while count > 0:
        takes = min(count, 4)
        prompt = f"A fox crosses a frozen lake, number {time.monotonic_ns()}"
        words = ["--project", "Kills", "--provider", provider, "--model", "seedance-2.0", "--prompt", prompt]
        studio.manage("generate", *words, "--takes", str(takes))
        count -= takes


def kind_of(process: psutil.Process, studio: Studio) -> str:
    """Which part of the studio a process is, by its command line and its place in the tree."""
    try:
        line = " ".join(process.cmdline())
        parents = [parent for parent in process.parents() if "supervisor.queue" in " ".join(parent.cmdline())]
    except psutil.Error:
        return ""
    if "supervisor.queue" in line:
        # queue parent → sentinel → (workers, monitor, pusher), in the order in which django-q2 starts them
        if not parents:
            return "queue parent"
        if len(parents) == 1:
            return "sentinel"
        siblings = sorted(parents[0].children(), key=lambda one: (one.create_time(), one.pid))
        place = [one.pid for one in siblings].index(process.pid)
        return "monitor" if place == len(siblings) - 2 else "pusher" if place == len(siblings) - 1 else "worker"
    for word, kind in (("gunicorn", "web"), ("sandbox", "sandbox"), ("manage.py cluster", "cluster")):
        if word in line:
            return kind
    return "other"


def victim(studio: Studio, kind: str) -> psutil.Process | None:
    assert studio.process is not None
    if kind == "up":
        return psutil.Process(studio.process.pid)
    return next((process for process in studio.tree() if kind_of(process, studio) == kind), None)


@pytest.mark.processes
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_costs_nothing(studio: Studio, kind: str) -> None:
    before = len(studio.states())
    ask(studio, TEN)
    until("jobs are in flight", lambda: {"accepted", "running", "submitting"} & set(studio.states()[before:]), 30)
    process = until(f"a {kind} process", lambda: victim(studio, kind), 30)
    old_tree = studio.tree()
    process.kill()
    killed = time.monotonic()
    if kind == "up":
        studio.process.wait(10)  # type: ignore[union-attr]
        psutil.wait_procs(old_tree, timeout=20)
        assert not [one for one in old_tree if one.is_running() and one.status() != psutil.STATUS_ZOMBIE], "an orphan"
        studio.start()
    ask(studio, 1)
    until("work goes on", lambda: studio.states()[-1] in {"accepted", "running", "succeeded", "fetching", "stored"}, 60)
    recovered = time.monotonic() - killed
    until("each of the ten has its end", lambda: set(studio.states()[before : before + TEN]) <= ENDED, 300)
    tags = [entry["tag"] for entry in studio.ledger()]
    assert len(tags) == len(set(tags)), "the sandbox was sent the same attempt twice"
    ends = studio.states()[before : before + TEN]
    stored, not_run = ends.count("stored"), ends.count("not_accepted")
    print(f"{kind}: moved again after {recovered:.1f} s, stored {stored}, did not run {not_run}")


def test_the_logs_hold_no_key(studio: Studio) -> None:
    log = (Path(studio.data) / "up.log").read_text()
    assert KEY not in log
    assert "Bearer" not in log
    assert "Traceback" not in log
