"""What the address of a provider may hide: a look-alike of a known host, a bare number, an open line."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from ..catalog import PRESETS

# Spellings that documents print and nobody meant: the key would go to whoever owns them.
MISSPELT = {"api.chainub.tech": "api.chainhub.tech"}

PLAIN_HTTP = _(
    "This address is plain http: the key, the prompts and the images travel readable by anyone on the way, who could"
    " then spend your money. Use https, or tick “Allow plain http” if you accept that."
)
READABLE = _("Plain http: the key, the prompts and the images travel readable by anyone on the way.")
BARE_NUMBER = _("This address is a bare number, not a name: nothing proves who answers there.")


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def known_hosts() -> set[str]:
    return {host_of(preset.base_url) for preset in PRESETS.values() if not preset.lab}


def look_alike(host: str) -> str:
    """The known host that `host` differs from by one slip of a finger; "" when there is none."""
    known = known_hosts()
    if host in known:
        return ""
    return next((name for name in sorted(known) if one_slip(host, name)), "")


def one_slip(a: str, b: str) -> bool:
    """Whether one letter too many, too few, wrong, or two swapped neighbours turn `a` into `b`."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) > len(b):
        return rest_a[1:] == rest_b
    if len(a) < len(b):
        return rest_a == rest_b[1:]
    return rest_a[1:] == rest_b[1:] or (rest_a[1::-1] == rest_b[:2] and rest_a[2:] == rest_b[2:])


def is_bare_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def notes(base_url: str, *, lab: bool) -> list[str]:
    """What an admin should keep in mind of a saved address."""
    if lab:
        return []
    found = []
    if base_url.startswith("http://"):
        found.append(str(READABLE))
    if is_bare_number(host_of(base_url)):
        found.append(str(BARE_NUMBER))
    return found
