"""A TCP proxy that spoils what passes through it, in the words of toxiproxy (latency, slicer, limit_data, …).

One thread with one event loop carries every connection. `proxy.toxics` may be set at any time, and each piece that
passes meets those of its moment.
"""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeVar

Stream = Literal["up", "down"]  # up: from the client to the server

READ = 1 << 16
BEAT = 0.02  # seconds between two looks at what is due by the clock
SMOOTH = 0.05  # seconds of bandwidth that go in one piece
RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, kw_only=True)
class Toxic:
    stream: Stream = "down"

    def __post_init__(self) -> None:
        if self.stream not in ("up", "down"):
            raise ValueError(f"a toxic works on the stream “up” or “down”, not “{self.stream}”")


@dataclass(frozen=True)
class Latency(Toxic):
    """Each piece waits, `jitter` seconds more or less."""

    seconds: float
    jitter: float = 0


@dataclass(frozen=True)
class Bandwidth(Toxic):
    rate: float  # bytes a second


@dataclass(frozen=True)
class Slicer(Toxic):
    """Pieces of `size` bytes, each `delay` seconds after the last."""

    size: int
    delay: float = 0


@dataclass(frozen=True)
class LimitData(Toxic):
    """Cut the connection after `size` bytes and up to `spread` more; `chance` of a connection to be cut at all."""

    size: int
    spread: int = 0
    chance: float = 1
    reset: bool = False


@dataclass(frozen=True)
class ResetPeer(Toxic):
    """RST to both sides, `after` seconds from the connection's beginning; whichever its stream."""

    after: float = 0


@dataclass(frozen=True)
class Blackhole(Toxic):
    """Swallow everything, the end included; close after `seconds` from the connection's beginning, 0 for never."""

    seconds: float = 0


@dataclass(frozen=True)
class SlowClose(Toxic):
    """Pass the end of a stream on only after `seconds`."""

    seconds: float


Kind = TypeVar("Kind", bound=Toxic)


@dataclass
class Counts:
    """`up` and `down` are bytes that went out to the server and to the client; `cuts` were made by toxics."""

    connections: int = 0
    open: int = 0
    up: int = 0
    down: int = 0
    cuts: int = 0


@dataclass
class Way:
    """One direction of one connection. `luck` and `place` are drawn once, from 0 to 1, for LimitData."""

    stream: Stream
    source: asyncio.StreamReader
    sink: asyncio.StreamWriter
    random: Random
    passed: int = 0
    luck: float = field(init=False)
    place: float = field(init=False)

    def __post_init__(self) -> None:
        self.luck, self.place = self.random.random(), self.random.random()


@dataclass(eq=False)
class Connection:
    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    begun: float = field(default_factory=time.monotonic)
    is_over: bool = False

    def end(self, reset: bool) -> None:
        """Close both sides, after what was already written or with RST at once."""
        self.is_over = True
        for side in (self.near, self.far):
            if not reset:
                side.close()
                continue
            with suppress(OSError):
                side.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            side.transport.abort()


class Cut(Exception):
    """A toxic ends the connection here; `reset` with RST."""

    def __init__(self, reset: bool) -> None:
        super().__init__()
        self.reset = reset


