"""The history and the clip page in a real browser: what plays, what moves, what stays."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from generations.gallery import PAGE
from generations.models import Generation
from studio.models import Event, Project
from tests.browser.conftest import DESK, PHONE, Visit, barriers, overflow, until
from tests.clips import video
from tests.make import make_asset, make_clip, make_generation, make_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAYING = "document.querySelector('{}').paused === false"


def history(project: Any) -> str:
    return reverse("project", args=[project.pid])


def done(project: Any, user: Any, seconds: float = 1, **fields: Any) -> Generation:
    row = make_generation(project, user, width=128, height=72, **fields)
    make_clip(row, video(seconds=seconds), width=128, height=72, seconds=seconds)
    return row


def touch(row: Any, **fields: Any) -> None:
    Generation.objects.filter(pk=row.pk).update(rev=Project.bump(row.project_id), **fields)


def look(page: Page) -> int:
    """Let the poller ask now; the status of the answer."""
    with page.expect_response(lambda answer: "/live?" in answer.url) as seen:
        page.evaluate("htmx.trigger('#live', 'wake')")
    seen.value.finished()
    return seen.value.status


def plays(page: Page) -> None:
    if not page.evaluate("document.createElement('video').canPlayType('video/mp4; codecs=avc1.42E01E')"):
        pytest.skip("THIS CHROMIUM PLAYS NO H.264: use Debian's. No playing was checked.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_state_is_readable_for_everybody(
    visit: Visit, project: Any, alice: Any, size: tuple[int, int], scheme: str
) -> None:
    now = timezone.now()
    make_provider()
    asset = make_asset(project, alice)
    states = {"queued": "queued", "attention": "uncertain", "failed": "failed", "cancelled": "cancelled"}
    for status, state in states.items():
        attempt = {"state": state, "intent_at": now}
        made = make_generation(project, alice, status=status, message="What happened, and what to do.", attempt=attempt)
    attempt = {"state": "running", "intent_at": now, "remote_id": "cgt-1"}
    moving = make_generation(project, alice, status="rendering", started_at=now, attempt=attempt)
    moving.inputs.create(asset=asset, role="first_frame")
    clip = done(project, alice, favourite=True)
    clip.inputs.create(asset=asset, role="first_frame")
    Event.record("attempt", str(clip.attempts.get().uuid), "stored", project_id=project.pk)
    paths = [history(project), *(reverse("generation", args=[row.pid]) for row in (clip, made, moving))]
    page = visit(alice, paths[0], size=size, scheme=scheme)
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert barriers(page) == []
        assert overflow(page) <= 0


def test_a_card_plays_under_the_pointer_and_stops_behind_it(visit: Visit, project: Any, alice: Any) -> None:
    row = done(project, alice)
    page = visit(alice, history(project))
    plays(page)
    card = page.locator(f"#g-{row.pid}")
    card.hover()
    expect(card).to_have_attribute("data-ui-playing", "")
    until(page, PLAYING.format(f"#g-{row.pid} video"))
    page.mouse.move(5, 5)
    expect(card).not_to_have_attribute("data-ui-playing", "")
    assert page.evaluate(f"document.querySelector('#g-{row.pid} video').paused")


def test_a_card_plays_under_the_focus_and_its_buttons_can_be_reached(visit: Visit, project: Any, alice: Any) -> None:
    row = done(project, alice)
    page = visit(alice, history(project))
    plays(page)
    page.locator(f"#g-{row.pid} .link").focus()
    expect(page.locator(f"#g-{row.pid}")).to_have_attribute("data-ui-playing", "")
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert names == [f"Select: {row.title}", "Favourite", "Reuse prompt and settings", "More"]
    page.keyboard.press("Enter")
    expect(page.locator(f"#more-{row.pid}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f"#more-{row.pid}")).to_be_hidden()


def test_with_reduced_motion_nothing_plays_by_itself(visit: Visit, project: Any, alice: Any) -> None:
    row = done(project, alice)
    page = visit(alice, history(project), reduced_motion="reduce")
    page.locator(f"#g-{row.pid}").hover()
    page.wait_for_timeout(500)
    assert page.evaluate(f"document.querySelector('#g-{row.pid} video').paused")


def test_a_playing_clip_keeps_its_time_through_ten_live_updates(visit: Visit, project: Any, alice: Any) -> None:
    row = done(project, alice, seconds=30)
    page = visit(alice, reverse("generation", args=[row.pid]))
    plays(page)
    page.evaluate("document.getElementById('player').muted = true")
    page.evaluate("document.getElementById('player').play()")
    page.evaluate("window.was = document.getElementById('player')")
    times = [page.evaluate("was.currentTime")]
    for number in range(10):
        touch(row, favourite=number % 2 == 0)
        assert look(page) == 200
        expect(page.locator("#inspector [aria-label=Favourite]")).to_have_attribute(
            "aria-pressed", "true" if number % 2 == 0 else "false"
        )
        page.wait_for_timeout(150)
        times.append(page.evaluate("was.currentTime"))
    assert page.evaluate("was === document.getElementById('player') && !was.paused")
    assert all(later > earlier for earlier, later in pairwise(times)), times


def test_live_updates_leave_a_playing_card_and_typed_words_alone(visit: Visit, project: Any, alice: Any) -> None:
    row = done(project, alice, seconds=30)
    page = visit(alice, history(project))
    plays(page)
    page.fill("#prompt", "Half a sentence")
    page.locator(f"#g-{row.pid}").hover()
    until(page, PLAYING.format(f"#g-{row.pid} video"))
    page.evaluate(f"window.was = document.querySelector('#g-{row.pid} video')")
    before = page.evaluate("was.currentTime")
    for _ in range(10):
        touch(row, favourite=not row.favourite)
        assert look(page) == 200
    until(page, f"was.currentTime > {before}")
    assert page.evaluate(f"was === document.querySelector('#g-{row.pid} video') && !was.paused")
    assert page.input_value("#prompt") == "Half a sentence"
    assert page.evaluate("document.activeElement.id") == "prompt"


def test_a_finished_clip_takes_the_place_of_its_card(visit: Visit, project: Any, alice: Any) -> None:
    row = make_generation(project, alice, width=128, height=72)
    page = visit(alice, history(project))
    card = page.locator(f"#g-{row.pid}")
    expect(card).to_contain_text("Queued")
    box = card.bounding_box()
    expect(page.locator("#tray .job")).to_have_count(1)
    make_clip(row, video(), width=128, height=72)
    touch(row)
    look(page)
    expect(card.locator("video")).to_have_count(1)
    expect(page.locator("#tray .job")).to_have_count(0)
    assert card.bounding_box() == box
    assert look(page) == 204


def test_a_colleagues_card_comes_in_at_the_top(visit: Visit, project: Any, alice: Any, bob: Any) -> None:
    make_generation(project, alice)
    page = visit(alice, history(project))
    row = make_generation(project, bob)
    look(page)
    expect(page.locator(".gallery .card").first).to_have_id(f"g-{row.pid}")
    touch(row, status="attention")
    look(page)
    expect(page.locator(f"#g-{row.pid}")).to_have_count(1)
    expect(page.locator(f"#g-{row.pid}")).to_contain_text("Needs attention")


def test_takes_stay_in_one_batch_through_live_updates(visit: Visit, project: Any, alice: Any, bob: Any) -> None:
    make_generation(project, alice)
    page = visit(alice, f"{history(project)}?view=takes")
    row = make_generation(project, bob, batch="one-press", prompt="A paper boat")
    look(page)
    expect(page.locator(".batch")).to_have_count(2)
    for status in ("rendering", "attention"):
        touch(row, status=status)
        look(page)
    expect(page.locator(f"#g-{row.pid}")).to_contain_text("Needs attention")
    expect(page.locator(".batch")).to_have_count(2)
    second = make_generation(project, bob, batch="one-press", prompt="A paper boat")
    look(page)
    expect(page.locator("#batch-one-press .item")).to_have_count(2)
    expect(page.locator("#batch-one-press .item").first).to_have_id(f"g-{second.pid}")
    expect(page.locator(".batch")).to_have_count(2)


def test_a_page_that_stood_open_for_days_shows_each_of_them(visit: Visit, project: Any, alice: Any, bob: Any) -> None:
    old = make_generation(project, alice)
    page = visit(alice, history(project))
    # The page is of the day before yesterday.
    opened = (timezone.localdate() - timedelta(days=2)).isoformat()
    page.evaluate(
        """(opened) => {
            const today = document.querySelector("#history [id^=day-]").id.slice("day-".length);
            document.getElementById(`day-${today}`).id = `day-${opened}`;
            const live = document.getElementById("live");
            live.outerHTML = live.outerHTML.replaceAll(`day=${today}`, `day=${opened}`);
            htmx.process(document.getElementById("live"));
        }""",
        opened,
    )
    missed, new = make_generation(project, bob), make_generation(project, bob)
    Generation.objects.filter(pk=missed.pk).update(created_at=timezone.now() - timedelta(days=1))
    look(page)
    expect(page.locator(".item")).to_have_count(3)
    headings = [text.splitlines()[0] for text in page.locator(".day").all_inner_texts()]
    assert headings[:2] == ["Today", "Yesterday"]
    assert len(set(headings)) == 3
    ids = page.locator(".item").evaluate_all("all => all.map(one => one.id)")
    assert ids == [f"g-{row.pid}" for row in (new, missed, old)]


def test_the_first_card_of_an_empty_project_replaces_the_invitation(visit: Visit, project: Any, bob: Any) -> None:
    make_provider()
    page = visit(bob, history(project))
    expect(page.locator("#empty")).to_be_visible()
    make_generation(project, bob)
    look(page)
    expect(page.locator("#empty")).to_be_hidden()


def test_under_a_readers_eyes_new_cards_wait_behind_a_button(visit: Visit, project: Any, alice: Any, bob: Any) -> None:
    for _ in range(16):
        make_generation(project, alice, width=90, height=160)
    page = visit(alice, history(project), size=PHONE)
    page.evaluate("scrollTo(0, 900)")
    below = page.evaluate("document.querySelector('.card:nth-child(5)').getBoundingClientRect().top")
    row = make_generation(project, bob)
    look(page)
    button = page.locator("#held")
    expect(button).to_have_text("1 new")
    expect(page.locator(f"#g-{row.pid}")).to_be_hidden()
    assert page.evaluate("document.querySelector('.card:nth-child(6)').getBoundingClientRect().top") == below
    touch(row, status="attention")
    look(page)
    expect(page.locator(f"#g-{row.pid}")).to_be_hidden()
    button.click()
    expect(page.locator(f"#g-{row.pid}")).to_be_visible()
    expect(button).to_be_hidden()


def test_a_hidden_tab_asks_nothing(visit: Visit, project: Any, alice: Any) -> None:
    row = make_generation(project, alice)
    page = visit(alice, history(project))
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true})")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live?" in request.url else None)
    page.evaluate("window.away = true")
    page.wait_for_timeout(2600)
    assert asked == []
    touch(row, status="attention")
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(f"#g-{row.pid}")).to_contain_text("Needs attention")


def test_more_comes_while_scrolling(visit: Visit, project: Any, alice: Any) -> None:
    made = [make_generation(project, alice) for _ in range(PAGE + 6)]
    yesterday = timezone.now() - timedelta(days=1)
    Generation.objects.filter(pk__in=[row.pk for row in made[:3]]).update(created_at=yesterday)
    page = visit(alice, history(project))
    expect(page.locator(".card")).to_have_count(PAGE)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".card")).to_have_count(PAGE + 6)
    expect(page.locator(".gallery").first.locator(".card")).to_have_count(PAGE + 3)
    expect(page.get_by_role("heading", name="Yesterday")).to_be_visible()


def test_a_risk_is_asked_about_first(visit: Visit, project: Any, bob: Any) -> None:
    attempt = {"state": "uncertain", "intent_at": timezone.now()}
    row = make_generation(project, bob, status="attention", attempt=attempt)
    page = visit(bob, history(project))
    send = page.get_by_role("button", name="It did not run: send again")
    send.click()
    expect(page.locator("#confirm")).to_contain_text("charged twice")
    assert barriers(page) == []
    page.get_by_role("button", name="Keep as it is").click()
    expect(page.locator("#confirm")).to_be_hidden()
    assert row.attempts.count() == 1
    send.click()
    page.get_by_role("button", name="Go ahead").click()
    expect(page.locator(f"#g-{row.pid}")).to_contain_text("Queued")
    assert row.attempts.count() == 2


def test_a_refused_wish_is_said_in_a_toast(visit: Visit, project: Any, bob: Any) -> None:
    row = make_generation(project, bob)
    page = visit(bob, history(project))
    Generation.objects.filter(pk=row.pk).update(status="failed")
    row.attempts.update(state="rejected")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".toast")).to_contain_text("there is nothing to cancel")
    expect(page.locator(f"#g-{row.pid}")).to_contain_text("Failed")


def test_trash_and_back_without_leaving_the_page(visit: Visit, project: Any, bob: Any) -> None:
    row = done(project, bob)
    page = visit(bob, history(project))
    page.locator(f"#g-{row.pid}").hover()
    page.locator(f"#g-{row.pid}").get_by_label("More").click()
    page.get_by_role("button", name="Move to trash").click()
    expect(page.locator(f"#g-{row.pid}")).to_contain_text("In the trash")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(f"#g-{row.pid} video")).to_have_count(1)


def test_keys_lead_from_clip_to_clip(visit: Visit, project: Any, alice: Any) -> None:
    first, second = done(project, alice), done(project, alice)
    page = visit(alice, reverse("generation", args=[second.pid]))
    page.keyboard.press("j")
    page.wait_for_url(f"**{reverse('generation', args=[first.pid])}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{reverse('generation', args=[second.pid])}")


def test_pages_work_without_scripts(visit: Visit, project: Any, bob: Any) -> None:
    provider = make_provider()
    row = done(project, bob)
    page = visit(bob, history(project), java_script_enabled=False)
    page.fill("#prompt", "Typed without scripts")
    page.get_by_role("button", name="Generate").click()
    made = Generation.objects.latest("id")
    assert (made.prompt, made.provider) == ("Typed without scripts", provider)
    page.get_by_role("button", name="Cancel").click()
    made.refresh_from_db()
    assert made.status == "cancelled"
    page.goto(reverse("generation", args=[row.pid]))
    page.get_by_role("button", name="Favourite").click()
    row.refresh_from_db()
    assert row.favourite
