"""The README tells the truth."""

import re
from pathlib import Path

import pytest

from studio.config import Config

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", Config.model_fields)
def test_every_setting_is_in_its_table(name: str) -> None:
    field = Config.model_fields[name]
    variable = field.alias or f"STUDIO_{name.upper()}"
    assert f"| `{variable}` |" in README
    assert (field.description or "") in README


@pytest.mark.parametrize("room", ["catalog", "providers", "models", "jobs", "supervisor", "media", "sandbox"])
def test_its_tree_names_rooms_that_stand(room: str) -> None:
    assert f"  {room}/" in README
    assert (ROOT / "generations" / room).is_dir()


def test_its_pictures_and_commands_are_there() -> None:
    for path in re.findall(r"!\[[^]]*]\(([^)]+)\)", README):
        assert (ROOT / path).is_file()
    commands = {path.stem for path in (ROOT / "generations/management/commands").glob("[a-z]*.py")}
    assert {"up", "cluster", "sandbox", "provider", "generate", "doctor"} <= commands
