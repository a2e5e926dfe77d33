"""Twenty jobs and a playing video: live updates disturb nothing. STUDIO_LIVE_SECONDS lengthens it."""

import os
import random
import time
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from generations.models import Generation
from studio.models import Project
from tests.browser.conftest import Visit, until
from tests.clips import video
from tests.make import make_clip, make_generation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECONDS = float(os.environ.get("STUDIO_LIVE_SECONDS", "12"))
JOBS = 20
MOMENT = 0.5  # seconds
CHANGES = 4  # in each
ENDS = 6  # of the twenty, or so, by the end
SHIFT = 0.01
WATCH = """(selector) => {
    const video = document.querySelector(selector);
    window.watched = { video, told: [], shift: 0, polls: 0 };
    for (const name of ['pause', 'emptied', 'stalled', 'error', 'ratechange'])
        video.addEventListener(name, () => watched.told.push(name));
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) watched.shift += one.value;
    }).observe({ type: 'layout-shift' });
    document.addEventListener('htmx:after:swap', () => (watched.polls += 1));
}"""
FOUND = """(selector) => ({ told: watched.told, shift: watched.shift, polls: watched.polls,
    same: watched.video === document.querySelector(selector), playing: !watched.video.paused,
    at: watched.video.currentTime })"""


@pytest.fixture
def running(project: Any, alice: Any, bob: Any) -> list[Generation]:
    """Of two members, in two shapes."""
    now = timezone.now()
    attempt = {"state": "running", "intent_at": now}
    return [
        make_generation(
            project,
            (alice, bob)[number % 2],
            status="rendering",
            started_at=now,
            width=(1280, 720)[number % 2],
            height=720,
            attempt=attempt | {"remote_id": f"cgt-run-{number}"},
        )
        for number in range(JOBS)
    ]


@pytest.fixture
def clip(project: Any, alice: Any) -> Generation:
    row = make_generation(project, alice, prompt="The one that plays", width=128, height=72)
    make_clip(row, video(seconds=9), width=128, height=72, seconds=9)
    return row


def work(rows: list[Generation], chance: random.Random, alice: Any) -> None:
    """What happens in a moment: most go on a little, some end."""
    for row in chance.sample(rows, min(CHANGES, len(rows))):
        if chance.random() < ENDS * MOMENT / (CHANGES * SECONDS):
            rows.remove(row)
            make_clip(row, video(), width=row.width, height=row.height, seconds=1.0)
            rev = Project.bump(row.project_id)
            Generation.objects.filter(pk=row.pk).update(rev=rev, progress=None, ended_at=timezone.now())
        else:
            rev = Project.bump(row.project_id)
            Generation.objects.filter(pk=row.pk).update(rev=rev, progress=chance.random())


def watch(page: Page, selector: str, rows: list[Generation], alice: Any) -> dict[str, Any]:
    chance = random.Random(11)
    until(page, f"document.querySelector('{selector}').currentTime > 0.2")
    page.wait_for_timeout(700)  # what a hand has just done may still move things
    page.evaluate(WATCH, selector)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        work(rows, chance, alice)
        page.wait_for_timeout(MOMENT * 1000)
    found: dict[str, Any] = page.evaluate(FOUND, selector)
    swaps, shift, told = found["polls"], found["shift"], found["told"]
    print(f"{SECONDS:.0f} s: {swaps} swaps, shift {shift:.4f}, the video told {told}, {len(rows)} still running")
    return found


def check(found: dict[str, Any]) -> None:
    assert found["polls"] > SECONDS / 4, "nothing was updated, so nothing was shown"
    assert found["told"] == [], "the video was disturbed"
    assert found["same"]
    assert found["playing"]
    assert found["shift"] < SHIFT


def test_the_history_stands_still(
    visit: Visit, project: Any, alice: Any, clip: Generation, running: list[Generation]
) -> None:
    page = visit(alice, reverse("project", args=[project.pid]))
    selector = f"#g-{clip.pid} video"
    page.get_by_placeholder("Describe the shot").fill("Half a thought")
    page.locator(f"#g-{clip.pid}").scroll_into_view_if_needed()
    page.locator(f"#g-{clip.pid} [popovertarget]").click()
    page.locator(f"#g-{clip.pid} .link").focus()
    page.locator(f"#g-{clip.pid}").hover()
    check(watch(page, selector, running, alice))
    expect(page.locator("#prompt")).to_have_value("Half a thought")
    expect(page.locator(f"#more-{clip.pid}")).to_be_visible()
    assert page.evaluate(f"document.activeElement === document.querySelector('#g-{clip.pid} .link')")


def test_the_clip_page_stands_still(
    visit: Visit, project: Any, alice: Any, clip: Generation, running: list[Generation]
) -> None:
    page = visit(alice, reverse("generation", args=[clip.pid]))
    page.get_by_placeholder("A note for the team").fill("Half a note")
    page.evaluate(
        "() => { const v = document.querySelector('#player'); v.muted = true; v.loop = true; return v.play(); }"
    )
    page.locator("#note-text").focus()
    check(watch(page, "#player", running, alice))
    expect(page.locator("#note-text")).to_have_value("Half a note")
    expect(page.locator("#note-text")).to_be_focused()


def test_others_new_cards_wait_behind_a_button(
    visit: Visit, project: Any, alice: Any, bob: Any, clip: Generation, running: list[Generation]
) -> None:
    page = visit(alice, reverse("project", args=[project.pid]), size=(900, 600))
    page.evaluate("scrollTo(0, 900)")
    page.wait_for_timeout(300)
    top = page.evaluate("document.querySelector('.item:nth-child(12)').getBoundingClientRect().top")
    for number in range(3):
        make_generation(project, bob, prompt=f"New {number}")
    expect(page.locator("#held")).to_have_text("3 new")
    assert page.evaluate("document.querySelector('.item:nth-child(15)').getBoundingClientRect().top") == top
    page.locator("#held").click()
    expect(page.locator(".item").first).to_contain_text("New 2")
