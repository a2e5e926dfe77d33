"""What every test has: a closed network and the cast."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.make import make_membership, make_project, make_user


def is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0]).split("%")[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"localhost", ""}


@pytest.fixture(autouse=True, scope="session")
def closed_network() -> Iterator[list[str]]:
    """Any connection or look-up beyond loopback fails the suite, even when the product swallows the error."""
    tried: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if not is_loopback(address):
            tried.append(f"connect {address}")
            raise OSError(f"tests may not reach {address}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not is_loopback((host,)):
            if str(host).endswith((".test", ".example", ".invalid")):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            tried.append(f"look up {host}")
            raise socket.gaierror(socket.EAI_NONAME, f"tests may not look up {host}")
        return look_up(host, *args, **kwargs)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield tried
    patch.undo()
    assert not tried, f"the suite tried to leave this machine: {tried}"


@pytest.fixture
def alice(db: None) -> Any:
    """Owns the project; a studio admin."""
    return make_user("Alice", is_staff=True)


@pytest.fixture
def project(alice: Any) -> Any:
    return make_project(alice)


@pytest.fixture
def bob(project: Any) -> Any:
    """Edits."""
    return make_membership(project, make_user("Bob"), "editor")


@pytest.fixture
def vera(project: Any) -> Any:
    """Views."""
    return make_membership(project, make_user("Vera"), "viewer")


@pytest.fixture
def charlie(db: None) -> Any:
    """A stranger."""
    return make_user("Charlie")
