"""Every page of a studio at work, in both themes and both sizes: it fits, and axe finds nothing.

STUDIO_SHOTS names a folder for a picture of each.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
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
    yield from barriers(page)


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("STUDIO_SHOTS"):
        page.wait_for_timeout(250)
        page.screenshot(path=Path(folder, f"{name}.png"))
