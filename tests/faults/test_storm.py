"""The storm in small: real members, real processes, SIGKILL at random moments; the books must agree afterwards."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.parts.busy import Busy, Sending, undercut
from tests.faults.parts.cut_downloads import Cuts
from tests.faults.parts.inside import Inside, merged
from tests.faults.parts.kills import Kills
from tests.faults.parts.part import MANUAL, TAGGED, Part
from tests.faults.postgres import Missing
from tests.faults.storm import main, run, table


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter, as it cannot enter pytest's."""
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("part", "database"),
    [
        (Kills("tagged", "in small", 60, 3, TAGGED), "sqlite"),
        (Kills("manual", "in small", 40, 2, MANUAL), "postgres"),
    ],
    ids=lambda one: one.name if isinstance(one, Kills) else one,
)
def test_nothing_is_lost_and_nothing_bought_twice(ground: Path, part: Kills, database: str) -> None:
    try:
        figures = run(part.part(), database, ground)
    except Missing as missing:
        pytest.skip(str(missing))
    print(table([figures]))
    assert figures["ok"], figures["violations"]
    assert (figures["lost"], figures["double"]) == (0, 0)
    if part.provider is TAGGED:
        assert figures["uncertain"] == 0
    else:
        assert figures["uncertain"] <= figures["posts in flight at kills"]


@pytest.mark.parametrize(
    ("caught", "words", "code", "last"),
    [
        (True, [], 0, "f1"),
        (False, [], 1, "VOID: of 10 planted bugs"),
        (True, ["f1"], 0, "f1"),
        (False, ["f1"], 1, "VOID: of 10 planted bugs"),
        (None, ["f1"], 0, "This counts once every planted bug is caught"),
        (None, ["f99"], 2, "There is no part f99: f1, f5;"),
        (None, ["f1", "oracle"], 2, "There is no part oracle: f1, f5; nor such a database: sqlite, postgres."),
        (True, ["sqlite"], 0, "f1"),
        (True, ["f1", "sqlite"], 0, "f1"),
        (True, ["f1", "postgres"], 1, "Nothing ran"),
    ],
)
def test_a_verdict_counts_only_if_planted_bugs_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caught: bool | None, words: list[str], code: int, last: str
) -> None:
    tried: list[str] = []

    def part(name: str, figures: dict[str, Any]) -> Part:
        def run(folder: Path, database: str) -> dict[str, Any]:
            tried.append(name)
            return figures

        return Part(name, "", run, ("sqlite",))

    parts = [part("f1", {"ok": True, "n": 1}), part("f5", {"ok": caught, "n": 10})]
    monkeypatch.setattr("tests.faults.storm.PARTS", {one.name: one for one in parts})
    if words and caught is not None:
        (tmp_path / "f5-sqlite").mkdir()
        (tmp_path / "f5-sqlite" / "figures.json").write_text(json.dumps({"ok": caught, "n": 10}))
    said: list[str] = []
    assert main(words, said.append, tmp_path) == code
    assert last in said[-1]
    if not words:
        assert tried == (["f5", "f1"] if caught else ["f5"])


def test_what_several_files_of_tests_tell_adds_up() -> None:
    told = [{"part": "f4-a", "ok": True, "n": 70, "double": 0}, {"part": "f4-b", "ok": True, "n": 50, "double": 0}]
    assert merged(told) == {"ok": True, "n": 120, "double": 0}
    assert not merged([*told, {"part": "f4-c", "ok": False, "n": 1, "double": 1}])["ok"]
    assert not merged([])["ok"], "nothing told is nothing proved"


def test_a_pack_of_tests_that_fails_is_no_proof(tmp_path: Path) -> None:
    figures = Inside("f0", "", ("no_such_test.py",)).run(tmp_path, "sqlite")
    assert not figures["ok"]
    assert "no_such_test.py" in figures["violations"]["f0"][1]


@pytest.mark.parametrize("code", [-15, 2])
def test_a_pack_of_tests_that_is_cut_has_no_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *words, **_: subprocess.CompletedProcess(words, code))
    with pytest.raises(SystemExit, match="cut"):
        Inside("f0", "", ("test_storm.py",)).run(tmp_path, "sqlite")


@pytest.mark.processes
@pytest.mark.parametrize(
    "part", [Cuts("cuts", "in small", 12, chance=0.5), Busy("busy", "in small", 8, 4)], ids=lambda one: one.name
)
def test_in_small_it_holds(ground: Path, part: Cuts | Busy) -> None:
    figures = run(part.part(), "sqlite", ground)
    print(table([figures]))
    assert figures["ok"], figures["violations"]
    assert (figures["lost"], figures["double"], figures["uncertain"]) == (0, 0, 0)


def test_a_pause_that_is_undercut_is_seen() -> None:
    refused = Sending(at=10.0, intended=9.9, answered=10.1, until=12.0)
    on_its_way = Sending(at=10.2, intended=10.05, answered=0, until=0)
    after_it = Sending(at=12.1, intended=12.05, answered=0, until=0)
    early = Sending(at=11.5, intended=11.4, answered=0, until=0)
    assert undercut([refused, on_its_way, after_it]) == []
    assert undercut([refused, on_its_way, early, after_it]) == ["a POST came 0.500 s too early"]
