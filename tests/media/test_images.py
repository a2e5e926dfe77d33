"""Uploaded images: cleaned to their pixels, or turned down in words."""

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw

from generations.media import images
from generations.media.errors import Rejected


def corners(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill="red")
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill="lime")
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill="blue")
    return image.convert(mode)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format=form, **options)
    return out.getvalue()


def opened(clean: images.CleanImage) -> Image.Image:
    image = Image.open(io.BytesIO(clean.data))
    image.load()
    return image


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    return found if isinstance(found, tuple) else (int(found or 0),)


def rejection(data: bytes | Path, name: str = "Beach.jpg") -> str:
    with pytest.raises(Rejected) as caught:
        images.clean(data, name=name)
    return caught.value.message


# What is taken


def test_a_jpeg_comes_back_as_a_jpeg(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(encoded(corners(), "JPEG", quality=95))
    clean = images.clean(path, name="Beach.JPG")
    assert (clean.mime, clean.ext, clean.width, clean.height) == ("image/jpeg", "jpg", 64, 48)
    assert clean.sha256 == hashlib.sha256(clean.data).hexdigest()
    image = opened(clean)
    assert (image.format, image.size, image.mode) == ("JPEG", (64, 48), "RGB")
    assert all(abs(a - b) < 12 for a, b in zip(pixel(image, 8, 8), (255, 0, 0), strict=True))
    assert clean == images.clean(path.read_bytes(), name="another name")


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_png_loses_nothing(mode):
    source = corners(mode=mode)
    if "A" in mode:
        source.putalpha(Image.linear_gradient("L").resize(source.size))
    clean = images.clean(encoded(source, "PNG"), name="a.png")
    assert (clean.mime, clean.ext) == ("image/png", "png")
    assert opened(clean).mode == mode
    assert opened(clean).tobytes() == source.tobytes()


def test_odd_sorts_of_png_become_plain():
    bits = images.clean(encoded(corners(mode="1"), "PNG"), name="a")
    assert opened(bits).mode == "L"
    palette = images.clean(encoded(corners(mode="P"), "PNG"), name="a")
    assert pixel(opened(palette), 8, 8) == (255, 0, 0)
    see_through = images.clean(encoded(corners().quantize(8), "PNG", transparency=0), name="a")
    assert opened(see_through).mode == "RGBA"
    deep = Image.new("I;16", (64, 48))
    deep.putpixel((0, 0), 65535)
    deep.putpixel((1, 0), 0x8000)
    grey = opened(images.clean(encoded(deep, "PNG"), name="a"))
    assert [pixel(grey, x, 0)[0] for x in (0, 1, 2)] == [255, 127, 0]  # clipped, the second would be white


def test_webp_becomes_what_keeps_most_of_it():
    lossy = images.clean(encoded(corners(), "WEBP", quality=80), name="a.webp")
    lossless = images.clean(encoded(corners(), "WEBP", lossless=True), name="a.webp")
    veiled = corners(mode="RGBA")
    veiled.putalpha(128)
    see_through = images.clean(encoded(veiled, "WEBP", quality=80), name="a.webp")
    opaque = images.clean(encoded(corners(mode="RGBA"), "WEBP", quality=80), name="a.webp")
    assert [made.ext for made in (lossy, lossless, see_through, opaque)] == ["jpg", "png", "png", "jpg"]
    assert opened(lossless).tobytes() == corners().tobytes()
    assert opened(see_through).mode == "RGBA"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(orientation):
    flips = "FLIP_LEFT_RIGHT ROTATE_180 FLIP_TOP_BOTTOM TRANSPOSE ROTATE_90 TRANSVERSE ROTATE_270"  # from 2 to 8
    stored = corners()
    if orientation > 1:
        stored = stored.transpose(Image.Transpose[flips.split()[orientation - 2]])
    exif = Image.Exif()
    exif[0x0112] = orientation
    clean = images.clean(encoded(stored, "JPEG", quality=95, exif=exif), name="a.jpg")
    assert (clean.width, clean.height) == (64, 48)
    image = opened(clean)
    near = {"red": (8, 8), "lime": (56, 8), "blue": (8, 40), "white": (56, 40)}
    for name, at in near.items():
        wanted = Image.new("RGB", (1, 1), name).getpixel((0, 0))
        assert isinstance(wanted, tuple)
        assert all(abs(a - b) < 40 for a, b in zip(pixel(image, *at), wanted, strict=True)), name
    assert not image.getexif()


def test_every_trace_of_the_maker_is_dropped():
    exif = Image.Exif()
    exif[0x010F] = "canary"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 14.0)
    photo = encoded(corners(), "JPEG", exif=exif, comment=b"canary", xmp=b"<x>canary</x>")
    photo += b"PK\x03\x04canary<script>alert(1)</script>"
    text = b"Comment\0canary"
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    drawing = encoded(corners(), "PNG", exif=exif)
    drawing = drawing[:33] + chunk + drawing[33:] + b"canary"
    for data, trace in ((photo, b"canary"), (drawing, b"canary"), (photo, b"Exif"), (drawing, b"eXIf")):
        assert trace in data
        assert trace not in images.clean(data, name="a").data
    assert opened(images.clean(photo, name="a")).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_colours_of_another_space_are_converted():
    """A wide red is out of sRGB; a profile that is sRGB, broken, or of no use here changes nothing."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = images.clean(encoded(corners(), "PNG"), name="a")
    for profile in (srgb, b"not a profile", lab):
        same = images.clean(encoded(corners(), "PNG", icc_profile=profile), name="a")
        assert same.data == plain.data
        assert "icc_profile" not in opened(same).info
    wide = images.clean(encoded(Image.new("RGB", (8, 8), (200, 80, 80)), "PNG", icc_profile=display_p3()), name="a")
    red, green, _ = pixel(opened(wide), 4, 4)
    assert red > 205
    assert green < 78


def display_p3() -> bytes:
    """A minimal matrix profile: the primaries of Display P3 (adapted to D50) with a gamma of 2.2."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(x: float, y: float, z: float) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(x) + fixed(y) + fixed(z)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"text\0\0\0\0P3\0\0"
    tags = [
        (b"desc", b"desc\0\0\0\0\0\0\0\3P3\0" + bytes(80)),
        (b"cprt", text),
        (b"wtpt", xyz(0.9642, 1, 0.8249)),
        (b"rXYZ", xyz(0.5151, 0.2412, -0.0011)),
        (b"gXYZ", xyz(0.2920, 0.6922, 0.0419)),
        (b"bXYZ", xyz(0.1571, 0.0666, 0.7841)),
        *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    at, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, value in tags:
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", at + len(data), len(value))
        data += value
    size = at + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ") + bytes(12) + b"acsp"
    head += bytes(28) + fixed(0.9642) + fixed(1) + fixed(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def test_print_colours_become_screen_colours():
    clean = images.clean(encoded(corners(mode="CMYK"), "JPEG", quality=95), name="a.jpg")
    assert opened(clean).mode == "RGB"
    red, green, blue = pixel(opened(clean), 8, 8)
    assert red > 200 > 60 > max(green, blue)


def test_a_phones_second_picture_does_not_make_a_jpeg_animated():
    pair = io.BytesIO()
    corners().save(pair, format="MPO", save_all=True, append_images=[corners((32, 24))])
    clean = images.clean(pair.getvalue(), name="IMG_1.jpg")
    assert (clean.ext, clean.width, clean.height) == ("jpg", 64, 48)


# What is turned down


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty: it has 0 bytes"),
        (encoded(corners(), "GIF"), "is a GIF. Use a JPEG, PNG or WebP"),
        (encoded(corners(), "BMP"), "is a BMP image"),
        (encoded(corners(), "TIFF"), "is a TIFF image"),
        (encoded(corners(), "PDF"), "is a PDF document"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), "is a HEIC image"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(99), "is an AVIF image"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + bytes(99), "is an MP4 video"),
        (
            b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
            "is an SVG drawing",
        ),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", "is an SVG drawing"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "is a web page (HTML)"),
        (b"PK\x03\x04" + bytes(99), "is a ZIP archive"),
        (b"8BPS\0\1" + bytes(99), "is a Photoshop file"),
        (b"https://example.com/picture.png", "is a text"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "is a text"),
        (b"\x00\x01\x02\x03" * 9, "of a kind that we do not know"),
        (b"\xff\xd8\xff\xe0" + b"not a jpeg at all" * 9, "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"not a png at all" * 9, "damaged"),
        (b"RIFF\x40\0\0\0WEBPVP8 " + bytes(60), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_it_is_is_said(data, words):
    message = rejection(data)
    assert words in message
    assert message.startswith("Beach.jpg ")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_image_is_said_to_be_cut(form):
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    data = encoded(noise, form)
    for share in (0.99, 0.5):
        assert any(word in rejection(data[: int(len(data) * share)]) for word in ("cut short", "damaged"))
    if form != "WEBP":
        assert "cut short" in rejection(data[: len(data) // 2])


def test_a_damaged_png_is_said_to_be_damaged():
    data = bytearray(encoded(Image.effect_noise((400, 300), 90), "PNG"))
    data[5000:5100] = bytes(100)
    message = rejection(bytes(data))
    assert "damaged" in message or "cut short" in message


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_an_animation_is_turned_down(form):
    data = encoded(corners(), form, save_all=True, append_images=[corners((64, 48)).rotate(90)], duration=100)
    assert "is animated" in rejection(data)


def test_a_bomb_is_turned_down_before_it_goes_off():
    def png(width: int, height: int) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")

    for width, height in ((8001, 5000), (40_000, 40_000), (2**31 - 1, 2**31 - 1)):
        assert "more than 40 megapixels" in rejection(png(width, height))
    assert "cut short" in rejection(png(8000, 5000))


def test_a_bomb_of_text_is_turned_down():
    text = b"x\0\0" + zlib.compress(bytes(200_000_000))
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    data = encoded(corners(), "PNG")
    assert "damaged" in rejection(data[:33] + chunk + data[33:])


def test_a_file_beyond_the_cap_is_not_even_opened(tmp_path):
    path = tmp_path / "sparse.png"
    with path.open("wb") as file:
        file.truncate(10 << 30)
    assert "larger than 64 MiB" in rejection(path)


def test_a_name_cannot_spoil_the_message():
    message = rejection(b"", name="a\n\u202eb" + "x" * 500)
    assert message.isprintable()
    assert len(message) < 120


# Thumbnails


@pytest.mark.parametrize(
    ("size", "small"), [((1200, 800), (480, 320)), ((300, 1200), (120, 480)), ((64, 48), (64, 48))]
)
def test_a_thumbnail_fits_and_never_grows(tmp_path, size, small):
    source, out = tmp_path / "source.png", tmp_path / "thumb.webp"
    corners(size).save(source)
    assert images.thumbnail(source, out) == small
    image = Image.open(out)
    assert (image.format, image.size) == ("WEBP", small)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.png", "thumb.webp"]


def test_a_thumbnail_keeps_what_shines_through(tmp_path):
    source = corners((600, 600), "RGBA")
    source.putalpha(100)
    source.save(tmp_path / "source.png")
    images.thumbnail(tmp_path / "source.png", tmp_path / "thumb.webp", side=100)
    assert Image.open(tmp_path / "thumb.webp").mode == "RGBA"


def test_the_largest_image_is_what_the_caller_says() -> None:
    with pytest.raises(Rejected, match="larger than 1 MiB"):
        images.clean(bytes(2 << 20), name="fox.png", most=1)
