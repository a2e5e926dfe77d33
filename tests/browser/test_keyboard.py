"""A whole way without a pointer, at a desk and on a phone with a keyboard: ask, judge, compare, pick, share."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from generations.models import Generation, Share, Shot
from tests.browser.conftest import DESK, PHONE, Visit, until
from tests.clips import video
from tests.make import PASSWORD, make_clip, make_generation, make_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = """() => { const e = document.activeElement;
    return (e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || e.name || '').trim(); }"""
FAR = 120  # presses of Tab: beyond, a thing counts as out of reach


@pytest.fixture
def takes(project: Any, alice: Any) -> list[Generation]:
    """Three clips, the newest last; two of them belong to a shot."""
    provider = make_provider()
    shot = Shot.objects.create(project=project, name="1 – The door")
    made = []
    for number, name in enumerate(("A whale", "A kite", "A fox")):
        row = make_generation(
            project, alice, provider, prompt=name, width=128, height=72, shot=shot if number else None
        )
        make_clip(row, video(), width=128, height=72, seconds=1.0)
        made.append(row)
    return made


def focus(page: Page) -> str:
    return str(page.evaluate(NAME))


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until something of that name has the focus, and see that it shows it."""
    for _ in range(FAR):
        page.keyboard.press(key)
        if focus(page).startswith(name):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"Tab does not reach {name!r}; the focus is on {focus(page)!r}")


def press(page: Page, keys: str) -> None:
    page.wait_for_load_state()  # scripts run when the page stands
    for key in keys.split():
        page.keyboard.press(key)


def row_of(name: str) -> Generation:
    return Generation.objects.get(prompt=name)


def answers(page: Page, key: str, path: str) -> None:
    with page.expect_response(lambda answer: path in answer.url):
        page.keyboard.press(key)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_the_whole_way_by_keyboard(
    visit: Visit, project: Any, alice: Any, takes: list[Generation], size: tuple[int, int]
) -> None:
    page = visit(None, "/login", size=size)
    page.keyboard.type(alice.email)
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    go_by_palette(page, project.name)
    ask(page)
    judge(page)
    compare(page)
    pick(page, project)
    open_and_share(page)


def go_by_palette(page: Page, name: str) -> None:
    press(page, "Control+k")
    page.keyboard.type(name[:6])
    expect(page.locator(".hit[data-ui-on]")).to_contain_text(name)
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text(name)


def test_enter_opens_no_hit_of_other_words(visit: Visit, project: Any, alice: Any, takes: Any) -> None:
    page = visit(alice, "/")
    press(page, "Control+k")
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.type("nowhere")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=nowhere")


def ask(page: Page) -> None:
    press(page, "n")
    page.keyboard.type("A paper boat")
    answers(page, "Control+Enter", "/generate")
    expect(page.locator(".card.wait")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "prompt", "people iterate: the focus stays in the prompt"
    expect(page.locator("#prompt")).to_have_value("A paper boat")
    press(page, "Escape")


def judge(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    press(page, "j j")
    expect(page.locator("article:has(.link:focus)")).to_contain_text("A fox")
    answers(page, "f", "/favourite")
    answers(page, "4", "/rate")
    expect(page.locator("article:has(.link:focus)")).to_contain_text("4★")
    fox = row_of("A fox")
    assert (fox.favourite, fox.rating) == (True, 4)


def compare(page: Page) -> None:
    press(page, "x j x")
    expect(page.locator("#picked")).to_have_text("2 selected")
    press(page, "c")
    expect(page.locator("h1")).to_have_text("Compare 2 clips")
    until(page, "[...document.querySelectorAll('video')].every(v => v.readyState >= 2)")
    press(page, "Space")
    until(page, "document.querySelector('video').currentTime > 0")
    press(page, "Space 2")
    expect(page.locator(".side-clip:visible")).to_have_count(1)
    press(page, "2")
    tab_to(page, "Keep B")
    answers(page, "Enter", "/favourite")
    assert row_of("A kite").favourite
    press(page, "Escape")


def pick(page: Page, project: Any) -> None:
    page.goto(reverse("project", args=[project.pid]))
    press(page, "j j")
    answers(page, "p", "/pick")
    assert Shot.objects.get().pick == row_of("A fox")
    tab_to(page, "Shots", "Shift+Tab")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("Shots")
    tab_to(page, "Play the cut")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("the cut")
    page.goto(reverse("project", args=[project.pid]))


def open_and_share(page: Page) -> None:
    press(page, "j j Enter")
    expect(page.locator("h1")).to_have_text("A fox")
    until(page, "document.querySelector('#player').readyState >= 2")
    before = page.locator("#frame").inner_text()
    press(page, "ArrowRight")
    expect(page.locator("#frame")).not_to_have_text(before)
    press(page, "s")
    expect(page.locator("h1")).to_contain_text("Share")
    tab_to(page, "Make the link")
    press(page, "Enter")
    expect(page.get_by_label("Share link")).to_be_visible()
    assert Share.objects.count() == 1


def test_one_letter_keys_can_be_switched_off(visit: Visit, project: Any, alice: Any, takes: list[Generation]) -> None:
    alice.single_keys = False
    alice.save()
    page = visit(alice, reverse("project", args=[project.pid]))
    press(page, "j x n ?")
    expect(page.locator("#picked")).to_be_hidden()
    expect(page.locator("#keys")).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")


def test_letters_that_are_off_change_no_shot_of_the_cut(
    visit: Visit, project: Any, alice: Any, takes: list[Generation]
) -> None:
    for number, row in enumerate(takes[:2]):
        Shot.objects.create(project=project, name=f"Shot {number}", position=number, pick=row)
    page = visit(alice, reverse("cut", args=[project.pid]))
    press(page, "j")
    expect(page.locator("#reel [aria-current]")).to_contain_text("Shot 1")
    alice.single_keys = False
    alice.save()
    page.reload()
    press(page, "j")
    expect(page.locator("#reel [aria-current]")).to_contain_text("Shot 0")


def test_the_sheet_of_keys_opens_and_gives_the_focus_back(visit: Visit, project: Any, alice: Any, takes: Any) -> None:
    page = visit(alice, reverse("project", args=[project.pid]))
    press(page, "j ?")
    expect(page.locator("#keys")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("article:has(.link:focus)")).to_contain_text("A fox")
