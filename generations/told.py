"""A stored message in the reader's language.

Workers write English into the rows, for they know no reader. Here the sentences of `jobs/words.py` and `reasons.py` are
found again in such a text, and their translations joined, with the same parts filled in. What is no sentence of ours,
such as a provider's own words, stays as it is.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from django.utils.translation import get_language, gettext

from studio.words import FULL_STOPS

from . import reasons
from .jobs import words

Pattern = tuple[str, re.Pattern[str]]  # a sentence with names in braces, and how its texts look

OURS = {"reason", "problem", "kind", "cost"}  # parts that may be sentences of ours themselves
ANYTHING = {"reason", "problem", "said", "detail"}  # parts that may be long
ONE_WORD = {"host", "port", "status", "most", "size", "length", "seconds", "ahead", "place", "header", "medium"}
LAST = ("{reason}.", "{reason}", "{said}", "({said})")  # a sentence that ends so ends the text
SPACE = re.compile(r"\s*")
BREAK = re.compile(r"(?<=[.!?])(?=\s)")  # between two sentences of a stranger


def told(text: str) -> str:
    """`text` in the active language; in English untouched."""
    language = get_language()
    if not text or language is None or language.startswith("en"):
        return text
    return in_language(language, text)


@lru_cache(maxsize=4096)
def in_language(language: str, text: str) -> str:
    """`language` is the active one, and part of what is remembered."""
    return piece_of(language, text) or text_of(language, text)


def piece_of(language: str, text: str) -> str:
    """The whole text as a part of a sentence; "" when it is none of ours."""
    matches = ((piece, pattern.fullmatch(text)) for piece, pattern in pieces())
    return next((filled(language, piece, found) for piece, found in matches if found), "")


def text_of(language: str, text: str) -> str:
    made, at = "", 0
    while at < len(text):
        sentence, end = sentence_at(language, text, at)
        gap = SPACE.match(text, end)
        assert gap
        is_ours = sentence != text[at:end]
        made += sentence if is_ours and sentence.endswith(tuple(FULL_STOPS)) else sentence + gap[0]
        at = gap.end()
    return made


def sentence_at(language: str, text: str, at: int) -> tuple[str, int]:
    """The sentence that begins there, translated where it is ours, and where it ends."""
    for sentence, pattern in sentences():
        if found := pattern.match(text, at):
            return filled(language, sentence, found), found.end()
    stop = BREAK.search(text, at)
    end = stop.start() if stop else len(text)
    return text[at:end], end


def filled(language: str, sentence: str, found: re.Match[str]) -> str:
    parts = {name: part(language, name, text) for name, text in found.groupdict().items()}
    return gettext(sentence).format(**parts)


def part(language: str, name: str, text: str) -> str:
    if name == "place":
        return re.sub(r"\D", "", text)  # "3rd" is an English word
    if name not in OURS:
        return text
    if piece := piece_of(language, text):
        return piece
    # The full stop was taken off when the sentence went into another one.
    stopped = f"{text}."
    whole = text_of(language, stopped)
    return text if whole == stopped else whole.removesuffix(".").removesuffix("。")


@cache
def sentences() -> list[Pattern]:
    return longest_first([*words.SENTENCES, *reasons.SENTENCES])


@cache
def pieces() -> list[Pattern]:
    return longest_first([*words.PIECES, *reasons.PIECES])


def longest_first(texts: Iterable[str]) -> list[Pattern]:
    """Who has the most letters of its own cannot be taken for another one."""
    ordered = sorted(texts, key=lambda text: -len(re.sub(r"\{\w+\}", "", text)))
    return [(text, pattern_of(text)) for text in ordered]


def pattern_of(sentence: str) -> re.Pattern[str]:
    """Matches the sentence's texts where they end at a space or at the end of all."""
    pieces = re.split(r"\{(\w+)\}", sentence)
    texts = [re.escape(piece) if place % 2 == 0 else group_of(piece) for place, piece in enumerate(pieces)]
    end = r"\Z" if sentence.endswith(LAST) else r"(?=\s|\Z)"
    return re.compile("".join(texts) + end, re.DOTALL)


def group_of(name: str) -> str:
    if name in ONE_WORD:
        return rf"(?P<{name}>\S+?)"
    return rf"(?P<{name}>.+?)" if name in ANYTHING else rf"(?P<{name}>.{{1,200}}?)"
