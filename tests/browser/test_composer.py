"""The composer in a real browser: dropping, pasting, choosing, asking."""

import base64
import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from generations.models import Asset, Generation
from tests.browser.conftest import DESK, PHONE, Visit, barriers, overflow
from tests.make import make_asset, make_generation, make_provider, png

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MODELS = {"seedance-2.0": "two", "seedance-1.0-lite-references": "references", "seedance-1.0-pro": "pro"}


@pytest.fixture
def provider(transactional_db: None) -> Any:
    return make_provider(name="Home", offers=MODELS)


def open_composer(visit: Visit, user: Any, project: Any, **more: Any) -> Page:
    return visit(user, reverse("project", args=[project.pid]), **more)


def carry(page: Page, event: str, target: str, files: list[tuple[str, str, bytes]]) -> None:
    """Drop or paste files, as a person's hand does: (name, type, content)."""
    packed = [(name, kind, base64.b64encode(data).decode()) for name, kind, data in files]
    page.evaluate(
        """([event, target, files]) => {
            const carried = new DataTransfer();
            for (const [name, type, data] of files)
                carried.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, {type}));
            const about = {bubbles: true, cancelable: true};
            document.querySelector(target).dispatchEvent(event === "paste"
                ? new ClipboardEvent("paste", {...about, clipboardData: carried})
                : new DragEvent(event, {...about, dataTransfer: carried}));
        }""",
        [event, target, packed],
    )


def image(name: str = "fox.png", colour: str = "teal") -> tuple[str, str, bytes]:
    return name, "image/png", png(800, 600, colour)


def choose_model(page: Page, label: str) -> None:
    page.locator("[popovertarget=pop-models]").click()
    page.locator(".model").filter(has=page.get_by_text(label, exact=True)).click()
    expect(page.locator("[popovertarget=pop-models] .v")).to_have_text(label)


def labels(page: Page, role: str) -> list[str]:
    chips = page.locator(f"#place-{role} .slot.full")
    return [str(chips.nth(number).get_attribute("aria-label")) for number in range(chips.count())]


# files


