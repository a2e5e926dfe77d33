"""The only door to the network: one guarded request at a time, synchronous, for workers.

httpx's own timeouts bound a single read, never a request (measured, 0.28). So its transport is ours: one
connection whose socket was dialled in dialling.py and is given the remaining time with every operation. What is spoken
over it is left to httpx and its engine httpcore.

Every call sends exactly one request: no retry, no redirect, no proxy, no cookie. What fails is told apart by the one
question that costs money: NotSent means that nothing of the request can have left us, Lost that something may have.
"""

import os
import re
import select
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import httpcore
import httpx

from . import crash
from .addresses import Refused, Rule, Target, take_apart
from .answers import Answer, DeadlinePassed, Lost, NetError, Nonsense, NotSent, Stream, TooBig, unpacked
from .dialling import Unreachable, dial

__all__ = ["PUBLIC", "Answer", "DeadlinePassed", "Lost", "NetError", "Nonsense", "NotSent", "Rule", "Stream", "TooBig"]
__all__ += ["call", "check_url", "stream"]

PUBLIC = Rule()
MAX_HEAD = 32 * 1024  # bytes of all headers of an answer
PIECE = 256 * 1024  # bytes of a request body handed to the socket at once
KEEP_IDLE = 30.0  # seconds that an unused connection is kept
MAX_KEPT = 8  # connections a thread keeps, one for each origin

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_DOWNLOAD_HEADERS = {"accept", "range", "if-range"}
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?")


def check_url(url: str, rule: Rule = PUBLIC) -> None:
    """Raises NotSent unless `rule` lets us ask `url`. A name is not resolved here but at each call."""
    _target(url, rule)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] = _NO_HEADERS,
    body: bytes | None = None,
    deadline: float,
    connect: float = 5,
    cap: int = 1 << 20,
    rule: Rule = PUBLIC,
) -> Answer:
    """Send one request and read the whole answer, whatever its status.

    `deadline` is seconds for everything, `connect` seconds of these until the request can be sent, `cap` bytes of the
    body both as it was sent and as decoded. Raises NotSent or Lost.
    """
    until = time.monotonic() + deadline
    target = _target(url, rule)
    # Only a look may reuse a connection: on one that the server is just closing nobody can tell whether the request
    # was read, and for a paid POST that must be known.
    reuse = method == "GET"
    head = _head(method, target, headers, body, "keep-alive" if reuse else "close")
    line = (_kept_line(target, rule) if reuse else None) or _open_line(target, rule, until, connect)
    line.pipe.begin(until, deadline, cap)
    try:
        _crash(method, "http.connected")
        response = _send(line, method, head, body)
        answer = _headers_of(response, target)
        _crash(method, "http.answer_half")
        raw = b"".join(_parts_of(response, line, answer, cap))
        _crash(method, "http.answer_read")
        response.close()
    except BaseException:
        line.close()
        raise
    if reuse:
        _put_back(line, rule)
    else:
        line.close()
    body = unpacked(raw, answer.get("content-encoding", ""), cap, target.host)
    return Answer(response.status_code, answer, _unquoted(body, head))


@contextmanager
def stream(
    url: str,
    *,
    headers: Mapping[str, str] = _NO_HEADERS,
    deadline: float,
    stall: float,
    cap: int,
    connect: float = 5,
    rule: Rule = PUBLIC,
) -> Iterator[Stream]:
    """Ask for a file; `deadline` and `stall` are seconds in all and without a single byte, `cap` bytes of the body.

    A file announced as larger than `cap` is TooBig at once, before the caller makes room for it.
    A download carries no key: other headers than Accept, Range and If-Range are a ValueError. Raises NotSent or Lost.
    """
    if alien := {name.lower() for name in headers} - _DOWNLOAD_HEADERS:
        raise ValueError(f"a download must not send {', '.join(sorted(alien))}")
    until = time.monotonic() + deadline
    target = _target(url, rule)
    head = _head("GET", target, headers, None, "close")
    line = _open_line(target, rule, until, connect)
    line.pipe.begin(until, stall, cap)
    try:
        response = _send(line, "GET", head, None)
        answer = _headers_of(response, target)
        if response.is_success:
            _check_length(answer, cap, target)
        yield Stream(response.status_code, answer, _plain_parts_of(response, line, answer, cap))
    finally:
        line.close()


