"""Images, decoded; runs in the child process alone."""

import io
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, UnidentifiedImageError

from .errors import Rejected
from .kinds import NAMES, kind_of

MAX_PIXELS = 40_000_000
USE = "Use a JPEG, PNG or WebP image."
MIMES = {"png": "image/png", "jpg": "image/jpeg"}

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def clean(source: Path, out: Path, name: str) -> dict[str, Any]:
    """Decode `source` whole and write nothing but its pixels, upright and in sRGB: no EXIF, no GPS, no trailing bytes.

    PNG stays PNG; JPEG stays JPEG at quality 92; WebP becomes PNG if it is lossless or transparent, else JPEG.
    """
    if source.stat().st_size == 0:
        raise Rejected(f"{name} is empty: it has 0 bytes.")
    kind = kind_of(source)
    if kind not in ("jpeg", "png", "webp"):
        raise Rejected(f"{name} is {NAMES[kind]}. {USE}")
    with _opened(source, name) as image:
        if kind != "jpeg" and getattr(image, "is_animated", False):  # a phone's JPEG may carry a second picture
            raise Rejected(f"{name} is animated. Use a still image.")
        sampling = JpegImagePlugin.get_sampling(image) if kind == "jpeg" else -1
        pixels = _loaded(image, name)
    ext = "png" if kind == "png" or (kind == "webp" and _wants_png(source, pixels)) else "jpg"
    if ext == "png":
        pixels.save(out, format="PNG")
    else:
        flat = pixels if pixels.mode == "L" else pixels.convert("RGB")
        flat.save(out, format="JPEG", quality=92, subsampling=max(sampling, 0), optimize=True)
    return {"width": pixels.width, "height": pixels.height, "ext": ext, "mime": MIMES[ext]}


def thumbnail(source: Path, out: Path, side: int) -> dict[str, Any]:
    """A WebP of at most `side` pixels in either direction, never larger than the image itself."""
    with _opened(source, "The image") as image:
        image.draft("RGB", (side * 2, side * 2))
        pixels = _loaded(image, "The image")
    pixels.thumbnail((side, side), Image.Resampling.LANCZOS)
    pixels.save(out, format="WEBP", quality=80, method=4)
    return {"width": pixels.width, "height": pixels.height}


def _opened(source: Path, name: str) -> Image.Image:
    try:
        return Image.open(source, formats=["JPEG", "PNG", "WEBP"])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Rejected(f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels. Make it smaller.") from None
    except UnidentifiedImageError:
        raise Rejected(f"{name} is damaged: it cannot be opened as an image.") from None


def _loaded(image: Image.Image, name: str) -> Image.Image:
    """Every pixel, upright, in sRGB, in one of the modes L, LA, RGB and RGBA."""
    try:
        image.load()
    except (OSError, SyntaxError, ValueError) as broken:
        if "truncated" in str(broken) or "broken data stream" in str(broken):
            raise Rejected(f"{name} is cut short: a part of it is missing. Upload it again.") from None
        raise Rejected(f"{name} is damaged: it cannot be decoded.") from None
    profile = image.info.get("icc_profile")
    pixels = _in_srgb(_in_plain_mode(ImageOps.exif_transpose(image)), profile)
    pixels.info.clear()
    return pixels


def _in_plain_mode(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "I;16", "I;16B", "I;16L"):  # 16-bit grey; `convert` alone would clip it to white
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if "transparency" in image.info or image.mode in ("PA", "La", "RGBa"):
        return image.convert("LA" if image.mode == "L" else "RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that a phone's Display P3 or a printer's CMYK mean, in the space that everybody assumes."""
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            mode = "RGBA" if image.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken or foreign profile says nothing: the numbers are taken as they are
        else:
            return converted or image
    return image.convert("RGB") if image.mode == "CMYK" else image


def _wants_png(source: Path, pixels: Image.Image) -> bool:
    if pixels.mode in ("LA", "RGBA") and pixels.getchannel("A").getextrema() != (255, 255):
        return True
    return _is_lossless_webp(source.read_bytes())


def _is_lossless_webp(data: bytes) -> bool:
    """Whether the first picture chunk of the RIFF is VP8L (developers.google.com/speed/webp/docs/riff_container)."""
    at = 12
    while at + 8 <= len(data):
        chunk, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if chunk in (b"VP8 ", b"VP8L"):
            return chunk == b"VP8L"
        at += 8 + size + size % 2
    return False
