import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from generations.sandbox.faults import FAULTS
from generations.sandbox.options import default_folder
from tests.running import ROOT


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "generations.sandbox", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_help_explains_every_knob() -> None:
    told = run("--help").stdout
    assert all(f"  {name} " in told for name in FAULTS)


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (("--fault", "sloow"), "no fault 'sloow'"),
        (("--port", "70000"), "--port must lie between"),
        (("--renders", "0"), "--renders"),
    ],
)
def test_wrong_flags_are_explained(tmp_path: Path, flags: tuple[str, ...], reason: str) -> None:
    result = run("--dir", str(tmp_path), *flags)
    assert (result.returncode, reason in result.stderr) == (1, True)


def test_django_offers_the_same_command(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no fault 'sloow'"):
        call_command("sandbox", dir=tmp_path, fault=["sloow"])


def test_the_folder_follows_the_studios(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path))
    assert default_folder() == tmp_path / "sandbox"
