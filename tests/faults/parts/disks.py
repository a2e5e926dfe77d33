"""A small disk of its own, made of memory: filled to the last byte and emptied again without harm to any other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.postgres import Missing

FILLER = "filler"
MARK = "studio-storm"  # the device by which our mounts are known


@dataclass(frozen=True)
class Disk:
    """A tmpfs at `path`."""

    path: Path
    megabytes: int

    def fill(self) -> None:
        """Take what is free, to the last block; again and again, for what the studio gives back is taken too."""
        with suppress(FileNotFoundError, OSError):
            file = os.open(self.path / FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            try:
                for size in (1 << 20, 1 << 16, 1 << 12):
                    with suppress(OSError):
                        while os.write(file, bytes(size)) == size:
                            pass
            finally:
                os.close(file)

    def free(self) -> None:
        (self.path / FILLER).unlink(missing_ok=True)

    @property
    def left(self) -> int:
        """Bytes."""
        stats = os.statvfs(self.path)
        return stats.f_bavail * stats.f_frsize


@contextmanager
def mounted(*disks: Disk) -> Iterator[None]:
    """Mounted in their order, gone with the block. Raises Missing where that is not allowed."""
    if sys.platform != "linux" or os.getuid() != 0:
        raise Missing("only root on Linux may mount the small disks that are filled")
    for disk in disks:
        unmount(disk)  # left over from a run that was killed
    try:
        for disk in disks:
            disk.path.mkdir(parents=True, exist_ok=True)
            mount(disk)
        yield
    finally:
        for disk in reversed(disks):
            unmount(disk)


def mount(disk: Disk) -> None:
    words = ["mount", "-t", "tmpfs", "-o", f"size={disk.megabytes}m,mode=755", MARK, str(disk.path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30)
    if done.returncode:
        raise Missing(f"a small disk cannot be mounted here: {done.stderr.strip()}")


def unmount(disk: Disk) -> None:
    """Ours only; lazily, for a process that ends may still hold a file."""
    while str(disk.path) in ours():
        subprocess.run(["umount", "-l", str(disk.path)], capture_output=True, timeout=30, check=True)


def ours() -> set[str]:
    lines = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return {path for device, path, *_ in lines if device == MARK}
