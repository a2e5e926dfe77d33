"""A ZIP of stored files, made while it is sent: nothing is copied to the disk, and no video is held in memory."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

BLOCK = 256 * 1024


class Pipe(io.RawIOBase):
    """What zipfile writes to, and the answer reads from. It cannot seek, so sizes follow the data (APPNOTE 4.3.9)."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self.parts.append(bytes(data))
        self.length += len(data)
        return len(data)

    def tell(self) -> int:
        return self.length

    def taken(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data


def stream(files: Iterable[tuple[str, Path]], texts: Iterable[tuple[str, str]] = ()) -> Iterator[bytes]:
    """`files` by their names in the archive, uncompressed, for videos are already; then `texts`.

    A file that is gone is left out and named in MISSING.txt.
    """
    pipe, missing = Pipe(), []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, path in files:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                missing.append(name)
                continue
            entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            with source, archive.open(entry, "w", force_zip64=True) as member:
                while block := source.read(BLOCK):
                    member.write(block)
                    yield pipe.taken()
        for name, text in texts:
            archive.writestr(name, text.encode())
        if missing:
            archive.writestr(
                "MISSING.txt", "These files are gone from the studio's disk:\n" + "\n".join(missing) + "\n"
            )
    yield pipe.taken()


def distinct(names: Iterable[str]) -> list[str]:
    """The names with a number behind those that come again, without regard to case: many disks know none."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        count = seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        stem, dot, ending = name.rpartition(".")
        found.append(name if count == 1 else f"{stem} ({count}){dot}{ending}" if dot else f"{name} ({count})")
    return found
