"""Pictures that come with a request: data URIs are decoded, this machine's links fetched, others drawn."""

import base64
import binascii
import io
import ipaddress
import re
import warnings
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from PIL import Image

from generations.sandbox.sizes import Size
from generations.sandbox.web import Refused

MAX_BYTES = 30_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
DATA_URI = re.compile(r"data:image/[a-z0-9.+-]+;base64,")
SIDES = (300, 6000)  # docs/protocols.md A.5
SHAPES = (0.4, 2.5)
PLACEHOLDER: Size = (1280, 720)
FETCH_SECONDS = 10


@dataclass(frozen=True)
class Input:
    """A picture: its bytes, or only the name of one that lives elsewhere; and its size when upright."""

    content: bytes | None
    name: str
    size: Size


def read_picture(url: object, param: str, small_allowed: bool) -> Input:
    """The picture behind a URL of a request; Refused(400) in Ark's words for what Ark would not take."""
    if not isinstance(url, str) or not url.strip():
        raise Refused(
            400, "InvalidImageURL.EmptyURL", f"the parameter `{param}` is empty: give a URL or a data URI", param
        )
    if url.startswith("data:"):
        content = decode(url, param)
    elif url.startswith(("asset://", "runway://")):
        return Input(None, url, PLACEHOLDER)
    else:
        host = host_of(url, param)
        if not is_loopback(host):
            return Input(None, url.split("?", 1)[0], PLACEHOLDER)
        content = fetch(url, param)
    return Input(content, "", measured(content, param, small_allowed))


def decode(url: str, param: str) -> bytes:
    head = DATA_URI.match(url)
    if not head:
        raise wrong(param, "write data:image/<format>;base64,<data> with the format in lower case")
    try:
        return base64.b64decode(url[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise wrong(param, "what follows base64, is not valid base64") from None


def measured(content: bytes, param: str, small_allowed: bool) -> Size:
    """The size of an image that decodes completely and lies within the limits."""
    if len(content) >= MAX_BYTES:
        raise wrong(param, "the image must be smaller than 30 MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                turned = image.getexif().get(0x0112, 1) >= 5
                width, height = image.size[::-1] if turned else image.size
                image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise wrong(param, "the data is not a readable image (jpeg, png, webp, bmp, tiff or gif)") from None
    if not small_allowed and not (SIDES[0] <= min(width, height) and max(width, height) <= SIDES[1]):
        raise wrong(param, f"each side must have 300 to 6000 pixels, this image has {width}x{height}")
    if not SHAPES[0] <= width / height <= SHAPES[1]:
        raise wrong(param, f"width / height must lie between 0.4 and 2.5, this image has {width}x{height}")
    return width, height


def host_of(url: str, param: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise wrong(param, "give an http or https URL, a data URI or an asset")
    return host


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def fetch(url: str, param: str) -> bytes:
    """Read a link of this very machine (the studio's own signed ones). No redirects, no other hosts, ever."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=FETCH_SECONDS)
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")
        response = connection.getresponse()
        content = response.read(MAX_BYTES + 1)
    except (OSError, HTTPException) as error:
        raise unreachable(param, f"{type(error).__name__}: {error}") from None
    finally:
        connection.close()
    if response.status != 200:
        raise unreachable(param, f"the link answered {response.status}")
    return content


def wrong(param: str, reason: str) -> Refused:
    message = f"the parameter `{param}` specified in the request is not valid: {reason}"
    return Refused(400, "InvalidImageURL.InvalidFormat", message, param)


def unreachable(param: str, reason: str) -> Refused:
    message = f"the resource of `{param}` could not be downloaded: {reason}"
    return Refused(400, "InvalidParameter.TosURLInvalid", message, param)
