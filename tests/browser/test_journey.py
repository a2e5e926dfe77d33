"""From an empty folder to a playing clip, as a stranger does it: one command, one link, one drop, one press."""

import base64
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, until
from tests.make import PASSWORD, png
from tests.running import Studio, running

DROP = """([selector, name, data]) => {
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, {type: "image/png"}));
  const place = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"])
    place.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running(tmp_path_factory.mktemp("journey"), STUDIO_SANDBOX_FLAGS="") as studio:
        yield studio


def set_up_link(studio: Studio) -> str:
    found = re.search(r"/setup\?token=\S+", (studio.data / "up.log").read_text())
    assert found, "`up` prints no set-up link"
    return studio.base + found[0]


@pytest.mark.browser
@pytest.mark.processes
def test_from_an_empty_folder_to_a_playing_clip(studio: Studio, new_page: Visit) -> None:
    page = new_page()
    page.set_default_timeout(60_000)  # the first project is painted in the meantime
    page.goto(set_up_link(studio))
    page.get_by_label("Your name").fill("Alice")
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    page.get_by_role("link", name="Try the sandbox").click()
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("h1")).to_have_text("First project")
    expect(page.locator("article")).to_have_count(3)
    page.get_by_role("link", name="First project").first.click()  # with nothing in the composer
    expect(page.locator("#place-first_frame .slot.full")).to_have_count(0)
    page.evaluate("window.neverReloaded = true")

    started = time.monotonic()
    page.evaluate(DROP, ["#composer", "still.png", base64.b64encode(png(1280, 720)).decode()])
    expect(page.locator("#place-first_frame .slot.full")).to_have_count(1)
    page.locator("#prompt").fill("A fox walks over a frozen lake at dusk")
    page.get_by_role("button", name="Generate").click()
    card = page.locator("article").first
    expect(card).to_contain_text("A fox walks over a frozen lake")
    card.locator("video").wait_for(state="attached", timeout=150_000)  # three samples are drawn before it
    print(f"the clip is in the page {time.monotonic() - started:.1f} s after the drop")

    card.hover()
    until(page, "document.querySelector('article video').currentTime > 0.3")
    assert page.evaluate("window.neverReloaded") is True

    card.locator("a").first.click()
    page.wait_for_load_state()
    page.evaluate("() => { const v = document.querySelector('video'); v.muted = true; return v.play(); }")
    until(page, "document.querySelector('video').currentTime > 0.5")
    page.evaluate("() => { document.querySelector('video').currentTime = 4; }")
    until(page, "document.querySelector('video').currentTime > 4 && !document.querySelector('video').error")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    assert download.value.path().stat().st_size in {row[0] for row in studio.sql("select bytes from generations_clip")}


@pytest.mark.browser
@pytest.mark.processes
def test_the_link_works_once(studio: Studio, new_page: Visit) -> None:
    answer = new_page().goto(set_up_link(studio))
    assert answer is not None
    assert answer.status in {403, 404, 410}
    assert studio.sql("select count(*) from studio_user") == [(1,)]
