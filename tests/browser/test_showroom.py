"""Every page of a studio at work, in both themes and both sizes: it fits, is light, and axe finds nothing.

STUDIO_SHOTS names a folder for a picture of each.
"""

import gzip
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Visit, barriers, overflow

LOOKS = [(size, scheme) for size in (DESK, PHONE) for scheme in ("light", "dark")]
NAMES = [f"{'desk' if size == DESK else 'phone'}-{scheme}" for size, scheme in LOOKS]
PAGES = {
    "home": "/",
    "history": "/p/{project}/",
    "history-takes": "/p/{project}/?view=takes",
    "history-table": "/p/{project}/?view=table",
    "history-nothing-found": "/p/{project}/?q=zebra",
    "trash": "/p/{project}/?status=trash",
    "clip": "/g/{clip}/",
    "clip-blocked": "/g/{blocked}/",
    "clip-rendering": "/g/{rendering}/",
    "compare": "/compare?c={clip}&c={second}&c={third}",
    "shots": "/p/{project}/shots/",
    "cut": "/p/{project}/shots/cut",
    "projects": "/p/",
    "project-new": "/p/new",
    "project-people": "/p/{project}/people",
    "project-settings": "/p/{project}/settings",
    "library": "/library/",
    "asset": "/a/{asset}/",
    "activity": "/activity/",
    "share-new": "/g/{clip}/share",
    "providers": "/providers/",
    "provider-presets": "/providers/new",
    "provider-new": "/providers/new?preset=maxtoken",
    "provider": "/providers/{provider}/",
    "profile": "/profile",
    "search": "/search?q=light",
    "setup-engine": "/setup/engine",
    "not-found": "/nothing",
}
STRANGERS = {"login": "/login", "share": "{share}", "share-gone": "/s/gone/", "setup": "/setup?token=x"}
MOST = {"css": 14_000, "js": 35_000}  # bytes of one page, each file compressed
LOADED = "performance.getEntriesByType('resource').map((one) => one.name)"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=NAMES)
def test_every_page_fits_and_is_accessible(
    visit: Visit, alice: Any, codes: dict[str, str], size: tuple[int, int], scheme: str, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.id
    wrong: list[str] = []
    for user, pages in ((alice, PAGES), (None, STRANGERS)):
        page = visit(user, "/login", size=size, scheme=scheme, reduced_motion="reduce")
        for name, path in pages.items():
            page.goto(path.format(**codes))
            shoot(page, f"{name}-{look}")
            wrong += [f"{name}: {fault}" for fault in faults(page)]
    assert not wrong, "\n".join(wrong)


def faults(page: Page) -> Iterator[str]:
    if wide := overflow(page):
        yield f"{wide} px wider than the window"
    for kind, most in MOST.items():
        if (heavy := weight(page, kind)) > most:
            yield f"{heavy} bytes of {kind}"
    yield from barriers(page)


def weight(page: Page, kind: str) -> int:
    paths = {urlsplit(url).path for url in page.evaluate(LOADED)}
    return sum(size_of(path.removeprefix(settings.STATIC_URL)) for path in paths if path.endswith(f".{kind}"))


@cache
def size_of(file: str) -> int:
    found = finders.find(file)
    assert isinstance(found, str), f"no file {file}"
    return len(gzip.compress(Path(found).read_bytes()))


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("STUDIO_SHOTS"):
        page.wait_for_timeout(250)
        page.screenshot(path=Path(folder, f"{name}.png"))
