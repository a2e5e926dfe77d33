"""`python -m tests.faults.checker --folder DIR`: exit code 0 when all invariants hold, 1 when one does not."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

import django
from django.utils.module_loading import import_string

from .facts import Verdict
from .invariants import check, figures
from .leaks import canaries
from .ledger import Unreadable
from .owners import owners

SHOWN = 5


def main(words: Sequence[str] | None = None) -> int:
    options = read_options(words)
    django.setup()
    try:
        facts = import_string("tests.faults.checker.rows.read_facts")(  # its models load only now
            options.folder,
            is_quiet=options.quiet,
            secrets=tuple(options.secrets),
            gate=options.gate,
            rate=options.rate,
            kills=options.kills,
        )
    except (Unreadable, FileNotFoundError) as error:
        sys.exit(f"Nothing can be checked: {error}")
    whose = owners(facts)
    verdicts, numbers = check(facts, whose), figures(facts, whose)
    print(as_json(verdicts, numbers) if options.json else as_text(verdicts, numbers))
    return 0 if all(verdict.ok for verdict in verdicts) else 1


def read_options(words: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser("tests.faults.checker", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="ledger.jsonl, client.jsonl and *.log")
    parser.add_argument("--quiet", action="store_true", help="the studio is stopped or at rest: nothing may be open")
    parser.add_argument("--secrets", type=canaries, default=[], help="further canary strings, with commas")
    parser.add_argument("--gate", type=int, help="tasks at once; as the provider's row says")
    parser.add_argument("--rate", type=int, help="POSTs in any 60 s; as the provider's row says")
    parser.add_argument("--kills", type=int, help="bound what is uncertain by the kills there were, two for each")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def as_json(verdicts: Sequence[Verdict], numbers: dict[str, int]) -> str:
    invariants = {one.name: {"checked": one.checked, "violations": list(one.violations)} for one in verdicts}
    return json.dumps({"ok": all(one.ok for one in verdicts), "invariants": invariants, "figures": numbers}, indent=1)


def as_text(verdicts: Sequence[Verdict], numbers: dict[str, int]) -> str:
    lines = []
    for one in verdicts:
        lines.append(f"{one.name:4} {'ok' if one.ok else f'VIOLATED ({len(one.violations)})':14} {one.checked} checked")
        lines += [f"     {said}" for said in one.violations[:SHOWN]]
    return "\n".join([*lines, ", ".join(f"{name} {count}" for name, count in numbers.items())])


if __name__ == "__main__":
    sys.exit(main())
