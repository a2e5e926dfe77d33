"""The pages around the history, in a real browser: both themes, both sizes, with and without scripts."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from generations import first_run
from generations.models import Asset, Generation, Provider, Share
from studio.config import config
from studio.models import User
from tests.browser.conftest import Visit
from tests.clips import video
from tests.make import PASSWORD, make_asset, make_clip, make_generation, make_project, make_provider, png

pytestmark = pytest.mark.browser


@pytest.fixture
def filled(alice: Any, bob: Any, project: Any) -> dict[str, str]:
    """A project with something of everything; pids by word."""
    provider = make_provider(name="Ark", base_url="http://45.32.108.182:15555/api/v3", allow_http=True, lab=False)
    clip = make_generation(project, bob, provider, prompt="A whale in the fjord", width=320, height=180)
    make_clip(clip, video())
    make_generation(project, alice, provider, prompt="A fox on the moon", status="rendering")
    asset = make_asset(project, alice, name="A picture with quite a long name that does not fit anywhere.png")
    return {"project": project.pid, "asset": asset.pid, "clip": clip.pid, "provider": provider.pid}


def shared(visit: Visit, user: Any, pid: str) -> str:
    page = visit(user, f"/g/{pid}/share")
    page.get_by_label("Title").fill("Whale")
    page.get_by_text("Allow downloading the original").click()
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Share link").input_value()


def test_a_stranger_becomes_the_admin_and_finds_a_first_project(visit: Visit, db: None) -> None:
    first_run.offer_sandbox("http://127.0.0.1:9")
    try:
        page = visit(None, first_run.setup_link("") or "")
        page.get_by_label("Your name").fill("Alice")
        page.get_by_label("E-mail").fill("alice@example.org")
        page.get_by_label("Password", exact=True).fill("short")
        page.get_by_role("button", name="Make my account").click()
        expect(page.get_by_text("This password is too short.")).to_be_visible()
        expect(page.get_by_label("E-mail")).to_have_value("alice@example.org")
        page.get_by_label("Password", exact=True).fill("nine green bottles")
        page.get_by_role("button", name="Show the password").click()
        expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
        page.get_by_role("button", name="Make my account").click(timeout=60_000)
        page.get_by_role("link", name="Try the sandbox").click()
        page.get_by_role("button", name="Begin").click(timeout=60_000)
        expect(page.get_by_role("heading", name="First project")).to_be_visible(timeout=30_000)
        expect(page.locator(".card.wait")).to_have_count(3)
        expect(page.locator("#place-first_frame .slot.full")).to_have_count(1)
        page.get_by_role("link", name="Library").first.click()
        expect(page.locator(".asset-tile")).to_have_count(3)
        assert User.objects.get().is_staff
    finally:
        (config().data / first_run.TOKEN_FILE).unlink(missing_ok=True)


def test_logging_in_and_out_by_keyboard(visit: Visit, alice: Any) -> None:
    page = visit(None, "/profile")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("alice@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This e-mail and password do not match.")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You", exact=True)).to_be_visible()
    page.get_by_role("button", name="Log out").first.click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_chosen_theme_wins_over_the_systems(visit: Visit, alice: Any) -> None:
    page = visit(alice, "/profile", scheme="light")
    page.get_by_label("Dark", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_files_go_up_by_pick_with_a_tile_each_and_a_sentence_for_a_bad_one(
    visit: Visit, bob: Any, project: Any, tmp_path: Path
) -> None:
    good, bad = tmp_path / "fox.png", tmp_path / "notes.png"
    good.write_bytes(png())
    bad.write_bytes(b"just some words")
    page = visit(bob, "/library/")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    page.get_by_label("Files to add").set_input_files([good, bad])
    expect(page.locator(".asset-tile")).to_have_count(1)
    expect(page.get_by_text("notes.png is a text.")).to_be_visible()
    expect(page.get_by_text("Nothing here yet")).to_have_count(0)
    assert page.locator(".asset-tile img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 480


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_files_go_up_by_drop_and_paste(visit: Visit, bob: Any, project: Any, how: str) -> None:
    page = visit(bob, "/library/")
    transfer = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "fox.png", { type: "image/png" }));
            return transfer;
        }""",
        list(png()),
    )
    if how == "drop":
        page.dispatch_event("main", "dragover", {"dataTransfer": transfer})
        expect(page.locator("form.drop")).to_have_attribute("data-ui-over", "")
        page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    else:
        page.evaluate(
            "data => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))",
            transfer,
        )
    expect(page.locator(".asset-tile")).to_have_count(1)
    assert Asset.objects.get().name == "fox.png"


