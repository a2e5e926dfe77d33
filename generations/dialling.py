"""From a URL to a connected socket: every address behind a name is judged, and what is dialled is a judged address."""

import queue
import socket
import ssl
import threading
import time
from functools import cache
from ipaddress import ip_address

import certifi

from .addresses import Refused, Rule, Target, check_dialled

MAX_TRIES = 3  # addresses of one host


class Unreachable(Exception):
    """No connection came about; the text says why, for a person."""


def dial(target: Target, rule: Rule, soon: float) -> socket.socket:
    """A connected socket, encrypted for https, before the monotonic time `soon`; raises Unreachable."""
    try:
        sock = _connected(target, rule, soon)
        return _secured(sock, target.host, soon) if target.scheme == "https" else sock
    except Refused as refused:
        reason = str(refused)
    except ssl.SSLCertVerificationError as bad:
        reason = f"The certificate of {target.host} is not valid: {bad.verify_message}."
    except TimeoutError:
        reason = f"{target.host} did not take up the connection in time."
    except ssl.SSLError:
        reason = f"No encrypted connection to {target.host} could be set up."
    except ConnectionRefusedError:
        reason = f"{target.host} refuses connections on port {target.port}."
    except OSError as failed:
        reason = f"{target.host} cannot be reached: {failed.strerror or 'the connection failed'}."
    raise Unreachable(reason)


def _connected(target: Target, rule: Rule, soon: float) -> socket.socket:
    found = _resolved(target.host, target.port, soon)
    check_dialled(found, rule, target.host)
    tries = _in_turn(found)[:MAX_TRIES]
    for left, address in zip(range(len(tries), 0, -1), tries, strict=True):
        try:
            sock = socket.create_connection((address, target.port), timeout=_until(soon) / left)
        except OSError:
            if left == 1:
                raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise OSError(None, "its name has no address")


def _in_turn(addresses: list[str]) -> list[str]:
    """The resolver's order, the first of each family ahead: a dead IPv6 route must not hide a working IPv4 one."""
    first = {":" in address: address for address in reversed(addresses)}
    return sorted(dict.fromkeys(addresses), key=lambda address: address not in first.values())


def _resolved(host: str, port: int, soon: float) -> list[str]:
    """The IP addresses behind `host`. The resolver cannot be interrupted, so it is left behind when it is late."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    box: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            box.put([str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError):
            box.put(None)

    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        found = box.get(timeout=_until(soon))
    except queue.Empty:
        raise OSError(None, "its name was not resolved in time") from None
    if not found:
        raise OSError(None, "its name was not found (DNS)")
    return found


def _secured(sock: socket.socket, host: str, soon: float) -> socket.socket:
    try:
        sock.settimeout(_until(soon))
        return tls_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _until(soon: float) -> float:
    return max(soon - time.monotonic(), 0.001)  # zero would mean "do not block"


@cache
def tls_context() -> ssl.SSLContext:
    """One for the process: each costs 50 ms. Trusts the system's authorities and certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
