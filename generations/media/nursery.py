"""Where decoding children come from: a process that has loaded the decoders, holds no secret, and forks for each order.

To start Python and load the decoders takes 0.25 s of a processor; a fork takes some milliseconds.
"""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = threading.Lock()


class Nursery:
    """One running `python -m generations.media.decode`. It ends by itself with its last customer, and when idle."""

    def __init__(self) -> None:
        self.door, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "generations.media.decode", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                pass_fds=[theirs.fileno()],
            )

    def hand_over(self, talk: socket.socket) -> None:
        """Have a child forked that reads its order from `talk`. Raises OSError when the nursery is gone."""
        socket.send_fds(self.door, [b"!"], [talk.fileno()])

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        self.door.close()
        self.process.kill()
        self.process.wait()


# One per process: a fork must not share the door of its parent, or no nursery would ever see it shut.
open_ones: dict[int, Nursery] = {}


def nursery() -> Nursery:
    """This process's nursery, started when there is none."""
    with LOCK:
        mine = open_ones.get(os.getpid())
        if mine is None or not mine.is_alive():
            mine = open_ones[os.getpid()] = Nursery()
        return mine
