"""F12: results come home through a proxy that cuts connections at random bytes; each must arrive whole, and cheaply."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.house import House, kept_port
from tests.faults.load import Load
from tests.faults.proxy import LimitData, Proxy, fault_proxy
from tests.running import until

from .part import Part, books, bound, calm, running

MOST_BYTES = 1.5  # times the sizes of all files, that the provider may have to send
LEAST_CUT = 0.2  # of the connections, below which the part has proved nothing


@dataclass(frozen=True)
class Cuts:
    """`count` results of `size` bytes each.

    A cut is drawn between the first byte and `size`, so it misses some of the shorter answers that bring a rest: with
    a `chance` of 0.35 about 30 % of all connections are cut.
    """

    name: str
    about: str
    count: int
    size: int = 400_000
    chance: float = 0.35

    def part(self) -> Part:
        return Part(self.name, self.about, self.run)

    def run(self, folder: Path, database: str) -> dict[str, Any]:
        provider, door = (kept_port(made(folder / name)) for name in ("run", "door"))
        with fault_proxy(provider, port=door) as proxy:
            proxy.toxics = [LimitData(0, spread=self.size, chance=self.chance)]
            kind = {"flags": {"files": proxy.base, "bytes": self.size}, "provider": {}}
            with running(folder, database, kind) as (studio, _):
                with Load(studio, self.count) as load:
                    until("all are asked for", lambda: load.is_done, 300 + 2 * self.count)
                calm(studio, 300 + 2 * self.count)
                return judged(studio, self, proxy)


F12 = Cuts("f12", "downloads whose connection is cut", 1_000).part()


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def judged(studio: House, part: Cuts, proxy: Proxy) -> dict[str, Any]:
    """`n` results; the checker's I8 holds each file's SHA-256 against the ledger's."""
    figures = books(studio)
    made_bytes = sum(end["bytes"] for end in studio.lab.of("end"))
    files = studio.lab.of("file")
    times = sum(line["sent"] for line in files) / made_bytes if made_bytes else 0
    share = proxy.counts.cuts / max(proxy.counts.connections, 1)
    resumed = sum(line["status"] == 206 for line in files)
    wrong = []
    if figures["stored"] != figures["submissions"] or figures["stored"] < part.count:
        wrong.append(f"{figures['stored']} of {figures['submissions']} are stored")
    if times > MOST_BYTES:
        wrong.append(f"the provider sent {times:.2f} times what it made")
    if share < LEAST_CUT or not resumed:
        wrong.append(f"{share:.0%} of the connections were cut and {resumed} went on: this proves nothing")
    figures["ok"] &= not wrong
    figures["violations"] |= {"F12": wrong} if wrong else {}
    return figures | {
        "n": figures["stored"],
        "bound": bound(figures["stored"]),
        "connections": proxy.counts.connections,
        "cut": f"{share:.0%}",
        "gone on": resumed,
        "bytes sent": f"{times:.2f} times",
    }
