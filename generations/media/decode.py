"""The nursery's process, and its children: each reads one order, limits itself, decodes, and writes one answer."""

import contextlib
import ctypes
import errno
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from . import checks, drawing, encoding, pixels, result
from .child import OURS, STARTED
from .errors import Rejected

TASKS: dict[str, Callable[..., Any]] = {
    "clean_image": pixels.clean,
    "thumbnail": pixels.thumbnail,
    "probe": checks.probe,
    "check": checks.check,
    "poster": drawing.poster,
    "preview": encoding.preview,
    "last_frame": drawing.last_frame,
    "frame": drawing.frame,
    "playable_copy": encoding.playable_copy,
    "clean_clip": encoding.clean_clip,
    "take_in": result.take_in,
}
PATHS = {"source", "out"}
PR_SET_PDEATHSIG = 1
IDLE = 300  # seconds without an order, after which the memory is worth more than a quick start


def limit(cpu: int, wall: float, memory: int, largest: int) -> None:
    signal.setitimer(signal.ITIMER_REAL, wall)
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


def work(talk: socket.socket) -> None:
    """In the child: one order, one answer. Its first byte leaves before anything of a stranger is touched."""
    # Who asked may have been killed meanwhile: then nobody wants to hear of it.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError), talk, talk.makefile("rb") as words:
        order = json.load(words)
        limit(order["cpu"], order["wall"], order["memory"], order["largest"])
        talk.sendall(STARTED)
        talk.sendall(json.dumps(answer(order)).encode().removeprefix(STARTED))


def serve(door: socket.socket) -> None:
    """Fork a child for every socket that comes through the door, until it is shut or nothing came for long."""
    Image.init()  # loads its plugins, which each child would otherwise do
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended, so the kernel buries it
    while select.select([door], [], [], IDLE)[0]:
        _, handed, _, _ = socket.recv_fds(door, 1, 1)
        if not handed:
            return
        if os.fork() == 0:
            door.close()
            work(socket.socket(fileno=handed[0]))
            os._exit(0)
        os.close(handed[0])


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