# The request


def _target(url: str, rule: Rule) -> Target:
    try:
        return take_apart(url, rule)
    except Refused as refused:
        reason = str(refused)
    raise NotSent(reason)


def _head(method: str, target: Target, headers: Mapping[str, str], body: bytes | None, after: str) -> dict[str, str]:
    given = {name.lower(): value for name, value in headers.items()}
    for name, value in given.items():
        if not _NAME.fullmatch(name):
            raise NotSent("The name of a request header contains a character that HTTP does not allow.")
        if not _VALUE.fullmatch(value):  # never quoted: it may be the key
            raise NotSent(f"The request header {name} has a space at its end, a line break or a letter beyond ASCII.")
    length = {} if body is None and method in ("GET", "HEAD") else {"content-length": str(len(body or b""))}
    ours = {"host": target.authority, "connection": after, "accept-encoding": "identity", **length}
    return {"host": "", "user-agent": "studio", "accept": "*/*", **given, **ours}


def _pieces(method: str, body: bytes | None) -> Iterator[bytes]:
    """The body for the socket. It is asked for only when the headers are written, and again when each piece is."""
    _crash(method, "http.headers_sent")
    view = memoryview(body or b"")
    half = len(view) // 2
    for start in range(0, half, PIECE):
        yield bytes(view[start : min(start + PIECE, half)])
    _crash(method, "http.half_body")
    for start in range(half, len(view), PIECE):
        yield bytes(view[start : start + PIECE])
    _crash(method, "http.body_sent")


def _crash(method: str, name: str) -> None:
    if method == "POST":
        crash.here(name)


# The connection


class _Pipe(httpcore.NetworkStream):
    """A connected socket that gives every operation the time and the bytes that the present exchange has left."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.begin(0, 0, 0)

    def begin(self, until: float, stall: float, cap: int) -> None:
        self.until = until
        self.stall = stall
        self.quota = 2 * cap + 4 * MAX_HEAD  # chunked framing may not cost more than the body itself
        self.wrote = False

    def _time(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self.stall)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.sock.settimeout(self._time())
        data = self.sock.recv(max_bytes)
        self.quota -= len(data)
        if self.quota < 0:
            raise TooBig("The answer is larger than we take.")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            self.sock.settimeout(self._time())
            self.wrote = True
            try:
                rest = rest[self.sock.send(rest) :]
            except TimeoutError:
                raise
            except OSError as broken:
                # httpcore then looks for an answer given early, such as 413 to a large body.
                raise httpcore.WriteError(str(broken)) from None

    def close(self) -> None:
        self.sock.close()

    def get_extra_info(self, info: str) -> Any:
        if info != "is_readable":
            return None
        watch = select.poll()
        watch.register(self.sock, select.POLLIN)
        return bool(watch.poll(0))


class _Body(httpx.SyncByteStream):
    """An answer's body as httpx wants it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self.answer.iter_stream()

    def close(self) -> None:
        self.answer.close()


class _Line(httpx.BaseTransport):
    """One connection to one origin, used by one thread.

    It is asked directly, without an `httpx.Client`: a client reads the Location of a redirect even when it does not
    follow it, and raises where that is no URL, so that a definite no would look like a lost answer (seen, 0.28).
    """

    def __init__(self, target: Target, pipe: _Pipe) -> None:
        self.target = target  # of the present request
        self.pipe = pipe
        origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
        self.http = httpcore.HTTP11Connection(origin, pipe, keepalive_expiry=KEEP_IDLE)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = self.target
        # The path as it was checked, not as a library would write it.
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        content = request.stream if isinstance(request.stream, httpx.SyncByteStream) else None
        answer = self.http.handle_request(
            httpcore.Request(request.method, url, headers=request.headers.raw, content=content)
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def is_reusable(self) -> bool:
        # Bytes after the end of an answer would be read as the beginning of the next one; httpcore does not look.
        return self.http.is_available() and not self.http.has_expired() and not self.http._h11_state.trailing_data[0]

    def close(self) -> None:
        self.http.close()


class _Lines(threading.local):
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, int, Rule], _Line] = {}


_lines = _Lines()


