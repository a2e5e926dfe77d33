"""The child process: reads one order from its standard input, limits itself, decodes, and writes one answer."""

import ctypes
import errno
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import checks, drawing, encoding, pixels, result
from .child import OURS
from .errors import Rejected

TASKS: dict[str, Callable[..., Any]] = {
    "clean_image": pixels.clean,
    "thumbnail": pixels.thumbnail,
    "probe": checks.probe,
    "check": checks.check,
    "poster": drawing.poster,
    "preview": encoding.preview,
    "last_frame": drawing.last_frame,
    "playable_copy": encoding.playable_copy,
    "clean_clip": encoding.clean_clip,
    "take_in": result.take_in,
}
PATHS = {"source", "out"}
PR_SET_PDEATHSIG = 1


def limit(cpu: int, memory: int, largest: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)  # a page is waited for, a poster is not
    if sys.platform == "linux":  # macOS has neither
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def answer(order: dict[str, Any]) -> dict[str, Any]:
    words = {key: Path(word) if key in PATHS else word for key, word in order["words"].items()}
    name = words.get("name", "The file")
    try:
        return {"result": TASKS[order["task"]](**words)}
    except Rejected as rejected:
        return {"rejected": rejected.message}
    except MemoryError:
        return {"rejected": f"{name} needs too much memory to decode."}
    except Exception as error:  # decoders of hostile files raise anything
        number = getattr(error, "errno", None)
        if number in OURS:
            return {"trouble": number}
        if number == errno.EFBIG:
            return {"rejected": f"{name} becomes too large a file."}
        return {"rejected": f"{name} is damaged: it cannot be decoded ({type(error).__name__})."}


if __name__ == "__main__":
    order = json.load(sys.stdin)
    limit(order["cpu"], order["memory"], order["largest"])
    json.dump(answer(order), sys.stdout)
