"""Peers that end with their test."""

import socket
from collections.abc import Callable, Iterator

import pytest

from generations import net
from tests.net.peers import Peer


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    peers: list[Peer] = []

    def start(behave: Callable[[socket.socket, bytes], None] | bytes, **words) -> Peer:
        act = (lambda connection, _: connection.sendall(behave)) if isinstance(behave, bytes) else behave
        peers.append(Peer(act, **words))
        return peers[-1]

    yield start
    for each in peers:
        each.close()
    net._forget()
