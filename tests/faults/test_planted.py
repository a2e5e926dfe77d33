"""Ten bugs, each in a small studio of its own that meets the fault that it cannot stand: the checker must see them all.

The same faults at a studio without a bug must leave the checker nothing to say. Several studios run at once.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.faults.house import House, command, house
from tests.faults.load import Load
from tests.running import ROOT, free_port, settings_for, until

SETTINGS = "tests.faults.planted.settings"
AT_ONCE = 3  # studios
PATIENCE = 60  # seconds for one wish to be asked, or one fault to be met
REST = 8  # seconds without any change, after which nothing more will come: a POST and its grace are 7.5 s here
ENDED = {"stored", "rejected", "not_accepted", "failed", "expired", "cancelled", "result_lost"}
UNMINDED = {"submitting", "uncertain"}
REFUSED = {"error": {"code": "InvalidParameter", "message": "no such ratio"}}
MANUAL = {"adds": ["seed"], "lists": False}

Violations = dict[str, Sequence[str]]


@dataclass(frozen=True)
class Scene:
    """A fault, and the invariant that a studio with this bug breaks when it meets it."""

    caught_by: str
    play: Callable[[House], object]
    kind: str = "tagged"


@dataclass(frozen=True)
class Kind:
    """What one studio needs; scenes of one kind share a sound studio."""

    flags: dict[str, Any] = field(default_factory=dict)
    provider: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()


KINDS = {
    "tagged": Kind({"bytes": 40_000}),
    "narrow": Kind({"seconds": 1.5}, {"max_concurrent": 1}),
    "manual": Kind({"no_tag": True, "no_list": True}, MANUAL, ("--kills", "1")),
}


def ask(studio: House, count: int) -> None:
    asked = Load(studio, 0).asked
    with Load(studio, asked + count, takes=count) as load:
        until("the wish is asked", lambda: load.is_done, PATIENCE)


def rest(studio: House) -> None:
    """Until all have ended, or nothing changes any more, for long where work should go on by itself."""
    last, since = Counter[str](), time.monotonic()
    while set(last) - ENDED or not last:
        if (now := studio.tally()) != last:
            last, since = now, time.monotonic()
        if time.monotonic() - since > (PATIENCE if set(last) - ENDED - UNMINDED else REST):
            return
        time.sleep(0.1)


def answers_get_lost(studio: House) -> None:
    """Taken, and the connection broke."""
    studio.lab.script("create", {"fate": "reset", "accept": True}, times=2)
    ask(studio, 2)


def server_stumbles(studio: House) -> None:
    """Taken, and then a 500, and silence."""
    studio.lab.script("create", {"status": 500, "accept": True}, times=1)
    studio.lab.script("create", {"fate": "hang", "seconds": 20, "accept": True}, times=1)
    ask(studio, 2)


def poster_dies(studio: House) -> None:
    """Taken, and the worker was killed while it waited for the answer."""
    fate = studio.lab.script("create", {"fate": "hang", "seconds": 20, "accept": True}, times=1)
    ask(studio, 1)
    until("the order is taken", lambda: studio.lab.used(fate), PATIENCE)
    (worker,) = studio.sql("select worker from generations_attempt where state = 'submitting'")[-1]
    psutil.Process(json.loads(worker)["pid"]).kill()


def order_is_refused(studio: House) -> None:
    studio.lab.script("create", {"status": 400, "body": REFUSED}, times=1)
    ask(studio, 1)
    time.sleep(1)


def many_press_at_once(studio: House) -> None:
    ask(studio, 4)


def download_breaks(studio: House) -> None:
    studio.lab.script("file", {"fate": "half"}, times=1)
    ask(studio, 1)


def workers_die_after_answers(studio: House) -> None:
    """All were answered; a moment later every worker is killed, once."""
    goal = studio.lab.counts()["accepts"] + 4
    ask(studio, 4)
    until("all are taken", lambda: studio.lab.counts()["accepts"] >= goal, PATIENCE)
    time.sleep(1)
    for process in studio.victims():
        if command(process) == "supervisor.queue carry":
            process.kill()


SCENES = {
    "naive_retry": Scene("I1", answers_get_lost),
    "sdk_retry": Scene("I1", server_stumbles),
    "requeue_uncertain": Scene("I1", answers_get_lost),
    "no_sweep": Scene("I4", poster_dies),
    "tag_reuse": Scene("I3", answers_get_lost),
    "terminal_not_absorbing": Scene("I7", order_is_refused),
    "gate_without_lock": Scene("I9", many_press_at_once, "narrow"),
    "truncated_accepted": Scene("I8", download_breaks),
    "forgets_id": Scene("F2", workers_die_after_answers, "manual"),
    "leaks_key": Scene("I11", lambda studio: ask(studio, 1)),
}


def prepared(data: Path) -> Path:
    """A data folder with migrated rows and collected static files, of which every studio gets a copy."""
    code = "import django; django.setup(); from generations.supervisor.ground import *;"
    code += f"migrate(); collect_static(Path({str(data)!r}))"
    environment = settings_for(data, free_port())
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=120)
    return data


def violations(template: Path, folder: Path, scenes: Sequence[Scene], bug: str = "") -> Violations:
    """Play the scenes in one studio, one after the other; what the checker has against it at the end."""
    kind = KINDS[scenes[0].kind]
    shutil.copytree(template, folder / "data")
    with house(folder, flags=kind.flags, DJANGO_SETTINGS_MODULE=SETTINGS, PLANTED=bug) as studio:
        studio.prepare(**kind.provider)
        studio.start()
        for scene in scenes:
            studio.lab.clear()
            scene.play(studio)
            rest(studio)
        # The checker itself is sound.
        studio.environment["DJANGO_SETTINGS_MODULE"] = "studio.settings"
        said = studio.checked("--quiet", *kind.words)
    return {name: one["violations"] for name, one in said["invariants"].items() if one["violations"]}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Violations]]]:
    """All studios, sound ones by their kind and spoilt ones by their bug; some at a time."""
    ground = tmp_path_factory.mktemp("planted")
    template = prepared(tmp_path_factory.mktemp("template"))
    faults = {kind: list(dict.fromkeys(one for one in SCENES.values() if one.kind == kind)) for kind in KINDS}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = {kind: pool.submit(violations, template, ground / kind, scenes) for kind, scenes in faults.items()}
        for bug, scene in SCENES.items():
            found[bug] = pool.submit(violations, template, ground / bug, [scene], bug)
        yield found
        for run in found.values():
            run.cancel()


@pytest.mark.processes
@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_studio_stands_the_same_faults(runs: dict[str, Future[Violations]], kind: str) -> None:
    assert runs[kind].result(280) == {}


@pytest.mark.processes
@pytest.mark.parametrize("bug", SCENES)
def test_the_checker_catches(runs: dict[str, Future[Violations]], bug: str) -> None:
    assert SCENES[bug].caught_by in runs[bug].result(280)


@pytest.mark.processes
def test_the_figures_of_the_pack(runs: dict[str, Future[Violations]]) -> None:
    caught = [bug for bug, scene in SCENES.items() if scene.caught_by in runs[bug].result(280)]
    figures = {"part": "f5", "ok": len(caught) == len(SCENES), "n": len(SCENES), "caught": len(caught)}
    if folder := os.environ.get("STUDIO_STORM_FIGURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "f5.json").write_text(json.dumps(figures))
    assert caught == list(SCENES)
