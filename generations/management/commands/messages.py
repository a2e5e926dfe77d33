"""Collect every text of the product for translators; `--compile` turns what they wrote into what pages read.

gettext finds texts in Python, templates and scripts. Those of the catalog's data files are written into a module for
as long as it looks.
"""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.translation import override

from generations import catalog
from generations.catalog.spec import Parameter
from generations.catalog.tongue import Text
from studio.config import ROOT

LANGUAGE = "zh_Hans"
IGNORED = [".venv", "data", "docs", "tests", "static/vendor", "staticfiles"]
TEXTS = Path(catalog.__file__).with_name("_texts.py")


class Command(BaseCommand):
    help = "Collect the texts for translators into studio/locale."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="Also compile what is translated.")

    def handle(self, *args: Any, **options: Any) -> None:
        os.chdir(ROOT)  # where makemessages begins to look
        with override(None, deactivate=True):
            texts = sorted(
                {text for spec in (*catalog.MODELS.values(), *catalog.PRESETS.values()) for text in of(spec)}
            )
        try:
            TEXTS.write_text("from django.utils.translation import gettext_noop as _\n" + "".join(map(line, texts)))
            for domain in ("django", "djangojs"):
                collect(domain)
        finally:
            TEXTS.unlink(missing_ok=True)
        if options["compile"]:
            call_command("compilemessages", locale=[LANGUAGE], ignore_patterns=IGNORED, verbosity=0)
        self.stdout.write(f"studio/locale/{LANGUAGE}: {len(texts)} texts of the catalog, and those of the code.")


def of(value: Any) -> Iterator[str]:
    """The texts for people in an entry of the catalog: and choices that are words."""
    if isinstance(value, Text):
        yield str(value)
    elif isinstance(value, tuple):
        for one in value:
            yield from of(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from of(getattr(value, field.name))
    if isinstance(value, Parameter):
        yield from (word for word in (*value.choices, value.implied) if isinstance(word, str) and word.isalpha())


def line(text: str) -> str:
    return f"_({text!r})\n"


def collect(domain: str) -> None:
    options: dict[str, Any] = {"no_location": True, "no_wrap": True, "ignore_patterns": IGNORED, "verbosity": 0}
    call_command("makemessages", locale=[LANGUAGE], domain=domain, **options)
