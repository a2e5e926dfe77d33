"""Addresses behind which no provider answers: shut, silent, unknown, or not to be trusted."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from generations import dialling

from .raw import Act, RawPeer, close, hold, raw_peer, reset, said

Certificate = tuple[Path, Path]
UNHURRIED = "unhurried.example"  # a name that takes its time to be looked up


class Doors:
    """`url(name)` for each fault that has a door; `peers` are those that could hear a request."""

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self.peers: list[RawPeer] = []

    @property
    def heard(self) -> int:
        return sum(len(peer.requests) for peer in self.peers)


@contextmanager
def open_doors(folder: Path) -> Iterator[Doors]:
    """All of them, and a studio that trusts the certificates which are bad for another reason than their maker."""
    doors, trusted = Doors(), ssl.create_default_context()
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:

        def secured(name: str, *, trust: bool = True, **words: Any) -> None:
            public, private = certificate(folder, name.replace(" ", "-"), **words)
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(public, private)
            if name == "tls of ancient ciphers":
                tls.set_ciphers("AES128-SHA")
                tls.maximum_version = ssl.TLSVersion.TLSv1_2
            if trust:
                trusted.load_verify_locations(public)
            listening(name, tls)

        def listening(name: str, tls: ssl.SSLContext | None = None, early: Act | None = None) -> None:
            peer = stack.enter_context(raw_peer(lambda request: said({"id": "task-1"}), tls))
            peer.early = early
            doors.urls[name] = f"https://127.0.0.1:{peer.port}"
            doors.peers.append(peer)

        secured("tls expired", days=-1)
        secured("tls not yet valid", since=5, days=9)
        secured("tls self-signed", trust=False)
        secured("tls of another host", host="other.example")
        secured("tls of ancient ciphers")
        listening("tls not spoken", early=lambda line: line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        listening("tls handshake stalls", early=hold)
        listening("tls handshake reset", early=after_hello(reset))
        listening("tls handshake closed", early=after_hello(close))
        doors.urls["refused"] = f"http://127.0.0.1:{stack.enter_context(refusing())}"
        doors.urls["blackhole"] = f"http://127.0.0.1:{stack.enter_context(swallowing())}"
        doors.urls["dns fails"] = "http://provider.invalid"
        doors.urls["dns hangs"] = f"http://{UNHURRIED}"
        patch.setattr(dialling, "tls_context", lambda: trusted)
        patch.setattr(socket, "getaddrinfo", unhurried(socket.getaddrinfo))
        yield doors


def certificate(
    folder: Path, name: str, *, host: str = "127.0.0.1", since: int = -9, days: int = 1
) -> tuple[Path, Path]:
    """Valid from `since` to `days`, both counted from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + timedelta(days=since))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


def after_hello(act: Act) -> Act:
    def greet(connection: socket.socket) -> None:
        connection.recv(65536)
        act(connection)

    return greet


@contextmanager
def refusing() -> Iterator[int]:
    """A port that is taken, so that nobody else gets it, and not listened on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def swallowing() -> Iterator[int]:
    """A port whose queue is full: the kernel drops every further call."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def unhurried(look_up: Callable[..., Any]) -> Callable[..., Any]:
    def slow_for_one(host: Any, *args: Any, **words: Any) -> Any:
        if host == UNHURRIED:
            time.sleep(2)
        return look_up(host, *args, **words)

    return slow_for_one