def test_the_library_works_without_scripts(visit: Visit, bob: Any, project: Any, tmp_path: Path) -> None:
    good = tmp_path / "fox.png"
    good.write_bytes(png())
    page = visit(bob, "/library/", java_script_enabled=False)
    page.get_by_label("Files to add").set_input_files(good)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".asset-tile")).to_have_count(1)
    page.get_by_label("Kind").select_option("audio")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_choosing_a_filter_is_enough(visit: Visit, alice: Any, project: Any) -> None:
    make_asset(project, alice)
    page = visit(alice, "/library/")
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    page.get_by_label("Kind").select_option("audio")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_a_link_is_made_copied_opened_and_revoked(visit: Visit, bob: Any, filled: dict[str, str]) -> None:
    page = visit(bob, f"/g/{filled['clip']}/share", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Title").fill("Whale")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Share link").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link

    guest = visit(None, link)
    expect(guest.get_by_role("heading", name="Whale")).to_be_visible()
    assert guest.locator("video").evaluate(
        """video => new Promise((done, fail) => {
            video.muted = true;
            video.ontimeupdate = () => video.currentTime > 0.2 && done(true);
            video.onerror = () => fail(video.error.message);
            video.play().catch(fail);
        })"""
    )
    assert guest.context.cookies() == []
    assert Share.objects.get().views == 1

    page.get_by_role("button", name="Revoke the link").click()
    expect(page.get_by_text("The link is revoked.")).to_be_visible()


def test_a_provider_is_added_tested_and_paused(visit: Visit, alice: Any) -> None:
    page = visit(alice, "/providers/")
    page.get_by_role("link", name="Add provider").first.click()
    page.get_by_role("link", name="Volcengine Ark").click()
    page.get_by_label("API key").fill("sk-live-0123456789abcdef")
    page.get_by_role("button", name="Add provider").click()
    row = page.get_by_role("article", name="Volcengine Ark")
    expect(row).to_contain_text("••••cdef")
    expect(row).to_contain_text("Not tested")
    row.get_by_role("button", name="Test").click()
    expect(row).to_contain_text("Testing")
    provider = Provider.objects.get()
    Provider.objects.update(tested_at=provider.test_asked_at, test_ok=True, test_message="The address answers.")
    expect(row).to_contain_text("Connected")
    expect(row).to_contain_text("The address answers.")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused by Alice.")


def test_removing_asks_first(visit: Visit, alice: Any) -> None:
    provider = make_provider(name="Mine")
    page = visit(alice, f"/providers/{provider.pid}/")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Remove Mine and forget its key?")).to_be_visible()
    page.get_by_role("button", name="Keep as it is").click()
    assert Provider.objects.get().trashed_at is None
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Go ahead").click()
    expect(page.get_by_text("Mine is gone, and its key with it.")).to_be_visible()
    assert Provider.objects.get().trashed_at is not None


def test_somebody_is_invited_and_comes(visit: Visit, alice: Any, project: Any) -> None:
    page = visit(alice, f"/p/{project.pid}/people")
    page.get_by_label("E-mail").fill("nina@example.org")
    page.get_by_role("button", name="Add").click()
    link = page.get_by_role("textbox", name="Welcome link").input_value()
    guest = visit(None, link)
    guest.get_by_label("Your name").fill("Nina")
    guest.get_by_label("Password", exact=True).fill("nine green bottles")
    guest.get_by_role("button", name="Start").click()
    expect(guest.get_by_role("link", name="Autumn campaign").first).to_be_visible()
    page.goto(f"/p/{project.pid}/people")
    page.get_by_label("Role of Nina").select_option("viewer")
    expect(page.get_by_text("Nina is now viewer.")).to_be_visible()


def test_a_session_that_ended_leads_to_the_login_and_back(visit: Visit, alice: Any) -> None:
    make_provider(name="Mine")
    page = visit(alice, "/providers/")
    page.context.clear_cookies(name="studio_session")
    page.get_by_role("button", name="Test Mine").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Providers")).to_be_visible()


def test_home_leads_back_into_the_work(visit: Visit, bob: Any, filled: dict[str, str]) -> None:
    make_project(bob, "Loops")
    page = visit(bob, "/")
    expect(page.get_by_text("A fox on the moon").first).to_be_visible()
    page.get_by_role("link", name="Continue where you left off").click()
    expect(page).to_have_url(f"{page.url.split('/p/')[0]}/p/{filled['project']}/")
    assert Generation.objects.count() == 2


def test_the_theme_changes_at_once_and_stays(visit: Visit, alice: Any) -> None:
    page = visit(alice, "/library/", scheme="dark")
    switch = page.locator("[data-theme-switch]")
    with page.expect_response("**/profile/theme"):
        switch.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    with page.expect_response("**/profile/theme"):
        switch.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    alice.refresh_from_db()
    assert alice.theme == "dark"


def test_a_double_click_begins_one_project(visit: Visit, alice: Any) -> None:
    page = visit(alice, "/p/new")
    page.get_by_label("Name", exact=True).fill("Spring")
    # Counted where the browser would send, which races with the second press otherwise.
    page.evaluate(
        "window.sent = 0; addEventListener('submit', (e) => { sent += !e.defaultPrevented; e.preventDefault() })"
    )
    page.get_by_role("button", name="Begin").dblclick()
    assert page.evaluate("window.sent") == 1


def test_a_new_role_of_ones_own_is_asked_about(visit: Visit, alice: Any, bob: Any, project: Any) -> None:
    page = visit(alice, f"/p/{project.pid}/people")
    role = page.get_by_label("Role of Alice")
    role.select_option("viewer")
    page.get_by_role("button", name="Keep as it is").click()
    expect(role).to_have_value("owner")
    page.get_by_label("Role of Bob").select_option("viewer")
    expect(page.get_by_text("Bob is now viewer.")).to_be_visible()