def _forget() -> None:
    """A child process must not speak on its parent's connections; closing its copies leaves the parent's alone."""
    while _lines.kept:
        _lines.kept.popitem()[1].close()


os.register_at_fork(after_in_child=_forget)


def _key(target: Target, rule: Rule) -> tuple[str, str, int, Rule]:
    return target.scheme, target.host, target.port, rule


def _kept_line(target: Target, rule: Rule) -> _Line | None:
    line = _lines.kept.pop(_key(target, rule), None)
    if line and not line.is_reusable():
        line.close()
        return None
    if line:
        line.target = target
    return line


def _put_back(line: _Line, rule: Rule) -> None:
    if not line.is_reusable():
        line.close()
        return
    if len(_lines.kept) >= MAX_KEPT:
        _lines.kept.pop(next(iter(_lines.kept))).close()  # the one unused for longest
    _lines.kept[_key(line.target, rule)] = line


def _open_line(target: Target, rule: Rule, until: float, connect: float) -> _Line:
    try:
        pipe = _Pipe(dial(target, rule, min(until, time.monotonic() + connect)))
    except Unreachable as unreachable:
        reason = str(unreachable)
    else:
        return _Line(target, pipe)
    raise NotSent(reason)


# The exchange


def _send(line: _Line, method: str, head: Mapping[str, str], body: bytes | None) -> httpx.Response:
    url = f"{line.target.scheme}://{line.target.authority}/"
    content = _pieces(method, body) if "content-length" in head else None
    request = httpx.Request(method, url, headers=list(head.items()), content=content)
    try:
        return line.handle_request(request)
    except Exception as caught:  # whatever it is, what counts is whether a byte had left
        fault = _fault(caught, line)
    raise fault


def _headers_of(response: httpx.Response, target: Target) -> dict[str, str]:
    if sum(len(name) + len(value) for name, value in response.headers.raw) > MAX_HEAD:
        raise TooBig(f"{target.host} sent more than {MAX_HEAD} bytes of headers.")
    joined: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _unquoted(body: bytes, head: Mapping[str, str]) -> bytes:
    """The body without our key: some gateways quote it in their errors, and of an answer much is kept and shown."""
    key = head.get("authorization", "").rpartition(" ")[2].encode()
    return body.replace(key, b"(key)") if len(key) >= 8 else body


def _parts_of(response: httpx.Response, line: _Line, headers: Mapping[str, str], cap: int) -> Iterator[bytes]:
    """The body as it was sent, up to `cap` bytes."""
    _check_length(headers, cap, line.target)
    parts = response.iter_raw()
    size = 0
    while True:
        part, fault = None, None
        try:
            part = next(parts, None)
        except Exception as caught:
            fault = _fault(caught, line)
        if fault:
            raise fault
        if part is None:
            return
        size += len(part)
        if size > cap:
            raise _too_big(cap, line.target)
        yield part


def _check_length(headers: Mapping[str, str], cap: int, target: Target) -> None:
    length = headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 15 or int(length) > cap):
        raise _too_big(cap, target)


def _too_big(cap: int, target: Target) -> TooBig:
    return TooBig(f"The answer of {target.host} is larger than {cap} bytes.")


def _plain_parts_of(response: httpx.Response, line: _Line, headers: Mapping[str, str], cap: int) -> Iterator[bytes]:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Lost(f"{line.target.host} sent the file compressed, which we did not ask for.")
    yield from _parts_of(response, line, headers, cap)


def _fault(caught: Exception, line: _Line) -> NetError:
    """What went wrong, in our words alone: the libraries' own may quote a header."""
    host = line.target.host
    if isinstance(caught, NetError):
        return caught
    if not line.pipe.wrote:
        late = isinstance(caught, TimeoutError)
        return NotSent(f"No time was left to ask {host}." if late else f"This request to {host} cannot be sent.")
    if isinstance(caught, TimeoutError):
        if time.monotonic() >= line.pipe.until:
            return DeadlinePassed(f"{host} did not answer completely in the time allowed.")
        return Lost(f"{host} sent nothing for {line.pipe.stall:g} seconds.")
    if isinstance(caught, httpcore.RemoteProtocolError):
        return Lost(f"{host} broke off, or answered with something that is not HTTP.")
    return Lost(f"The connection to {host} broke before the answer was complete.")