class Proxy:
    """`toxics` is replaced as a whole, `proxy.toxics = [Latency(0.1)]`, from any thread."""

    def __init__(self, target_port: int, seed: int, port: int = 0) -> None:
        self.target_port, self.seed, self.port = target_port, seed, port
        self.toxics: Sequence[Toxic] = ()
        self.counts = Counts()
        self.connections: set[Connection] = set()
        self.ready, self.closing = threading.Event(), threading.Event()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def meets(self, kind: type[Kind], stream: Stream | None = None) -> list[Kind]:
        """The toxics of one kind that are set now."""
        return [one for one in self.toxics if isinstance(one, kind) and stream in (None, one.stream)]

    async def serve(self) -> None:
        server = await asyncio.start_server(self.carry, "127.0.0.1", self.port, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        while not self.closing.is_set():
            await asyncio.sleep(BEAT)
            self.look_at_the_clock()
        server.close()
        for connection in list(self.connections):
            connection.end(reset=True)

    def look_at_the_clock(self) -> None:
        for connection in list(self.connections):
            age = time.monotonic() - connection.begun
            if any(age >= one.after for one in self.meets(ResetPeer)):
                self.cut(connection, reset=True)
            elif any(one.seconds and age >= one.seconds for one in self.meets(Blackhole)):
                self.cut(connection, reset=False)

    def cut(self, connection: Connection, reset: bool) -> None:
        if not connection.is_over:
            self.counts.cuts += 1
            connection.end(reset)

    async def carry(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        """One connection from its beginning to its end."""
        self.counts.connections += 1
        seeds = [Random(f"{self.seed} {self.counts.connections} {stream}") for stream in ("up", "down")]
        try:
            answers, far = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:  # nobody there: the client is already connected, so a reset is the nearest thing
            return Connection(near, near).end(reset=True)
        connection = Connection(near, far)
        self.connections.add(connection)
        self.counts.open = len(self.connections)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self.pump(connection, Way("up", reader, far, seeds[0])))
                both.create_task(self.pump(connection, Way("down", answers, near, seeds[1])))
        except* Cut as cuts:
            self.cut(connection, any(isinstance(cut, Cut) and cut.reset for cut in cuts.exceptions))
        except* OSError:  # one side broke: the other hears of it
            connection.end(reset=True)
        finally:
            connection.end(reset=False)
            self.connections.discard(connection)
            self.counts.open = len(self.connections)

    async def pump(self, connection: Connection, way: Way) -> None:
        """Everything of one direction, and then its end."""
        way.sink.transport.set_write_buffer_limits(0)  # so that what was sent has left us before a reset
        while data := await way.source.read(READ):
            await self.pass_on(way, data)
        await asyncio.sleep(max((one.seconds for one in self.meets(SlowClose, way.stream)), default=0))
        while self.meets(Blackhole, way.stream) and not connection.is_over:
            await asyncio.sleep(BEAT)
        if not way.sink.is_closing():
            way.sink.write_eof()

    async def pass_on(self, way: Way, data: bytes) -> None:
        """What was read at once, in the pieces and with the waits that the toxics want."""
        await asyncio.sleep(sum(self.wait(way, one) for one in self.meets(Latency, way.stream)))
        while data and not self.meets(Blackhole, way.stream):
            size, wait = self.next_piece(way, len(data))
            await asyncio.sleep(wait)
            await self.send(way, data[:size])
            data = data[size:]

    def wait(self, way: Way, latency: Latency) -> float:
        return max(0, latency.seconds + way.random.uniform(-latency.jitter, latency.jitter))

    def next_piece(self, way: Way, left: int) -> tuple[int, float]:
        """How many of the bytes that are left go next, and after how many seconds."""
        wait = 0.0
        for slicer in self.meets(Slicer, way.stream):
            left, wait = min(left, slicer.size), wait + slicer.delay
        rates = [one.rate for one in self.meets(Bandwidth, way.stream)]
        left = min(left, *(max(1, int(rate * SMOOTH)) for rate in rates)) if rates else left
        return left, wait + (left / min(rates) if rates else 0)

    async def send(self, way: Way, piece: bytes) -> None:
        """Raises Cut where a limit is reached."""
        limits = [one for one in self.meets(LimitData, way.stream) if way.luck < one.chance]
        ends = [(one.size + int(one.spread * way.place) - way.passed, one.reset) for one in limits]
        room, reset = min(ends, default=(len(piece) + 1, False))
        part = piece[: max(0, room)]
        way.sink.write(part)
        await way.sink.drain()
        way.passed += len(part)
        if way.stream == "up":
            self.counts.up += len(part)
        else:
            self.counts.down += len(part)
        if room <= len(piece):
            raise Cut(reset)


@contextmanager
def fault_proxy(target_port: int, *, seed: int = 0, port: int = 0) -> Iterator[Proxy]:
    """A proxy before a port of this machine, at `port` or any free one; `seed` decides all its chances.

    It ends whole with the block.
    """
    proxy = Proxy(target_port, seed, port)
    thread = threading.Thread(target=lambda: asyncio.run(proxy.serve()), name="fault proxy", daemon=True)
    thread.start()
    assert proxy.ready.wait(10), "the proxy did not start"
    try:
        yield proxy
    finally:
        proxy.closing.set()
        thread.join(10)
        assert not thread.is_alive(), "the proxy did not end"
