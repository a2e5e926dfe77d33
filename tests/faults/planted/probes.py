"""`python -m tests.faults.planted.probes NAME…`: what this process does where a bug could sit, as JSON.

It is run once with the bug and once without. Needs a migrated database of its own.
"""

import contextlib
import json
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import django
import psutil
import time_machine

django.setup()

from django.core import signing  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import IntegrityError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_q.core_signing import TimestampSigner  # noqa: E402

from generations import net  # noqa: E402
from generations.jobs import gate, reconcile, spool, submit, tick  # noqa: E402
from generations.media import videos  # noqa: E402
from generations.media.errors import Rejected  # noqa: E402
from generations.models import Attempt, Generation  # noqa: E402
from studio.models import User  # noqa: E402
from tests.clips import video  # noqa: E402
from tests.make import make_generation, make_project, make_provider, make_user  # noqa: E402
from tests.peer import Reply, run_peer  # noqa: E402

LAB = net.Rule(lab=True, allow_http=True)
SENT = {
    "intent_at": datetime.fromisoformat("2026-01-01T00:00Z"),
    "post_deadline": datetime.fromisoformat("2026-01-01T00:01Z"),
}
DEAD = {"host": os.uname().nodename, "boot": "another", "pid": 1, "started": 0.0}


def generation(state: str, **attempt: Any) -> Generation:
    """Alice's, its attempt in `state`; at a provider where nobody answers."""
    alice = User.objects.filter(name="Alice").first() or make_user("Alice")
    provider = make_provider(max_concurrent=1, rate=60_000, base_url="http://127.0.0.1:9/api/v3")
    return make_generation(make_project(alice), alice, provider, attempt={"state": state, **attempt})


def attempt_of(generation: Generation) -> Attempt:
    return Attempt.objects.select_related("provider", "generation__project").get(generation=generation)


def posts_when(reply: Reply) -> int:
    with run_peer(lambda seen: reply) as peer:
        with contextlib.suppress(net.NetError):
            net.call("POST", peer.base, body=b"{}", deadline=6, rule=LAB)
        return len(peer.posts)


def requeue_uncertain() -> str:
    made = generation("uncertain", **SENT)
    reconcile.sweep()
    return attempt_of(made).state


def no_sweep() -> str:
    made = generation("submitting", worker=DEAD, **SENT)
    reconcile.sweep()
    return attempt_of(made).state


def tag_reuse() -> list[bool]:
    """Whether two attempts have one tag; whether the rows would take that."""
    call_command("migrate", "-v0")
    pair = [attempt_of(generation("queued")), attempt_of(generation("queued"))]
    tag_of = vars(submit)["tag_of"]  # as that module knows it, for there the bug sits
    alike = tag_of(pair[0]) == tag_of(pair[1])
    try:
        Attempt.objects.filter(pk__in=[one.pk for one in pair]).update(tag="the same")
    except IntegrityError:
        return [alike, False]
    return [alike, True]


def terminal_not_absorbing() -> str:
    made = generation("rejected", next_action_at=None)
    tick.tick(1)
    return attempt_of(made).state


def gate_without_lock() -> int:
    """How many of two passed a gate for one."""
    first = attempt_of(generation("queued"))
    second = attempt_of(make_generation(first.generation.project, first.generation.user, first.provider))
    together = threading.Barrier(2)

    def enter(attempt: Attempt) -> None:
        together.wait(10)
        gate.enter(attempt, "probed", **SENT)
        connection.close()

    threads = [threading.Thread(target=enter, args=(attempt,)) for attempt in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return Attempt.objects.filter(state="submitting", provider=first.provider).count()


def truncated_accepted() -> list[str]:
    """What becomes of a download that is cut, and of a clip that is."""
    clip = video(64, 36, 0.5)
    with run_peer(lambda seen: Reply(body=clip, cut=len(clip) // 2)) as peer:
        try:
            with net.stream(peer.base, deadline=6, stall=6, cap=2**20, rule=LAB) as answer:
                download = "taken" if sum(map(len, answer.chunks())) == len(clip) // 2 else "odd"
        except net.Lost:
            download = "lost"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        # A box that ends beyond the file, as a cut leaves it.
        path.write_bytes(clip + (1000).to_bytes(4, "big") + b"free")
        try:
            videos.take_in(path, Path(folder))
        except Rejected:
            return [download, "rejected"]
    return [download, "taken"]


def forgets_id() -> list[str]:
    spool.keep_id("00000000-0000-0000-0000-000000000000", "cgt-1")
    return [submit.accept.__module__, *(path.name for path in spool.folder().glob("*.json"))]


def leaks_key() -> bool:
    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    with run_peer(lambda seen: Reply(json={})) as peer:
        net.call("GET", peer.base, headers={"Authorization": "Bearer sk-probe"}, deadline=6, rule=LAB)
    return any("sk-probe" in line for line in told)


def clock() -> dict[str, int]:
    """Hours by which every clock of this process is ahead, after the file came to say one."""
    steady = time.monotonic()
    if name := os.environ.get("PLANTED_CLOCK"):
        Path(name).write_text("3600")
        time.sleep(0.25)
    escape = time_machine.escape_hatch
    true = escape.time.time if escape.is_travelling() else time.time
    signed = {"django": signing.TimestampSigner().sign("x"), "django_q": TimestampSigner().sign("x")}
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, str(time.time()).encode())
        os._exit(0)
    os.wait()
    clocks = {
        "time.time": time.time(),
        "datetime.now": datetime.now().timestamp(),
        "timezone.now": timezone.now().timestamp(),
        "time.localtime": time.mktime(time.localtime()),
        "signing": signing.b62_decode(signed["django"].split(":")[1]),
        "django_q.signing": signing.b62_decode(signed["django_q"].split(":")[1]),
        "a fork": float(os.read(read, 40)),
        "the boot": true() + psutil.boot_time() - true_boot(),
        "a process's start": true() + psutil.Process().create_time() - true_start(),
    }
    late = {name: round((at - true()) / 3600) for name, at in clocks.items()}
    return late | {"time.monotonic": round((time.monotonic() - steady) / 3600)}


def true_boot() -> float:
    return next(float(line.split()[1]) for line in Path("/proc/stat").read_text().splitlines() if "btime" in line)


def true_start() -> float:
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return true_boot() + ticks / os.sysconf("SC_CLK_TCK")


PROBES: dict[str, Callable[[], Any]] = {
    "naive_retry": lambda: posts_when(Reply(drop=True)),
    "sdk_retry": lambda: posts_when(Reply(status=500)),
    "requeue_uncertain": requeue_uncertain,
    "no_sweep": no_sweep,
    "tag_reuse": tag_reuse,
    "terminal_not_absorbing": terminal_not_absorbing,
    "gate_without_lock": gate_without_lock,
    "truncated_accepted": truncated_accepted,
    "forgets_id": forgets_id,
    "leaks_key": leaks_key,
    "clock": clock,
}

if __name__ == "__main__":
    print(json.dumps({name: PROBES[name]() for name in sys.argv[1:]}))
