"""Every page in Simplified Chinese: no English word is left but names, and nothing overflows a phone."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page

from generations.catalog import MODELS, PRESETS
from tests.browser.conftest import DESK, PHONE, Visit, overflow
from tests.browser.test_showroom import PAGES, STRANGERS, shoot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXTS = """() => {
    const OWN = 'script, style, svg, pre, kbd, code, option, [lang=en]';
    const SAID = ['aria-label', 'title', 'placeholder', 'alt', 'hx-confirm', 'data-confirm'];
    const found = [document.title];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
        if (!walk.currentNode.parentElement.closest(OWN)) found.push(walk.currentNode.data);
    for (const name of SAID)
        for (const one of document.body.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
    return found;
}"""
# Names, units, formats and addresses: the same in every language.
ALIKE = re.compile(
    r"\b(Studio|English|Ark|GPTProto|Runway|BytePlus|Volcengine|ChainHub|MaxToken|Seedance|fps|px|MB|KB|GB|USD|CNY|JSON"
    r"|CSV|EDL|ZIP|PNG|JPEG|WebP|HEVC|MP[34]|M4A|MOV|WAV|API|URL|ID|UTC|AI|Esc(ape)?|Ctrl|STUDIO_\w+|ep)\b"
    r"|https?://\S+|https?|HTTPS?|cgt-\w+|\bcdef\b"
)
SHOWN = re.compile(r"[A-Za-z][A-Za-z'’]+")


def own_words(codes: dict[str, str]) -> set[str]:
    """What members typed, and what models and presets are called."""
    from generations.models import Asset, Generation, Note, Provider, Share, Shot
    from studio.models import Project, User

    texts = [*codes.values()]
    for model, fields in (
        (Generation, ("prompt", "model_id")),
        (Asset, ("name", "mime")),
        (Note, ("text",)),
        (Provider, ("name", "base_url")),
        (Shot, ("name",)),
        (Share, ("title",)),
        (Project, ("name",)),
        (User, ("email", "name")),
    ):
        texts += [str(value) for row in model.objects.values_list(*fields) for value in row]
    texts += [spec.label for spec in MODELS.values()] + [spec.id for spec in MODELS.values()]
    texts += [preset.label for preset in PRESETS.values()] + [preset.base_url for preset in PRESETS.values()]
    return {word for text in texts for word in SHOWN.findall(text)}


def left_over(page: Page, known: set[str]) -> list[str]:
    """Texts with an English word that nobody typed."""
    found = []
    for text in page.evaluate(TEXTS):
        cut = ALIKE.sub("", text)
        words = [word for word in SHOWN.findall(cut) if word not in known and f"{word}…" not in cut]
        if words:
            found.append(f"{' '.join(text.split())[:90]!r}: {' '.join(words)}")
    return sorted(set(found))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_speaks_chinese(
    visit: Visit, alice: Any, codes: dict[str, str], size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    alice.language = "zh-hans"
    alice.save()
    known = own_words(codes)
    wrong: list[str] = []
    for user, pages in ((alice, PAGES), (None, STRANGERS)):
        page = visit(user, "/login", size=size, locale="zh-CN", reduced_motion="reduce")
        for name, path in pages.items():
            page.goto(path.format(**codes))
            shoot(page, f"{name}-zh-{request.node.callspec.id}")
            assert page.evaluate("document.documentElement.lang") == "zh-hans", name
            wrong += [f"{name}: {text}" for text in left_over(page, known)]
            if wide := overflow(page):
                wrong.append(f"{name}: {wide} px wider than the window")
    if folder := os.environ.get("STUDIO_SHOTS"):
        print(f"{len(wrong)} texts left, pictures in {folder}")
    assert not wrong, f"{len(wrong)} left:\n" + "\n".join(wrong)
