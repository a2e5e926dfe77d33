"""The Makefile, in a small tree of its own: what it installs, when, and what it says when it cannot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Makefile with locks that name no package, so that pip works and needs no network."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "Makefile", tree)
    for lock in ("requirements.lock", "requirements-postgres.lock"):
        (tree / lock).write_text("# nothing\n")
    (tree / "manage.py").write_text("import sys\nprint('manage.py', *sys.argv[1:])\n")
    return tree


def make(tree: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DATABASE_", "MAKE"))}
    return subprocess.run(
        ["make", *words],
        cwd=tree,
        env=kept | {"PYTHON": sys.executable} | more,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_second_start_skips_pip(tree: Path) -> None:
    first = make(tree, "run")
    assert "Installing requirements.lock" in first.stdout, first.stderr
    assert first.stdout.splitlines()[-1] == "manage.py up"
    # pip is not even there any more: nobody may call it.
    pip = next((tree / ".venv").glob("lib/python*/site-packages/pip"))
    pip.rename(tree / "pip-aside")
    second = make(tree, "run")
    (tree / "pip-aside").rename(pip)
    assert second.stdout.splitlines() == ["manage.py up"]
    assert second.returncode == 0


def test_a_changed_lock_is_installed(tree: Path) -> None:
    make(tree, "run")
    (tree / "requirements.lock").write_text("# still nothing\n")
    assert "Installing" in make(tree, "run").stdout
    assert "Installing" not in make(tree, "run").stdout


def test_a_postgresql_database_brings_its_driver(tree: Path) -> None:
    done = make(tree, "run", DATABASE_URL="postgres://studio@localhost/studio")
    assert "Installing requirements-postgres.lock" in done.stdout


def test_a_failed_installation_is_tried_again(tree: Path) -> None:
    (tree / "requirements.lock").write_text("broken line\n")
    for _ in range(2):
        done = make(tree, "run")
        assert done.returncode != 0
        assert "could not be installed" in done.stderr
        assert "manage.py up" not in done.stdout
    (tree / "requirements.lock").write_text("# nothing\n")
    assert make(tree, "run").returncode == 0


def test_without_a_fit_python_it_says_what_is_needed(tree: Path, tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(tree / name, tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "make", "cksum", "cat", "rm"):
        (tools / name).symlink_to(shutil.which(name) or "")
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = make(tmp_path, "run", PYTHON="", PATH=str(tools))
    assert done.returncode != 0
    assert "Studio needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()
