"""What hands do with clips in a real browser: select, undo, drag, step, compare, play the cut."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from generations.models import Asset, Generation, Shot
from tests.browser.conftest import PHONE, Visit, barriers, until
from tests.clips import video
from tests.make import make_clip, make_generation, make_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clips(project: Any, alice: Any) -> list[Generation]:
    """Five, the newest first."""
    provider = make_provider()
    made = []
    for number in range(5):
        row = make_generation(project, alice, provider, prompt=f"Take {number}", width=128, height=72)
        make_clip(row, video(seconds=1), width=128, height=72, seconds=1.0)
        made.append(row)
    return made[::-1]


def history(project: Any) -> str:
    return reverse("project", args=[project.pid])


def tick(page: Page, row: Generation, **how: Any) -> None:
    page.locator(f"#g-{row.pid}").hover()
    page.locator(f"#g-{row.pid} .tick input").click(**how)


def test_a_range_is_selected_with_shift_and_let_go_with_escape(
    visit: Visit, project: Any, alice: Any, clips: list[Generation]
) -> None:
    page = visit(alice, history(project))
    tick(page, clips[0])
    tick(page, clips[3], modifiers=["Shift"])
    expect(page.locator("#picked")).to_have_text("4 selected")
    page.locator(f"#g-{clips[4].pid} .link").click()  # while something is selected, a press selects
    expect(page.locator("#picked")).to_have_text("5 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#many")).to_be_hidden()


def test_escape_closes_a_menu_first(visit: Visit, project: Any, alice: Any, clips: list[Generation]) -> None:
    page = visit(alice, history(project))
    tick(page, clips[0])
    page.locator("#many").get_by_role("button", name="Shot").click()
    expect(page.locator("#to-shot")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#to-shot")).to_be_hidden()
    expect(page.locator("#picked")).to_have_text("1 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#many")).to_be_hidden()


def test_on_a_phone_each_button_has_its_name(visit: Visit, project: Any, alice: Any, clips: list[Generation]) -> None:
    page = visit(alice, history(project), size=PHONE)
    page.locator(".tick input").first.check(force=True)
    expect(page.locator("#many").get_by_role("button", name="Compare")).to_be_visible()
    expect(page.locator("#many").get_by_role("button", name="Shot")).to_be_visible()


def test_the_trash_can_be_undone_at_once(visit: Visit, project: Any, alice: Any, clips: list[Generation]) -> None:
    page = visit(alice, history(project))
    tick(page, clips[0])
    tick(page, clips[1])
    page.locator("#many").get_by_role("button", name="Move to trash").click()
    expect(page.locator(".item", has_text="In the trash")).to_have_count(2)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".item", has_text="In the trash")).to_have_count(0)
    expect(page.locator(".card.done")).to_have_count(5)
    expect(page.locator(".toast").get_by_role("button", name="Undo")).to_have_count(0)
    assert not Generation.objects.exclude(trashed_at=None).exists()


def test_a_toast_stays_while_it_has_the_focus(visit: Visit, project: Any, alice: Any, clips: list[Generation]) -> None:
    page = visit(alice, history(project))
    page.clock.install()
    tick(page, clips[0])
    page.locator("#many").get_by_role("button", name="Move to trash").click()
    undo = page.locator(".toast").get_by_role("button", name="Undo")
    undo.focus()
    page.clock.fast_forward(8_000)
    expect(undo).to_be_focused()
    undo.blur()
    page.clock.fast_forward(8_000)
    expect(undo).to_have_count(0)


def test_a_card_dragged_onto_the_composer_gives_its_last_frame(
    visit: Visit, project: Any, alice: Any, clips: list[Generation]
) -> None:
    page = visit(alice, history(project))
    page.locator(f"#g-{clips[0].pid} .link").drag_to(page.locator("#place-first_frame .add"))
    expect(page.locator("#place-first_frame .slot.full:not(.busy)")).to_have_count(1)
    assert Asset.objects.get().frame_of == clips[0]


def test_the_player_steps_frame_by_frame_and_keeps_one(
    visit: Visit, project: Any, alice: Any, clips: list[Generation]
) -> None:
    page = visit(alice, reverse("generation", args=[clips[0].pid]))
    until(page, "document.querySelector('#player').readyState >= 2")
    for _ in range(3):
        page.get_by_role("button", name="One frame on").click()
    expect(page.locator("#frame")).to_have_text("3")
    page.get_by_role("button", name="One frame back").click()
    expect(page.locator("#frame")).to_have_text("2")
    page.get_by_role("button", name="Keep this frame").click()
    expect(page.locator(".toast")).to_be_visible()
    assert Asset.objects.get().frame_of == clips[0]


def test_judging_a_clip_leaves_its_player_as_it_is(
    visit: Visit, project: Any, alice: Any, clips: list[Generation]
) -> None:
    page = visit(alice, reverse("generation", args=[clips[0].pid]))
    until(page, "document.querySelector('#player').readyState >= 2")
    page.keyboard.press("l")
    page.keyboard.press("<")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#frame")).to_have_text("2")
    moment = page.locator("#at").input_value()
    page.keyboard.press("f")
    expect(page.locator("#inspector [aria-label=Favourite]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(300)
    assert page.locator("#at").input_value() == moment != "last"
    assert page.locator("#frame").inner_text() == "2"
    assert page.locator("[data-speed]").inner_text().strip() == "0.5×"
    assert page.evaluate("document.querySelector('#player').loop") is False
    assert page.locator("[data-loop]").get_attribute("aria-pressed") == "false"


def test_the_first_frame_can_be_kept(visit: Visit, project: Any, alice: Any, clips: list[Generation]) -> None:
    page = visit(alice, reverse("generation", args=[clips[0].pid]))
    until(page, "document.querySelector('#player').readyState >= 2")
    expect(page.locator("#at")).to_have_value("last")
    page.get_by_role("button", name="One frame on").click()
    page.evaluate("document.querySelector('#player').currentTime = 0")
    expect(page.locator("#at")).to_have_value("0.000")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_one_scrubber_moves_all_that_are_compared(
    visit: Visit, project: Any, alice: Any, clips: list[Generation], size: Any
) -> None:
    pids = "&".join(f"c={row.pid}" for row in clips[:3])
    page = visit(alice, f"/compare?{pids}", **({"size": size} if size else {}))
    until(page, "[...document.querySelectorAll('video')].every(v => v.readyState >= 2)")
    page.locator(".scrub input").fill("0.5")
    until(page, "[...document.querySelectorAll('video')].every(v => Math.abs(v.currentTime - 0.5) < 0.1)")
    page.get_by_role("button", name="Keep B").click()
    expect(page.get_by_role("button", name="Keep B")).to_have_attribute("aria-pressed", "true")
    assert Generation.objects.get(favourite=True) == clips[1]


def test_the_longest_clip_leads(visit: Visit, project: Any, alice: Any, clips: list[Generation]) -> None:
    long = make_generation(project, alice, width=128, height=72)
    make_clip(long, video(seconds=3), width=128, height=72, seconds=3.0)
    page = visit(alice, "/profile")
    held: list[Route] = []
    page.route("**/*video*", lambda route: held.append(route))  # the page stands before a player knows its length
    page.goto(f"/compare?c={clips[0].pid}&c={long.pid}", wait_until="domcontentloaded")
    for route in held:
        route.continue_()
    page.unroute("**/*video*")
    until(page, "[...document.querySelectorAll('video')].every(v => v.readyState >= 2)")
    page.keyboard.press(" ")
    until(page, "document.getElementById('scrub').valueAsNumber > 1.5")


def test_a_note_is_written_and_the_field_is_empty_again(
    visit: Visit, project: Any, alice: Any, clips: list[Generation]
) -> None:
    page = visit(alice, reverse("generation", args=[clips[0].pid]))
    page.get_by_placeholder("A note for the team").fill("Slower, please.")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".notes")).to_contain_text("Slower, please.")
    expect(page.get_by_placeholder("A note for the team")).to_have_value("")


def test_the_cut_goes_on_by_itself(visit: Visit, project: Any, alice: Any, clips: list[Generation]) -> None:
    for position, row in enumerate(clips[:2]):
        shot = Shot.objects.create(project=project, name=f"Shot {position}", position=position, pick=row)
        Generation.objects.filter(pk=row.pk).update(shot=shot)
    page = visit(alice, reverse("cut", args=[project.pid]))
    expect(page.locator("#reel a[aria-current=true]")).to_contain_text("Shot 0")
    page.evaluate("() => { const v = document.querySelector('#cut'); v.muted = true; return v.play(); }")
    expect(page.locator("#reel a[aria-current=true]")).to_contain_text("Shot 1")
    until(page, "document.querySelector('#cut').currentTime > 0")


def test_a_title_counts_and_a_tray_follows_on_every_page(visit: Visit, project: Any, alice: Any, clips: Any) -> None:
    page = visit(alice, "/profile")
    expect(page).to_have_title("You · Studio")
    make_generation(project, alice, prompt="On its way")
    page.evaluate("htmx.trigger('#live', 'wake')")
    expect(page).to_have_title("(1) You · Studio")
    expect(page.locator("#tray .job")).to_contain_text("On its way")
    Generation.objects.filter(prompt="On its way").update(status="done")
    page.evaluate("htmx.trigger('#live', 'wake')")
    expect(page).to_have_title("You · Studio")


def test_a_page_says_when_the_studio_does_not_answer(visit: Visit, project: Any, alice: Any, clips: Any) -> None:
    page = visit(alice, history(project))
    expect(page.locator("#offline")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    page.evaluate("htmx.trigger('#live', 'wake')")
    expect(page.locator("#offline")).to_be_hidden()


def test_a_proxy_that_answers_alone_counts_as_no_answer(visit: Visit, project: Any, alice: Any, clips: Any) -> None:
    page = visit(alice, history(project))
    page.route("**/live?*", lambda route: route.fulfill(status=502))
    for _ in range(2):
        with page.expect_response("**/live?*"):
            page.evaluate("htmx.trigger('#live', 'wake')")
        page.wait_for_timeout(100)
    expect(page.locator("#offline")).to_be_visible()
    page.unroute("**/live?*")
    page.evaluate("htmx.trigger('#live', 'wake')")
    expect(page.locator("#offline")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_toast_offers_can_be_read(
    visit: Visit, project: Any, alice: Any, clips: list[Generation], scheme: str
) -> None:
    page = visit(alice, history(project), scheme=scheme, reduced_motion="reduce")
    page.locator("#prompt").fill("A fox on a hill")
    page.get_by_role("button", name="Generate").click()
    offer = page.locator(".toast").get_by_role("button", name="Tell me when it is done")
    expect(offer).to_be_visible()
    assert barriers(page) == []
    offer.hover()
    assert barriers(page) == []
