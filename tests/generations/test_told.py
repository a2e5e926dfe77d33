"""Stored messages in the reader's language."""

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from generations import reasons, told
from generations.jobs import words
from generations.media.kinds import NAMES
from generations.models import Attempt, Provider, State
from generations.providers.base import Cause, Refusal

ROOT = Path(told.__file__).parent
REASONS = ("no room", "a.example refuses connections on port 443.", "x. y.", "{odd} {0} \n 中文，好。", "What? Now!")
DIALECTS = ("ark", "runway", "gptproto")


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    """A catalog that only marks what it was asked for."""
    monkeypatch.setattr(told, "gettext", lambda sentence: f"⟦{sentence}⟧")
    remembered = told.in_language
    remembered.cache_clear()
    with translation.override("zh-hans"):
        yield
    remembered.cache_clear()


def provider(dialect: str = "ark", **fields: object) -> Provider:
    return Provider(name="Ark {1}", dialect=dialect, base_url="https://ark.example", **fields)


def every_text():
    """What each function of words.py says, with every branch."""
    about = Attempt(cost_estimate=Decimal("0.42"), currency="USD")
    less = Attempt(cost_estimate=Decimal("0.001"), currency="USD")
    pauses = ("Paused by Alice B.", words.KEY_REFUSED, words.NO_BALANCE, "")
    yield from (words.NO_ROOM, words.NOT_CHARGED, words.DID_NOT_RUN, *pauses[:3])
    yield from (words.waiting(provider(), place) for place in (0, 1, 2, 3, 11))
    yield from (words.paused(provider(paused_why=why)) for why in pauses)
    yield words.paused(provider(trashed_at="2026-01-01"))
    for reason in REASONS:
        yield from (words.trying_again(provider(), reason), words.unreachable(provider(), reason))
        yield from (words.silent(provider(), reason), words.saving_again(reason), words.result_lost(reason))
        for cost in ("", words.about(about), words.about(less)):
            yield from (words.uncertain(provider(), cost, reason), words.uncertain(provider("runway"), cost, reason))
        for cause in Cause:
            yield words.refused(provider(), Refusal(cause, reason))
            yield words.failed(provider(), Refusal(cause, reason))
    yield from (words.failed(provider(), None), words.uncertain(provider()))
    for say in (words.resting, words.not_run, words.still_running, words.expired, words.gave_up, words.lost):
        yield say(provider())
    yield words.no_url(provider())
    for dialect in DIALECTS:
        yield from (words.stopping(provider(dialect)), words.cancelled(provider(dialect)))
        yield from (words.unsaid(state, provider(dialect)) for state in State)
    yield words.NO_ANSWER_TO_CANCEL.format(provider="Ark")
    yield words.NOT_CANCELLED.format(provider="Ark")


def stranger_in(text: str) -> str:
    """What stands outside of all brackets."""
    depth, outside = 0, ""
    for letter in text:
        depth += {"⟦": 1, "⟧": -1}.get(letter, 0)
        outside += letter if depth == 0 and letter != "⟧" else ""
    return outside.strip()


def test_every_sentence_of_the_jobs_is_recognised():
    for text in filter(None, every_text()):
        assert stranger_in(told.told(text)) == "", text


def test_every_sentence_is_one_that_some_function_says():
    found = "".join(told.told(text) for text in every_text())
    for sentence in words.SENTENCES:
        longest = max(re.split(r"\{\w+\}", sentence), key=len)
        assert longest in found, sentence


@pytest.mark.parametrize("reason", REASONS)
def test_the_parts_survive_as_they_are(reason):
    text = told.told(words.refused(provider(), Refusal(Cause.INPUT, reason)))
    assert text.endswith(f"⟦It said: {reason}⟧")
    assert text.startswith("⟦Ark {1} refused this request.")


def test_a_reason_of_ours_is_told_too_without_its_full_stop():
    text = told.told(words.silent(provider(), "a.example refuses connections on port 443."))
    assert "⟦a.example refuses connections on port 443.⟧" in text
    assert told.told(words.trying_again(provider(), "x. y.")).endswith("⟦Reason: x. y.⟧")
    assert told.told(words.saving_again("the address answers 404")).endswith("⟦Reason: ⟦the address answers 404⟧.⟧")


def test_a_place_is_a_plain_number():
    assert told.told(words.waiting(provider(), 3)) == "⟦Waiting for a free slot at Ark {1}, 3 in line.⟧"


@pytest.mark.parametrize("text", ["", "Hello.", "Two. Sentences?  And\n\nlines {x} of a 陌生人。 Yes", "{", "."])
def test_what_is_not_ours_passes_through(text):
    assert told.told(text) == text


def test_what_is_ours_is_found_beside_what_is_not():
    text = f"Boom! {words.NOT_CHARGED}"
    assert told.told(text) == f"Boom! ⟦{words.NOT_CHARGED}⟧"


def test_in_english_nothing_is_matched(monkeypatch):
    monkeypatch.setattr(told, "in_language", lambda *_: pytest.fail("matched"))
    for language in ("en", "en-gb", None):
        with translation.override(language):
            assert told.told(words.NO_ROOM) == words.NO_ROOM


def test_full_stops_of_chinese_need_no_space(monkeypatch):
    monkeypatch.setattr(told, "gettext", lambda sentence: "好。")
    assert told.told(f"{words.NOT_CHARGED} {words.DID_NOT_RUN} Hello.") == "好。好。Hello."


# reasons.py against the layers that say them

SAYING = {"Refused", "Rejected", "Unreachable", "NotSent", "Lost", "TooBig", "DeadlinePassed", "Nonsense", "Garbled"}
SAYING |= {"CannotOrder", "KeyRefused", "NoPublicUrl", "Unwritable", "Unreadable", "Broken", "OSError"}
LAYERS = ("addresses", "dialling", "net", "answers", "strict_json", "keyring", "links", "jobs/orders", "jobs/download")
FILES = [ROOT / f"{name}.py" for name in LAYERS] + [*ROOT.glob("media/*.py"), *ROOT.glob("providers/*.py")]
SAMPLES = {
    "cure": "",
    "use": "It is not a video.",
    "USE": "Use a JPEG, PNG or WebP image.",
    "what": "pictures",
    "NAMES": "a GIF",
}


def sample_of(node: ast.expr) -> list[str]:
    """Texts that an expression may give, for each part something that may stand there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return sample_of(node.body) + sample_of(node.orelse)
    if not isinstance(node, ast.JoinedStr):
        return []
    text = ""
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            text += str(piece.value)
        else:
            names = [inner.id for inner in ast.walk(piece) if isinstance(inner, ast.Name)]
            text += next((SAMPLES[name] for name in names if name in SAMPLES), "9x")
    return [text]


def said_in(path: Path) -> list[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    names = {"Refused", "Rejected"} if path.parent.name == "media" else SAYING
    return [
        text
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in names
        for argument in call.args
        for text in sample_of(argument)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_the_lower_layers_say_is_known(path):
    for text in said_in(path):
        # Parts that are put together of others, such as the answer's own fault.
        if text not in {"9x", "9x titled “9x”", "9x Check the base URL."}:
            assert stranger_in(told.told(text)).strip("9x. ") == "", text


def test_every_kind_of_file_has_its_words():
    for name in NAMES.values():
        assert told.told(name) == f"⟦{name}⟧"


def test_no_reason_is_written_twice():
    every = [*words.SENTENCES, *words.PIECES, *reasons.SENTENCES, *reasons.PIECES]
    assert len(every) == len(set(every))
