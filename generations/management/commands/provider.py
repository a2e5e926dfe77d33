"""Accounts at providers from the command line: the same form, the same rules."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generations.catalog import PRESETS
from generations.forms.providers import ProviderForm, from_preset, initial_of
from generations.jobs import carry
from generations.models import Provider


class Command(BaseCommand):
    help = "Adds, lists or tests an account at a provider."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="add an account")
        add.add_argument("--preset", required=True, help=f"one of: {', '.join(PRESETS)}")
        add.add_argument("--name", help="as members see it; the preset's by default")
        add.add_argument("--base-url", help="the preset's by default")
        add.add_argument("--key-file", required=True, help="a file that holds the API key; - reads standard input")
        add.add_argument("--allow-http", action="store_true", help="send the key unencrypted")
        add.add_argument("--confirm-host", action="store_true", help="the host only looks like a known one")
        actions.add_parser("list", help="list the accounts")
        test = actions.add_parser("test", help="ask the provider whether address and key are good")
        test.add_argument("name", help="name or public id of the account")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        {"add": self.add, "list": self.list, "test": self.test}[action](**options)

    def add(self, **options: Any) -> None:
        preset = PRESETS.get(options["preset"])
        if preset is None:
            raise CommandError(f"There is no preset “{options['preset']}”. Choose one of: {', '.join(PRESETS)}.")
        provider = from_preset(preset)
        chosen = {"name": options["name"], "base_url": options["base_url"], "key": read_key(options["key_file"])}
        chosen |= {"allow_http": options["allow_http"], "confirm_host": options["confirm_host"]}
        values = initial_of(provider) | {name: value for name, value in chosen.items() if value}
        form = ProviderForm(values, provider=provider)
        if not form.is_valid():
            raise CommandError("\n".join(problems(form)))
        form.save(None)
        self.stdout.write(f"{provider.name} ({provider.pid}) is added. Try: manage.py provider test {provider.pid}")

    def list(self, **options: Any) -> None:
        for provider in Provider.objects.usable():
            key = f"••••{provider.key_tail}" if provider.key_box else "no key"
            self.stdout.write(f"{provider.pid}  {provider.name}  {provider.base_url}  {key}  {state_of(provider)}")

    def test(self, **options: Any) -> None:
        provider = find(options["name"])
        carry.test_provider(provider.pk)
        provider.refresh_from_db()
        if not provider.test_ok:
            raise CommandError(f"{provider.name}: {provider.test_message or 'the test brought no answer.'}")
        self.stdout.write(f"{provider.name}: {provider.test_message or 'address and key are good.'}")


def read_key(path: str) -> str:
    try:
        key = sys.stdin.read() if path == "-" else Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The key file cannot be read: {error}") from None
    if not key.strip():
        raise CommandError(f"The key file {path} is empty.")
    return key.strip()


def find(name: str) -> Provider:
    usable = Provider.objects.usable()
    provider = usable.filter(pid=name).first() or usable.filter(name=name).first()
    if provider is None:
        names = ", ".join(usable.values_list("name", flat=True)) or "there are none yet"
        raise CommandError(f"There is no provider “{name}”. Known: {names}.")
    return provider


def problems(form: ProviderForm) -> list[str]:
    """Each refusal as one line, with the option that cures it named in the command's words."""
    lines = []
    for field, errors in form.errors.items():
        words = " ".join(str(error) for error in errors)
        words = words.replace("tick “Allow plain http”", "add --allow-http")
        words = words.replace("tick “The host is spelled as I mean it” below", "add --confirm-host")
        lines.append(words if field == "__all__" else f"--{field.replace('_', '-')}: {words}")
    return lines


def state_of(provider: Provider) -> str:
    if provider.paused_at:
        return "paused"
    if provider.tested_at is None:
        return "not tested"
    return "test passed" if provider.test_ok else f"test failed: {provider.test_message}"
