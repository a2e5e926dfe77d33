"""The README tells the truth."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from studio.config import Config

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def row_of(name: str) -> tuple[str, str, str]:
    field = Config.model_fields[name]
    secret = isinstance(field.default, SecretStr)
    default = field.default.get_secret_value() if secret else str(field.default).replace(str(ROOT), ".")
    return field.alias or f"STUDIO_{name.upper()}", f"`{default}`" if default else "", field.description or ""


def test_its_table_holds_the_settings_and_no_others() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\S*) ?\| (.*) \|$", README, re.M)
    assert rows == [row_of(name) for name in Config.model_fields]


@pytest.mark.parametrize("room", ["catalog", "providers", "models", "jobs", "supervisor", "media", "sandbox"])
def test_its_tree_names_rooms_that_stand(room: str) -> None:
    assert f"  {room}/" in README
    assert (ROOT / "generations" / room).is_dir()


def test_its_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^]]*]\(([^)]+)\)", README):
        assert (ROOT / path).is_file()


def test_its_commands_are_those_that_there_are() -> None:
    stand = {path.stem for path in (ROOT / "generations/management/commands").glob("[a-z]*.py")}
    (named,) = re.findall(r"^  management/commands/ (.+)$", README, re.M)
    assert set(named.split()) == stand
    assert set(re.findall(r"manage\.py ([a-z]+)", README)) <= stand
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.M)) <= targets


def test_its_paths_stand() -> None:
    (tree,) = re.findall(r"## The tree\n\n```\n(.*?)```", README, re.S)
    rooms = re.findall(r"^([\w./]+/\w*)", tree, re.M)
    assert {"studio/", "generations/", "tests/", "bench/", "docs/", ".ci/run"} <= set(rooms)
    quoted = re.findall(r"`((?:generations|tests|docs|bench|\.ci)/[\w./]*)`", README)
    for path in [*rooms, *quoted]:
        assert (ROOT / path).exists(), path
    for module in re.findall(r"-m (bench\.\w+)", README):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
