"""A real Chromium on the real pages; a word on the console or a CSP violation fails the test that caused it."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.chromium import FLAGS, executable
from tests.make import make_asset
from tests.showroom import fill

DESK, PHONE = (1440, 900), (390, 844)
MOST = 10_000  # milliseconds that anything in a page may take
# A page that is left while it still fades in says so.
FADING = re.compile(r"Transition was (aborted|skipped)")
# A refusal is an answer, although the browser's console calls it an error, and a 502 is a proxy's; a log-out clears
# what was kept.
FINE = re.compile(r"Failed to load resource.*status of (401|403|404|409|413|416|422|429|502)|Clear-Site-Data header")

Visit = Callable[..., Page]
expect.set_options(timeout=MOST)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = executable(playwright)
        if not path:
            message = "NO CHROMIUM: install one, or name it in STUDIO_CHROMIUM. Nothing was checked in a browser."
            if os.environ.get("STUDIO_REQUIRE_CHROMIUM") == "1":
                pytest.fail(message)
            pytest.skip(message)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Visit]:
    """Opens an empty page: `new_page(size=PHONE, scheme="dark")` and whatever else a browser context takes."""
    contexts, wrong = [], []

    def heard(message: ConsoleMessage) -> None:
        if not FINE.search(message.text):
            wrong.append(message.text)

    def broke(error: Any) -> None:
        if not FADING.search(str(error)):
            wrong.append(str(error))

    def open_page(*, size: tuple[int, int] = DESK, scheme: Any = "light", **more: Any) -> Page:
        is_phone = size[0] < 500
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            has_touch=is_phone,
            is_mobile=is_phone,
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(MOST)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", broke)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, "the page complained:\n" + "\n".join(wrong)


@pytest.fixture
def visit(new_page: Visit, live_server: Any) -> Visit:
    """Opens a page as somebody: `visit(user, path, size=PHONE, scheme="dark")`; user None is a visitor."""

    def open_page(user: Any, path: str, **more: Any) -> Page:
        page = new_page(base_url=live_server.url, **more)
        if user:
            page.context.add_cookies([session_of(user, live_server.url)])
        page.goto(path)
        return page

    return open_page


def session_of(user: Any, url: str) -> Any:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def barriers(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice, each with the element it means."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']} at {node['html'][:200]}" for one in found for node in one["nodes"]]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def until(page: Page, expression: str) -> None:
    """Wait until the expression holds. Playwright's own wait evaluates text inside the page, which the CSP forbids."""
    for _ in range(MOST // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came true: {expression}")


@pytest.fixture
def codes(alice: Any, bob: Any, visit: Visit) -> dict[str, str]:
    """The showroom's pids by word, and a share link."""
    room = fill(alice, bob)
    by_status = {row.status: row.pid for row in room.project.generations.all()}
    make_asset(room.project, bob, name="A picture with quite a long name that does not fit anywhere.png")
    return {
        "project": room.project.pid,
        "clip": room.clips[0].pid,
        "second": room.clips[2].pid,
        "third": room.clips[3].pid,
        "blocked": by_status["blocked"],
        "rendering": by_status["rendering"],
        "asset": room.asset.pid,
        "provider": room.provider.pid,
        "share": share(visit(alice, f"/g/{room.clips[0].pid}/share")),
    }


def share(page: Page) -> str:
    page.get_by_label("Title").fill("The lighthouse")
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Share link").input_value()
