"""Words on the picture: the prompt, the SANDBOX label that is always there, the mark of machine-made video."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from generations.sandbox.fields import Size, smooth_mask

Font = ImageFont.FreeTypeFont
FOLDERS: tuple[str, ...] = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
)
FOLDERS += ("/Library/Fonts", "C:/Windows/Fonts")
# For scripts that Pillow's own font lacks; the first of each line that a machine has.
FALLBACKS: tuple[tuple[str, ...], ...] = (
    ("NotoSans-Regular", "DejaVuSans", "Arial Unicode", "segoeui", "Arial"),
    (
        "NotoSansCJK-Regular",
        "NotoSansSC-Regular",
        "SourceHanSans",
        "PingFang",
        "Hiragino",
        "msyh",
        "wqy-",
        "DroidSansFallback",
    ),
)
WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u30ff"  # scripts that break anywhere
TOKENS = re.compile(rf"[{WIDE}]|[^\s{WIDE}]+|\s+")
LINES = 2


@dataclass(frozen=True)
class Sticker:
    """Something laid on every frame: colours, where, and how densely."""

    picture: Image.Image
    at: tuple[int, int]
    mask: Image.Image


def unit_for(size: Size) -> int:
    """The height of the caption's letters."""
    return max(5, round((min(size) * 0.6 + size[1] * 0.4) / 25))


def stickers(prompt: str, size: Size, watermark: bool) -> list[Sticker]:
    """The overlays of a clip of `size`; the caption is left out where it could not be read."""
    unit = unit_for(size)
    made = [label("SANDBOX", size, unit)]
    if watermark:
        made.append(mark("AI 生成" if font_for("生", unit) else "AI", size, unit))
    if prompt.strip() and min(size) >= 160:
        made.insert(0, words(prompt, size, unit, watermark))
    return made


def stick(frame: Image.Image, made: list[Sticker]) -> Image.Image:
    for one in made:
        frame.paste(one.picture, one.at, one.mask)
    return frame


def words(prompt: str, size: Size, unit: int, watermark: bool) -> Sticker:
    """The prompt at the lower left over a soft shade, at most two lines."""
    width, height = size
    margin = round(unit * 1.25)
    lines = wrap(prompt, unit, width - 2 * margin - (unit * 5 if watermark else 0))
    step = round(unit * 1.36)
    high = min(height, step * len(lines) + margin * 4)
    shade = smooth_mask((width, high), lambda u, v: 0.6 * v**1.6 * (1 - 0.3 * u), Random(0))  # noqa: S311
    text = Image.new("L", (width, high), 0)
    draw = ImageDraw.Draw(text)
    for i, line in enumerate(lines):
        write(draw, (margin, high - margin - step * (len(lines) - i)), line, unit)
    halo = text.filter(ImageFilter.GaussianBlur(unit / 6)).point([min(90, v) for v in range(256)])
    mask = ImageChops.lighter(ImageChops.lighter(shade, halo), text)
    return Sticker(Image.merge("RGB", [text] * 3), (0, height - high), mask)


def label(name: str, size: Size, unit: int, left: bool = False) -> Sticker:
    """A pill in an upper corner: what made this, or which picture this is."""
    small = max(5, round(unit * 0.62))
    gap = small * 0.14
    letters = [(letter, font_for(letter, small)) for letter in name]
    long = sum(font.getlength(letter) + gap for letter, font in letters if font) - gap
    high, wide = round(small * 1.9), round(long + small * 1.5)
    scale = 3
    shape = Image.new("L", (wide * scale, high * scale), 0)
    ImageDraw.Draw(shape).rounded_rectangle(
        (0, 0, wide * scale - 1, high * scale - 1), radius=high * scale / 2, fill=104
    )
    mask, x = shape.reduce(scale), small * 0.75
    text = Image.new("L", (wide, high), 0)
    for letter, font in letters:
        if font:
            ImageDraw.Draw(text).text((x, high / 2), letter, font=font, fill=235, anchor="lm")
            x += font.getlength(letter) + gap
    edge = round(unit * 0.9)
    at = (edge if left else size[0] - wide - edge, edge)
    return Sticker(Image.merge("RGB", [text] * 3), at, ImageChops.lighter(mask, text))


def mark(name: str, size: Size, unit: int) -> Sticker:
    """The watermark at the lower right."""
    small = max(5, round(unit * 0.86))
    wide, high = round(length(name, small)) + small, round(small * 1.5)
    text = Image.new("L", (wide, high), 0)
    write(ImageDraw.Draw(text), (small / 2, small * 0.2), name, small)
    dark = text.filter(ImageFilter.GaussianBlur(small / 8))
    at = (size[0] - wide - round(unit * 0.6), size[1] - high - round(unit * 0.8))
    return Sticker(
        Image.merge("RGB", [text] * 3), at, ImageChops.lighter(text, dark).point([v * 4 // 5 for v in range(256)])
    )


def wrap(text: str, unit: int, room: float) -> list[str]:
    """At most LINES lines that fit; what is left over becomes an ellipsis."""
    lines, line = [], ""
    for token in TOKENS.findall(" ".join(text.split())):
        if line and length(line + token, unit) > room:
            lines.append(line.strip())
            line = ""
        line += token
    lines.append(line.strip())
    if len(lines) <= LINES:
        return lines
    last = lines[LINES - 1]
    while last and length(last + "…", unit) > room:
        last = last[:-1]
    return [*lines[: LINES - 1], last.rstrip(" ,.;，。") + "…"]


def runs(text: str, unit: int) -> list[tuple[str, Font]]:
    """The text cut where the font changes; letters that no font of this machine has are left out."""
    result: list[tuple[str, Font]] = []
    for letter in text:
        font = font_for(letter, unit)
        if font and result and result[-1][1] is font:
            result[-1] = (result[-1][0] + letter, font)
        elif font:
            result.append((letter, font))
    return result


def length(text: str, unit: int) -> float:
    return sum(font.getlength(run) for run, font in runs(text, unit))


def write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, unit: int) -> None:
    x, base = at[0], at[1] + unit * 0.9
    for run, font in runs(text, unit):
        draw.text((x, base), run, font=font, fill=242, anchor="ls")
        x += font.getlength(run)


@cache
def font_for(letter: str, unit: int) -> Font | None:
    return next((font for font in fonts(unit) if shows(font, letter)), None)


@cache
def fonts(unit: int) -> tuple[Font, ...]:
    own = ImageFont.load_default(unit)
    assert isinstance(own, ImageFont.FreeTypeFont)
    return (own, *(ImageFont.truetype(path, unit) for path in files()))


@cache
def files() -> tuple[str, ...]:
    found = [path for folder in FOLDERS for path in sorted(Path(folder).expanduser().rglob("*.[to]t[fc]"))]
    plain = sorted(found, key=lambda path: len(path.stem))  # the regular cut has the shortest name
    picks = (next((p for name in names for p in plain if p.name.startswith(name)), None) for names in FALLBACKS)
    return tuple(str(path) for path in picks if path)


@cache
def shows(font: Font, letter: str) -> bool:
    """Whether the font has the letter: a letter it lacks is drawn like one that no font has."""
    if letter.isspace():
        return True
    mask, missing = font.getmask(letter), font.getmask("\U0010fffe")
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))
