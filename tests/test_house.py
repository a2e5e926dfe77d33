"""The walls of the house: who may import whom, and where the doors are."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    path for room in ("studio", "generations") for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts
]

# A room → what its files must not import. Longest match wins.
FORBIDDEN = {
    "studio": ("generations",),
    "studio.urls": (),
    "generations.providers": ("django", "studio", "generations.models", "generations.jobs", "generations.net", "httpx"),
    "generations.catalog": (
        "django",
        "studio",
        "generations.models",
        "generations.jobs",
        "generations.providers",
        "generations.net",
    ),
    "generations.models": (
        "generations.jobs",
        "generations.views",
        "generations.forms",
        "generations.net",
        "generations.providers",
    ),
    "generations.forms": ("generations.views", "generations.jobs"),
    "generations.media": ("generations.models", "generations.jobs", "generations.views", "studio", "generations.net"),
    "generations.jobs": ("generations.views", "generations.forms", "django.template", "django.shortcuts"),
    "generations.views": ("generations.net", "generations.providers"),
    "generations.sandbox": (
        "django",
        "studio",
        "generations.models",
        "generations.jobs",
        "generations.providers",
        "generations.net",
    ),
    "generations.net": ("django", "studio", "generations.models"),
}
# The only door to each.
DOORS = {"django_q": {"generations.jobs.doorbell"}, "httpx": {"generations.net"}, "httpcore": {"generations.net"}}
# The supervisor minds django-q2's processes and rows, so it may name them.
DOORS["django_q"] |= {"generations.supervisor"}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> set[str]:
    """Absolute names of all that a file imports."""
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            name = ".".join(part for part in (base, node.module or "") if part)
            found |= {name} | {f"{name}.{alias.name}" for alias in node.names}
    return found


def inside(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path))
def test_imports_never_turn_back(path: Path) -> None:
    module = module_of(path)
    rooms = [room for room in FORBIDDEN if inside(module, room)]
    banned = FORBIDDEN[max(rooms, key=len)] if rooms else ()
    wrong = {name for name in imports_of(path) for room in banned if inside(name, room)}
    assert not wrong, f"{module} must not import {sorted(wrong)}"


@pytest.mark.parametrize("door", DOORS)
def test_each_door_has_one_keeper(door: str) -> None:
    keepers = {module_of(path) for path in FILES if any(inside(name, door) for name in imports_of(path))}
    strangers = {keeper for keeper in keepers if not any(inside(keeper, allowed) for allowed in DOORS[door])}
    assert not strangers


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path))
def test_imports_stand_at_the_top(path: Path) -> None:
    tree = ast.parse(path.read_text())
    nested = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not nested, f"{module_of(path)} imports inside a function at line {nested}"


def test_no_page_holds_script_or_style() -> None:
    forbidden = ("hx-on", ' style="', "onclick=", "javascript:", "|safe", "<style", "hx-vals='js:")
    found = [
        f"{path.name}: {word}"
        for path in (ROOT / "templates").rglob("*.html")
        for word in forbidden
        if word in path.read_text()
    ]
    assert not found
