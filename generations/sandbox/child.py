"""The process that draws: reads jobs as JSON lines, tells its progress as JSON lines, dies with its parent."""

import ctypes
import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from generations.sandbox.job import RenderJob
from generations.sandbox.render import render

NICENESS = 10
PR_SET_PDEATHSIG = 1


def follow_parent(parent: int) -> None:
    """Have Linux kill us when the parent goes, even in the middle of C code; elsewhere end of input does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it went before we asked
        os._exit(1)


def read_lines(lines: list[str], bell: threading.Semaphore) -> None:
    for line in sys.stdin:
        lines.append(line)
        bell.release()
    os._exit(0)  # the parent closed our input or died


def draw(line: str, tell: TextIO) -> None:
    order = json.loads(line)

    def say(message: dict[str, Any]) -> None:
        tell.write(json.dumps(message) + "\n")
        tell.flush()

    try:
        rendered = render(
            RenderJob.from_json(order["job"]), Path(order["out"]), lambda part: say({"progress": round(part, 3)})
        )
    except Exception as error:  # whatever it is, the parent must hear of it and the next job must run
        say({"failed": f"{type(error).__name__}: {error}"})
    else:
        say({"rendered": asdict(rendered)})


def main() -> None:
    follow_parent(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    os.nice(NICENESS)
    tell = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with our words
    lines: list[str] = []
    bell = threading.Semaphore(0)
    threading.Thread(target=read_lines, args=(lines, bell), daemon=True).start()
    while True:
        bell.acquire()
        draw(lines.pop(0), tell)


if __name__ == "__main__":
    main()
