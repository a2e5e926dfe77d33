"""The sandbox's command line, the same for `manage.py sandbox` and `python -m generations.sandbox`."""

import os
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

from generations.sandbox.faults import Knobs, knobs_of, table

SUMMARY = "A video provider to run at home: every dialect on one port, real clips, no key, no cost."
EPILOG = f"Faults, as [knob] or [knob=N] in a prompt or as --fault knob or --fault knob=N:\n\n{table()}\n"


@dataclass(frozen=True)
class Options:
    """How one sandbox runs. `delay` and `queue` are seconds; `faults` hold for every request."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8900
    renders: int = 1
    max_seconds: int = 30
    tiny: bool = False
    delay: float = 0.0
    faults: Knobs | None = None


def add_arguments(parser: ArgumentParser, folder: Path) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8900, help="port to listen on, 0 for any free one (8900)")
    parser.add_argument("--dir", type=Path, default=folder, help=f"where tasks and clips are kept ({folder})")
    parser.add_argument("--renders", type=int, default=1, help="clips drawn at the same time (1)")
    parser.add_argument("--max-seconds", type=int, default=30, help="longer clips are cut to this (30)")
    parser.add_argument(
        "--tiny", action="store_true", help="draw half a second at 64 pixels, for storms and tests; takes small inputs"
    )
    parser.add_argument("--delay", type=float, default=0.0, help="seconds to wait before every answer (0)")
    parser.add_argument("--fault", action="append", default=[], help="a fault for every request; may be repeated")


def options_of(arguments: Namespace) -> Options:
    """Options from parsed arguments; ValueError with a plain sentence for what makes no sense."""
    if not 0 <= arguments.port <= 65535:
        raise ValueError("--port must lie between 0 and 65535")
    if arguments.renders < 1 or arguments.max_seconds < 1 or arguments.delay < 0:
        raise ValueError("--renders and --max-seconds must be at least 1, --delay at least 0")
    return Options(
        folder=arguments.dir.expanduser().resolve(),
        host=arguments.host,
        port=arguments.port,
        renders=arguments.renders,
        max_seconds=arguments.max_seconds,
        tiny=arguments.tiny,
        delay=arguments.delay,
        faults=knobs_of(arguments.fault),
    )


def default_folder() -> Path:
    return Path(os.environ.get("STUDIO_DATA", "data")) / "sandbox"
