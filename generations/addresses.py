"""Which addresses the studio may talk to: pure rules over URLs and IP addresses, no network, no settings.

A URL is taken apart once, here, and what is dialled is built from these parts, so that no second parser can read it
differently. The addresses behind a name are judged after it was resolved, because a name may change its mind.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

Address = IPv4Address | IPv6Address

MAX_URL = 16_384  # characters; a list call with a hundred task ids needs 5,000, a signed result URL 4,000


@dataclass(frozen=True)
class Rule:
    """What an administrator allowed for one provider; by default only https to the public internet."""

    allow_http: bool = False  # plain http, and any port
    lab: bool = False  # loopback and private addresses, http, and any port


@dataclass(frozen=True)
class Target:
    """A URL taken apart: what to dial and what to ask for there."""

    scheme: str
    host: str  # lower case; an IPv6 address without its brackets
    port: int
    path: str  # with its query, as it goes on the wire: ASCII, no fragment

    @property
    def authority(self) -> str:
        """The Host header (RFC 9110, 7.2): the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


class Refused(ValueError):
    """An address that the studio does not talk to; the text says why, without the URL's path or query."""


def _networks(*lines: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(word) for line in lines for word in line.split()]


# IANA special-purpose registries as of 2026: what is nobody's public server. Python's `is_private` and `is_global`
# both let some of these through (measured, Python 3.11.7).
_CLOSED = _networks(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24",
    "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24",
    "203.0.113.0/24 224.0.0.0/4 240.0.0.0/4",
    # Of IPv6 only 2000::/3 is given out at all. Of that, Teredo and its neighbours, documentation, and 6to4, which
    # would carry any IPv4 address inside, are not servers.
    "::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20",
)
# A lab is a home network, a container network, a VPN (100.64/10) or a fake-IP proxy (198.18/15). Not even a lab needs
# link-local addresses, metadata services, multicast or reserved space.
_LAB = _networks(
    "10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15 ::1/128 fc00::/7",
)
_METADATA = _networks("100.100.100.200 fd00:ec2::254 fd20:ce::254 fd00:42::42")
_NAT64 = ip_network("64:ff9b::/96")

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label that a resolver would read as part of an IPv4 address
_AS_IT_IS = "!#$%&'()*+,/:;=?@[]~"


def take_apart(url: str, rule: Rule) -> Target:
    """The parts of an absolute URL that `rule` allows; raises Refused with a reason for a person."""
    if not isinstance(url, str) or not url:
        raise Refused("The address is empty.")
    if len(url) > MAX_URL:
        raise Refused(f"The address is longer than {MAX_URL} characters.")
    if any(c <= " " or c in "\\\x7f" for c in url):
        raise Refused("The address contains a space, a backslash or a control character.")
    try:
        parts = urlsplit(url)
        port = parts.port
        path = quote(parts.path or "/", safe=_AS_IT_IS)
        query = quote(parts.query, safe=_AS_IT_IS)
    except ValueError:
        raise Refused("The address is not a valid URL: look at its host and port.") from None
    _check_scheme(parts.scheme, rule)
    if "@" in parts.netloc:
        raise Refused("The address contains a user name or password before the host; leave them out.")
    host = _checked_host(parts.netloc, parts.hostname or "", rule)
    port = _checked_port(parts.scheme, port, rule)
    return Target(parts.scheme, host, port, f"{path}?{query}" if query else path)


def _check_scheme(scheme: str, rule: Rule) -> None:
    if scheme == "http" and not (rule.allow_http or rule.lab):
        raise Refused("The address starts with http://, which sends the key unencrypted; use https://.")
    if scheme not in ("http", "https"):
        raise Refused("The address must start with https://.")


def _checked_host(netloc: str, host: str, rule: Rule) -> str:
    if not host:
        raise Refused("The address has no host name.")
    if netloc.startswith("["):
        if not re.fullmatch(r"\[[0-9a-fA-F:.]+\](:[0-9]*)?", netloc):
            raise Refused("The address has a malformed IPv6 host.")
        check_dialled([host], rule, host)
        return host
    if not host.isascii():
        raise Refused("The host name contains letters beyond a-z; write it in its ASCII form (xn--…).")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("The host name is malformed.")
    if _NUMBER.fullmatch(labels[-1]):  # 127.1, 2130706433, 0x7f.1, 0177.0.0.1: resolvers read all of them as addresses
        check_dialled([host], rule, host)
    return host


def _checked_port(scheme: str, port: int | None, rule: Rule) -> int:
    if port is None:
        return 443 if scheme == "https" else 80
    if port == 0:
        raise Refused("Port 0 does not exist.")
    if port < 1024 and port != 443 and not (rule.allow_http or rule.lab):
        raise Refused(f"Port {port} is not one that a provider answers on; use 443 or a port from 1024 upwards.")
    return port


def check_dialled(addresses: list[str], rule: Rule, host: str) -> None:
    """Raises Refused unless every one of the IP addresses behind `host` may be dialled under `rule`.

    One bad address among good ones is enough: a name that points inside as well as outside is a trap or a mistake.
    """
    for text in addresses:
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            raise Refused(f"{host} is not a properly written IP address: use four decimal numbers.") from None
        if not _allowed(_unwrapped(address), rule):
            at = host if host == text else f"{host} is at {text}, which"
            cure = "" if rule.lab else " Only a provider that an administrator marked as a lab may use it."
            raise Refused(f"{at} is not an address on the public internet.{cure}")


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that a mapped or NAT64 address stands for, else the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _allowed(address: Address, rule: Rule) -> bool:
    def among(networks: list[IPv4Network | IPv6Network]) -> bool:
        return any(address in network for network in networks)

    return not among(_METADATA) and ((rule.lab and among(_LAB)) or not among(_CLOSED))