def test_a_dropped_image_is_seen_at_once_and_then_stored(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    held: list[Route] = []
    page.route("**/library/upload", lambda route: held.append(route))
    carry(page, "drop", "#place-reference_image .add", [image()])
    waiting = page.locator("#place-reference_image .slot.busy")
    expect(waiting.locator("img")).to_be_visible()
    expect(waiting.locator("progress")).to_be_visible()
    expect(waiting.locator("img")).to_have_attribute("src", re.compile("^blob:"))
    held[0].continue_()
    chip = page.locator("#place-reference_image .slot.full:not(.busy)")
    expect(chip).to_have_attribute("aria-label", "fox.png")
    asset = Asset.objects.get()
    assert (asset.name, asset.width, asset.project) == ("fox.png", 800, project)
    assert chip.locator("input").input_value() == asset.pid


def test_generate_waits_for_a_file_on_its_way(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    held: list[Route] = []
    page.route("**/library/upload", lambda route: held.append(route))
    page.fill("#prompt", "A fox")
    carry(page, "drop", "#place-reference_image .add", [image()])
    page.press("#prompt", "Control+Enter")
    expect(page.locator(".toast")).to_contain_text("still on its way up")
    assert not Generation.objects.exists()
    held[0].continue_()
    expect(page.locator("article")).to_have_count(1)
    assert [entry.role for entry in Generation.objects.get().inputs.all()] == ["reference_image"]


def hold_uploads(page: Page) -> list[Route]:
    held: list[Route] = []
    page.route("**/library/upload", lambda route: held.append(route))
    return held


def test_a_file_on_its_way_outlives_a_change_of_the_model(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    held = hold_uploads(page)
    page.fill("#prompt", "A fox")
    carry(page, "drop", "#place-first_frame .add", [image()])
    choose_model(page, "Seedance 1.0 Lite · References")  # which has no first frame
    expect(page.locator("#place-reference_image .slot.busy")).to_have_count(1)
    page.press("#prompt", "Control+Enter")
    expect(page.locator(".toast")).to_contain_text("still on its way up")
    held[0].continue_()
    expect(page.locator("article")).to_have_count(1)
    assert [entry.role for entry in Generation.objects.get().inputs.all()] == ["reference_image"]


def test_a_file_on_its_way_and_a_recent_one_are_both_kept(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    make_asset(project, bob, name="old.png")
    page = open_composer(visit, bob, project)
    held = hold_uploads(page)
    carry(page, "drop", "#place-reference_image .add", [image()])
    page.locator("#place-reference_image .add").click()
    page.locator("#pick-reference_image .recent label").click()
    expect(page.locator("#place-reference_image .slot.full:not(.busy)")).to_have_count(1)
    held[0].continue_()
    expect(page.locator("#place-reference_image .slot.full:not(.busy)")).to_have_count(2)
    assert labels(page, "reference_image") == ["old.png", "fox.png"]


def test_a_file_that_comes_while_the_model_changes_is_kept(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    files, models = hold_uploads(page), []
    page.route("**/composer", lambda route: models.append(route))
    carry(page, "drop", "#place-first_frame .add", [image()])
    page.locator("[popovertarget=pop-models]").click()
    page.locator(".model", has_text="Seedance 1.0 Pro").click()
    files[0].continue_()
    expect(page.locator("#place-first_frame .slot.full:not(.busy)")).to_have_count(1)
    models[0].continue_()
    expect(page.locator("[popovertarget=pop-models] .v")).to_have_text("Seedance 1.0 Pro")
    page.wait_for_timeout(300)
    assert labels(page, "first_frame") == ["fox.png"]


def test_generate_does_not_wait_on_for_another_model(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    held = hold_uploads(page)
    page.fill("#prompt", "A fox")
    carry(page, "drop", "#place-reference_image .add", [image()])
    page.press("#prompt", "Control+Enter")
    choose_model(page, "Seedance 1.0 Pro")
    expect(page.locator(".toast", has_text="nothing was generated")).to_be_visible()
    held[0].continue_()
    expect(page.locator(".slot.full:not(.busy)")).to_have_count(1)
    page.wait_for_timeout(500)
    assert not Generation.objects.exists()


def test_several_images_find_their_places(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    carry(page, "drop", "#place-reference_image .add", [image("a.png", "red"), image("b.png", "blue")])
    expect(page.locator("#place-reference_image .slot.full:not(.busy)")).to_have_count(2)
    assert sorted(labels(page, "reference_image")) == ["a.png", "b.png"]


def test_an_image_pasted_anywhere_goes_to_the_first_free_place(
    visit: Visit, project: Any, bob: Any, provider: Any
) -> None:
    page = open_composer(visit, bob, project)
    carry(page, "paste", "body", [image("pasted.png")])
    expect(page.locator("#place-first_frame .slot.full:not(.busy)")).to_have_count(1)
    # A first frame leaves room for a last one, and for no references.
    expect(page.locator("#place-last_frame .add")).to_be_enabled()
    expect(page.locator("#place-reference_image .add")).to_be_disabled()
    carry(page, "paste", "body", [image("second.png", "red")])
    expect(page.locator("#place-last_frame .slot.full:not(.busy)")).to_have_count(1)
    carry(page, "paste", "body", [image("third.png", "blue")])
    expect(page.locator(".toast")).to_contain_text("no free place for third.png")


def test_a_file_can_be_chosen_and_taken_out_again(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    page.locator("#place-first_frame .add").click()
    name, kind, data = image()
    page.set_input_files("#pick-first_frame input[type=file]", {"name": name, "mimeType": kind, "buffer": data})
    chip = page.locator("#place-first_frame .slot.full:not(.busy)")
    expect(chip).to_have_count(1)
    expect(page.locator("#pick-first_frame")).to_be_hidden()
    expect(page.locator("#place-first_frame .add")).to_be_hidden()
    chip.hover()
    page.get_by_role("button", name="Remove fox.png").click()
    expect(chip).to_have_count(0)
    expect(page.locator("#place-first_frame .add")).to_be_visible()


def test_a_recent_file_and_a_link_can_be_used(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    asset = make_asset(project, bob, name="old.png")
    page = open_composer(visit, bob, project)
    page.locator("#place-reference_image .add").click()
    page.locator("#pick-reference_image .recent label").click()
    expect(page.locator("#place-reference_image .slot.full")).to_have_attribute("data-pid", asset.pid)
    page.locator("#place-reference_image .add").click()
    page.fill("#link-reference_image", "https://files.example.org/new.png")
    page.press("#link-reference_image", "Enter")
    expect(page.locator("#place-reference_image .slot.full:not(.busy)")).to_have_count(2)
    assert labels(page, "reference_image") == ["old.png", "new.png"]


def test_a_bad_file_is_refused_with_its_reason(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    carry(page, "drop", "#place-first_frame .add", [("notes.txt", "text/plain", b"no picture at all")])
    expect(page.locator("#place-first_frame .problem")).to_contain_text("notes.txt")
    expect(page.locator(".slot.full")).to_have_count(0)
    assert not Asset.objects.exists()


def test_a_refused_replacement_leaves_the_file_that_was_there(
    visit: Visit, project: Any, bob: Any, provider: Any
) -> None:
    page = open_composer(visit, bob, project)
    first = page.locator("#place-first_frame .slot.full:not(.busy)")
    carry(page, "drop", "#place-first_frame .add", [image()])
    expect(first).to_have_count(1)
    carry(page, "drop", "#place-first_frame .slot", [("notes.txt", "text/plain", b"no picture at all")])
    expect(page.locator("#place-first_frame .problem")).to_be_visible()
    assert labels(page, "first_frame") == ["fox.png"]
    carry(page, "drop", "#place-first_frame .slot", [image("hare.png", "red")])
    expect(first).to_have_attribute("aria-label", "hare.png")
    expect(page.locator("#place-first_frame .slot.full")).to_have_count(1)


def test_references_are_numbered_named_and_moved(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    choose_model(page, "Seedance 1.0 Lite · References")
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        carry(page, "drop", "#place-reference_image .add", [image(name, colour)])
        expect(page.get_by_role("group", name=name, exact=True).locator(".tag")).to_be_visible()
    page.fill("#prompt", "A corgi like")
    page.get_by_role("button", name="Name b.png in the prompt").click()
    assert page.input_value("#prompt") == "A corgi like [Figure 2] "
    page.get_by_role("group", name="b.png", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    assert labels(page, "reference_image") == ["b.png", "a.png"]
    page.keyboard.press("Enter")
    assert page.input_value("#prompt") == "A corgi like [Figure 2] [Figure 1] "
    page.get_by_role("group", name="b.png", exact=True).focus()
    page.keyboard.press("Delete")
    assert labels(page, "reference_image") == ["a.png"]


# choosing


def test_another_model_keeps_words_files_and_takes(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    page.fill("#prompt", "Kept words")
    page.locator("[data-chip=takes]").click()
    page.locator("#pop-takes label", has_text="×3").click()
    expect(page.locator("[data-chip=takes] .v")).to_have_text("×3")
    expect(page.locator("#pop-takes")).to_be_hidden()
    carry(page, "drop", "#place-first_frame .add", [image()])
    expect(page.locator("#place-first_frame .slot.full:not(.busy)")).to_have_count(1)
    page.focus("#prompt")
    choose_model(page, "Seedance 1.0 Lite · References")
    assert page.input_value("#prompt") == "Kept words"
    assert labels(page, "reference_image") == ["fox.png"]
    expect(page.locator("[data-chip=takes] .v")).to_have_text("×3")
    page.locator("#prompt").press_sequentially(" and more")
    choose_model(page, "Seedance 1.0 Pro")
    assert page.input_value("#prompt") == "Kept words and more"
    assert labels(page, "first_frame") == ["fox.png"]


def test_a_setting_is_chosen_by_pointer_and_by_keys(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    page.locator("#chip-ratio").click()
    page.locator("#pop-ratio label", has_text="9:16").click()
    expect(page.locator("#chip-ratio .v")).to_have_text("9:16")
    page.locator("#chip-duration").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#chip-duration .v")).to_have_text("6 s")
    expect(page.locator("#pop-duration")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#chip-duration")).to_be_focused()


def test_enter_in_a_field_generates_nothing(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    choose_model(page, "Seedance 1.0 Pro")
    page.fill("#prompt", "A fox")
    page.get_by_role("button", name="More", exact=True).click()
    page.fill("input[name='set:seed']", "7")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/composer" in answer.url):
        page.press("input[name='set:seed']", "Enter")
    page.wait_for_timeout(300)
    assert page.input_value("input[name='set:seed']") == "7"
    assert page.input_value("#prompt") == "A fox"
    assert not Generation.objects.exists()


def test_the_estimate_follows_the_settings(visit: Visit, project: Any, bob: Any) -> None:
    make_provider(preset="byteplus", offers={"seedance-1.0-pro": "seedance-1-0-pro-250528"})
    page = open_composer(visit, bob, project)
    cost = page.locator("#estimate")
    expect(cost).to_contain_text("$")
    before = cost.inner_text()
    page.locator("[data-chip=takes]").click()
    page.locator("#pop-takes label", has_text="×4").click()
    expect(cost).not_to_have_text(before)


# asking


def test_each_take_has_its_card_at_once(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    page.fill("#prompt", "A paper boat")
    page.locator("[data-chip=takes]").click()
    page.locator("#pop-takes label", has_text="×2").click()
    page.press("#prompt", "Control+Enter")
    expect(page.locator(".card.wait")).to_have_count(2)
    expect(page.locator("#announce")).to_have_text("2 clips queued")
    expect(page.locator("#tray .job")).to_have_count(2)
    expect(page.locator("#prompt")).to_be_focused()
    assert page.input_value("#prompt") == "A paper boat"
    page.press("#prompt", "Control+Enter")
    expect(page.locator(".card.wait")).to_have_count(4)
    assert Generation.objects.values("client_token").distinct().count() == 2


def test_a_double_click_is_one_job(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    page.fill("#prompt", "A paper boat")
    page.evaluate("for (let i = 0; i < 3; i++) document.getElementById('generate').click()")
    expect(page.locator(".card.wait")).to_have_count(1)
    page.wait_for_timeout(500)
    expect(page.locator(".card.wait")).to_have_count(1)
    assert Generation.objects.count() == 1


def test_a_refusal_keeps_everything_and_can_be_put_right(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    choose_model(page, "Seedance 1.0 Lite · References")
    page.fill("#prompt", "A corgi")
    page.locator("#generate").click()
    expect(page.get_by_role("alert")).to_contain_text("add")
    assert page.input_value("#prompt") == "A corgi"
    assert barriers(page) == []
    carry(page, "drop", "#place-reference_image .add", [image()])
    expect(page.locator("#place-reference_image .slot.full:not(.busy)")).to_have_count(1)
    page.press("#prompt", "Control+Enter")
    expect(page.locator(".card.wait")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert Generation.objects.get().inputs.get().role == "reference_image"


def test_a_draft_outlives_the_page(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    page.locator("#prompt").press_sequentially("Not yet")
    page.reload()
    expect(page.locator("#prompt")).to_have_value("Not yet")


def test_a_draft_ends_when_its_clip_is_asked_for(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    page.locator("#prompt").press_sequentially("A fox")
    page.press("#prompt", "Control+Enter")
    expect(page.locator(".card.wait")).to_have_count(1)
    expect(page.locator("#announce")).to_have_text("1 clip queued")
    page.reload()
    expect(page.locator("#prompt")).to_have_value("")


def test_a_clip_without_words_is_reused_without_a_draft(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    row = make_generation(project, bob, provider, prompt="")
    page = open_composer(visit, bob, project)
    page.locator("#prompt").press_sequentially("Other words")
    page.goto(f"{reverse('project', args=[project.pid])}?view=takes&from={row.pid}&how=vary")
    expect(page.locator("#prompt")).to_be_focused()
    expect(page.locator("#prompt")).to_have_value("")
    assert page.evaluate("location.search") == "?view=takes"  # what is changed now outlives a reload


def test_words_from_a_table_are_pasted_as_words(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    was_let_through = page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "A1");
            clipboardData.items.add(new File(["..."], "image.png", { type: "image/png" }));
            const about = { bubbles: true, cancelable: true, clipboardData };
            return document.getElementById("prompt").dispatchEvent(new ClipboardEvent("paste", about));
        }"""
    )
    assert was_let_through
    expect(page.locator(".slot.full")).to_have_count(0)


def test_an_example_without_a_model_does_nothing(visit: Visit, project: Any, bob: Any) -> None:
    page = open_composer(visit, bob, project)
    page.locator("[data-example]").first.click()
    expect(page.locator("#prompt")).to_have_count(0)


def test_an_example_fills_the_composer(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    page = open_composer(visit, bob, project)
    example = page.locator("[data-example]").first
    text = example.inner_text()
    example.click()
    expect(page.locator("#prompt")).to_have_value(text)
    expect(page.locator("#prompt")).to_be_focused()


def test_reuse_brings_prompt_and_files_back(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    row = make_generation(
        project,
        bob,
        provider,
        prompt="The old words",
        status="failed",
        attempt={"state": "rejected"},
        mode="first_frame",
    )
    row.inputs.create(asset=make_asset(project, bob, name="old.png"), role="first_frame")
    page = open_composer(visit, bob, project)
    page.fill("#prompt", "Other words")
    page.get_by_role("link", name="Edit").click()
    expect(page.locator("#prompt")).to_have_value("The old words")
    expect(page.locator("#prompt")).to_be_focused()
    assert labels(page, "first_frame") == ["old.png"]


def test_reuse_keeps_the_layout_of_the_page(visit: Visit, project: Any, bob: Any, provider: Any) -> None:
    make_generation(project, bob, provider, prompt="The old words")
    page = visit(bob, f"{reverse('project', args=[project.pid])}?view=takes")
    page.locator("[data-reuse]").first.click()
    expect(page.locator("#prompt")).to_have_value("The old words")
    expect(page.locator("#composer [name=view]")).to_have_value("takes")
    page.press("#prompt", "Control+Enter")
    expect(page.locator(".batch .item")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_menu_is_readable_for_everybody(
    visit: Visit, project: Any, bob: Any, provider: Any, size: tuple[int, int], scheme: str
) -> None:
    make_asset(project, bob)
    page = open_composer(visit, bob, project, size=size, scheme=scheme)
    for menu in ("pop-models", "pop-ratio", "pop-takes", "pop-more", "pick-first_frame"):
        page.focus("#prompt")
        page.locator(f"[popovertarget={menu}]").click()
        expect(page.locator(f"#{menu}")).to_be_visible()
        page.wait_for_timeout(300)  # until it has faded in: half a colour has half a contrast
        assert barriers(page) == [], menu
        assert overflow(page) <= 0
        page.keyboard.press("Escape")
