"""Every text of code and templates has its line for translators, and pages read what the translators wrote."""

import ast
import gettext
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "studio/locale/zh_Hans/LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
TAG = re.compile(r"""{%-?\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')(?:\s+context\s+"([^"]+)")?""")


def entries(name: str) -> dict[str, str]:
    """`context\\4msgid` → translation (of a plural its first), without what is fuzzy or obsolete."""
    found = {}
    for block in (FOLDER / name).read_text(encoding="utf-8").split("\n\n"):
        parts: dict[str, str] = {}
        word = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                word, _, line = line.partition(" ")
            parts[word] = parts.get(word, "") + ast.literal_eval(line)
        if parts.get("msgid") and "\n#, fuzzy" not in f"\n{block}":
            key = f"{parts['msgctxt']}\4{parts['msgid']}" if "msgctxt" in parts else parts["msgid"]
            found[key] = parts.get("msgstr", parts.get("msgstr[0]", ""))
    return found


def texts_of_code() -> set[str]:
    found = set()
    for path in (path for room in ("studio", "generations") for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
                words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if words:
                    found.add("\4".join(words[:2]) if node.func.id.startswith("pgettext") else words[0])
    return found


def texts_of_templates() -> set[str]:
    found = set()
    for path in (ROOT / "templates").rglob("*.html"):
        for double, single, context in TAG.findall(path.read_text(encoding="utf-8")):
            found.add(f"{context}\4{double or single}" if context else double or single)
    return found


@pytest.mark.parametrize("texts", [texts_of_code, texts_of_templates], ids=["code", "templates"])
def test_every_text_is_before_the_translators(texts) -> None:
    found = texts()
    assert len(found) > 100
    missing = sorted(found - set(entries("django.po")))
    assert not missing, f"run manage.py messages: {missing}"


@pytest.mark.parametrize("name", ["django", "djangojs"])
def test_pages_read_what_the_translators_wrote(name: str) -> None:
    with (FOLDER / f"{name}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    read = {(key[0] if isinstance(key, tuple) else key): text for key, text in compiled.items()}
    written = {key: text for key, text in entries(f"{name}.po").items() if text}
    assert {key: text for key, text in read.items() if key} == written, "run manage.py messages --compile"
