"""What a file is, by its first bytes and never by its name."""

import re
from pathlib import Path

# What a person calls it, for what we can name but maybe not take.
NAMES = {
    "jpeg": "a JPEG image",
    "png": "a PNG image",
    "webp": "a WebP image",
    "gif": "a GIF",
    "heic": "a HEIC image",
    "avif": "an AVIF image",
    "bmp": "a BMP image",
    "tiff": "a TIFF image",
    "psd": "a Photoshop file",
    "svg": "an SVG drawing",
    "pdf": "a PDF document",
    "mp4": "an MP4 video",
    "mov": "a QuickTime video",
    "m4a": "an M4A sound",
    "webm": "a WebM or Matroska video",
    "avi": "an AVI video",
    "mp3": "an MP3 sound",
    "wav": "a WAV sound",
    "aac": "a bare AAC sound",
    "ogg": "an Ogg sound",
    "flac": "a FLAC sound",
    "playlist": "a playlist, not the media itself",
    "html": "a web page (HTML)",
    "xml": "an XML document",
    "json": "a JSON text",
    "zip": "a ZIP archive or an office document",
    "text": "a text",
    "": "of a kind that we do not know",
}

_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"8BPS", "psd"),
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}
_BRANDS = (
    (b"qt  ", "mov"),
    (b"M4A ", "m4a"),
    (b"M4B ", "m4a"),
    (b"avif", "avif"),
    (b"avis", "avif"),
    (b"heic", "heic"),
    (b"heix", "heic"),
    (b"heim", "heic"),
    (b"hevc", "heic"),
    (b"mif1", "heic"),
    (b"msf1", "heic"),
)
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_TEXTS = (
    (re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype\s+svg[^>]*>\s*)?<svg\b", re.I | re.S), "svg"),
    (re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|script|p|div)\b", re.I | re.S), "html"),
    (re.compile(rb"\s*<\?xml\b|\s*<[a-z]+[\s>]", re.I), "xml"),
    (re.compile(rb"\s*(#EXTM3U|ffconcat|\[playlist\]|#EXTINF)", re.I), "playlist"),
    (re.compile(rb"\s*[{\[]"), "json"),
)


def kind_of(path: Path) -> str:
    """A key of NAMES; an MP4 or QuickTime file may still turn out to hold sound alone."""
    with path.open("rb") as file:
        return kind_of_bytes(file.read(1024))


def kind_of_bytes(head: bytes) -> str:
    """The same for the first kilobyte of a file."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] in (b"RIFF", b"RF64"):
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if head[8:12] == brand), "mp4")
    if head[4:8] in _OLD_QUICKTIME:
        return "mov"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return {0x02: "mp3", 0x00: "aac"}.get(head[1] & 0x06, "")
    return _kind_of_text(head.removeprefix(b"\xef\xbb\xbf"))


def _kind_of_text(head: bytes) -> str:
    if b"\0" in head:
        return ""
    for pattern, kind in _TEXTS:
        if pattern.match(head):
            return kind
    readable = not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
    return "text" if head and readable else ""
