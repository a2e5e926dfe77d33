"""One card in each state of an attempt and each variant of it, with the words that the jobs themselves write.

STUDIO_SHOTS names a folder for pictures of the history, of each card, and of the clip pages.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from generations.jobs import fetch, poll, submit, wishes, words
from generations.jobs.lease import Broken, Held
from generations.jobs.moves import move, tell
from generations.models import Attempt, Generation, Provider, State
from generations.models.attempt import FINAL
from generations.providers.base import Cause, Phase, Refusal, Task
from generations.times import TIMES
from tests.browser.conftest import DESK, PHONE, Visit, barriers, overflow
from tests.clips import video
from tests.make import make_clip, make_generation, make_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROMPTS = (
    "A lighthouse on a cliff at blue hour, waves breaking below",
    "A paper boat sails down a rain-soaked gutter, low angle, neon reflections",
    "Time-lapse of a desert from dusk to night, then a sky full of stars",
)
# Text that a member must read, and that the card cuts off.
CUT = """() => [...document.querySelectorAll('.card .said, .card.wait small')]
    .filter(e => e.scrollHeight > e.clientHeight + 1 || e.getBoundingClientRect().height === 0)
    .map(e => e.textContent)"""
# Buttons and words that stand outside of their card.
OUTSIDE = """() => [...document.querySelectorAll('.card:is(.wait, .stop)')].flatMap(card => {
    const box = card.getBoundingClientRect();
    return [...card.querySelectorAll('.status, p, small, .btn, time')].filter(one => {
        const own = one.getBoundingClientRect();
        return own.width && (own.left < box.left - 1 || own.right > box.right + 1
            || own.top < box.top - 1 || own.bottom > box.bottom + 1);
    }).map(one => one.textContent.trim());
})"""


# Words of a clip page that lie outside of their panel.
HIDDEN = """() => { const body = document.querySelector('.pending .body');
    return body.scrollHeight > body.clientHeight + 1 || body.clientHeight > body.parentElement.clientHeight + 1; }"""


@dataclass(frozen=True)
class Scene:
    state: State  # of the attempt before `act`
    act: Callable[[Attempt], object]
    reads: str  # on its card, a pattern
    provider: str = "Ark"
    fields: dict[str, Any] | None = None  # of the attempt
    shape: tuple[int, int] = (1280, 720)


def task(phase: Phase, **more: Any) -> Task:
    return Task("cgt-1", phase, str(phase), **more)


def refusal(cause: Cause, message: str, status: int = 400) -> Refusal:
    return Refusal(cause, message, code="Code", status=status)


def nothing(attempt: Attempt) -> None:
    """The state alone."""


def doubt(attempt: Attempt) -> None:
    submit.doubt(attempt, "the connection was reset")
    tell(attempt, words.uncertain(attempt.provider, words.about(attempt)))


def hold_paused(attempt: Attempt) -> None:
    submit.hold(attempt, words.paused(attempt.provider))


def put_back(attempt: Attempt) -> None:
    fetch.put_back(Held(attempt, "mine"), Broken("3,145,728 of 9,437,184 bytes arrived"))


def not_run(attempt: Attempt) -> None:
    move(attempt, State.NOT_ACCEPTED, "absent", message=words.not_run(attempt.provider))


def cancel(attempt: Attempt) -> None:
    wishes.cancel(attempt.generation, attempt.generation.user)


def refuse(cause: Cause, message: str, status: int = 400) -> Callable[[Attempt], object]:
    return lambda attempt: submit.refuse(attempt, refusal(cause, message, status))


def follow(phase: Phase, **more: Any) -> Callable[[Attempt], object]:
    return lambda attempt: poll.follow(attempt, task(phase, **more))


LONG_AGO = {"accepted_at": timezone.now() - timedelta(days=1)}
OUTPUT = refusal(Cause.BLOCKED, "The output may contain sensitive content.")
FIRE = refusal(Cause.PROVIDER, "Internal service error.")

SCENES: dict[str, Scene] = {
    "queued": Scene(State.QUEUED, nothing, "Queued"),
    "next": Scene(State.QUEUED, lambda one: submit.postpone(one, 9), r"free slot at Ark"),
    "in-line": Scene(State.QUEUED, lambda one: submit.postpone(one, 9), r"slot at Ark, 3rd in line\."),
    "in-line-portrait": Scene(State.QUEUED, lambda one: submit.postpone(one, 9), "4th in line", shape=(720, 1280)),
    "paused": Scene(State.QUEUED, hold_paused, r"is paused: its key was refused\..*admin resumes", "Refused"),
    "paused-by-hand": Scene(State.QUEUED, hold_paused, "is paused by Alice", "Paused"),
    "gone": Scene(State.QUEUED, hold_paused, "was taken out of the studio", "Gone"),
    "disk": Scene(State.QUEUED, lambda one: submit.hold(one, words.NO_ROOM), "disk is nearly full.*admin"),
    "resting": Scene(State.QUEUED, lambda one: submit.hold(one, words.resting(one.provider)), "Nothing was charged"),
    "submitting": Scene(State.SUBMITTING, nothing, "Being sent to Ark now"),
    "backing-off": Scene(
        State.SUBMITTING, refuse(Cause.BUSY, "Too many requests.", 429), "Nothing was charged.*tries again.*Too many"
    ),
    "uncertain": Scene(State.SUBMITTING, doubt, r"may cost about 0\.42 USD.*not send it twice"),
    "uncertain-no-list": Scene(State.SUBMITTING, doubt, r"may cost about 0\.42 USD.*its own page", "Runway"),
    "uncertain-portrait": Scene(State.SUBMITTING, doubt, r"about 0\.42 USD", shape=(720, 1280)),
    "accepted": Scene(
        State.SUBMITTING, lambda one: submit.note_id(one, "cgt-17", "queued", "taken"), "has it and will begin"
    ),
    "rendering": Scene(State.ACCEPTED, follow(Phase.RUNNING), "Rendering"),
    "rendering-runway": Scene(State.ACCEPTED, follow(Phase.RUNNING), "Rendering", "Runway"),
    "silent": Scene(
        State.RUNNING,
        lambda one: poll.silence(one, "no answer within 10 s"),
        "does not answer",
        fields={"poll_errors": 4},
    ),
    "cancel-asked": Scene(State.RUNNING, cancel, "to stop", "Runway"),
    "cannot-stop": Scene(
        State.RUNNING, lambda one: tell(one, words.still_running(one.provider)), "cannot stop it. You may be charged"
    ),
    "succeeded": Scene(
        State.RUNNING, follow(Phase.SUCCEEDED, video_url="https://x.example/v.mp4"), "has made the video"
    ),
    "fetching": Scene(State.SUCCEEDED, lambda one: move(one, State.FETCHING, "begins"), "on its way here"),
    "saving-again": Scene(State.FETCHING, put_back, "nothing is generated twice.*bytes arrived"),
    "stored": Scene(State.FETCHING, lambda one: make_clip(one.generation, video()), "lighthouse|boat|desert"),
    "refused": Scene(
        State.SUBMITTING, refuse(Cause.INPUT, "ratio must be one of 16:9, 9:16"), "not charged.*ratio must"
    ),
    "refused-portrait": Scene(
        State.SUBMITTING, refuse(Cause.INPUT, "ratio must be one of 16:9, 9:16"), "not charged", shape=(720, 1280)
    ),
    "blocked": Scene(State.SUBMITTING, refuse(Cause.BLOCKED, "The prompt is sensitive."), "Blocked.*not charged"),
    "key-refused": Scene(State.SUBMITTING, refuse(Cause.AUTH, "Invalid key.", 401), "key.*not charged.*admin", "Other"),
    "no-balance": Scene(State.SUBMITTING, refuse(Cause.BALANCE, "Overdue.", 402), "balance.*not charged", "Another"),
    "no-model": Scene(State.SUBMITTING, refuse(Cause.MISSING, "No such model.", 404), "does not know.*not charged"),
    "too-busy": Scene(
        State.SUBMITTING, refuse(Cause.BUSY, "Too many requests.", 429), "busy.*not charged", fields={"rejections": 7}
    ),
    "unreachable": Scene(
        State.SUBMITTING,
        lambda one: submit.later(one, "the name does not resolve (DNS)", 2),
        "could not be reached.*not charged",
        fields={"rejections": 7},
    ),
    "no-key": Scene(State.QUEUED, submit.submit, "no key yet.*nothing was charged", "Keyless"),
    "not-accepted": Scene(State.UNCERTAIN, not_run, "did not run.*not charged"),
    "failed": Scene(State.RUNNING, follow(Phase.FAILED, refusal=FIRE), "usually not charged.*Internal service error"),
    "held-back": Scene(State.RUNNING, follow(Phase.FAILED, refusal=OUTPUT), "Blocked.*do not charge"),
    "lost": Scene(
        State.RUNNING,
        lambda one: poll.missing(one, refusal(Cause.MISSING, "no such task", 404)),
        "no longer knows",
        fields=LONG_AGO | {"sightings": {"missing": 2}},
    ),
    "expired": Scene(State.RUNNING, follow(Phase.RUNNING), "did not finish in time.*charged", fields=LONG_AGO),
    "gave-up": Scene(State.RUNNING, follow(Phase.EXPIRED), "gave up.*not charged"),
    "no-address": Scene(
        State.RUNNING, follow(Phase.SUCCEEDED), "gives no address", fields={"sightings": {"no_url": 3}}
    ),
    "cancelled": Scene(State.QUEUED, cancel, "nothing was charged"),
    "cancelled-there": Scene(State.ACCEPTED, follow(Phase.CANCELLED), "before it began. You were not charged"),
    "cancelled-runway": Scene(State.RUNNING, follow(Phase.CANCELLED), "may still be billed", "Runway"),
    "result-lost": Scene(
        State.FETCHING,
        put_back,
        "costs nothing.*bytes arrived",
        fields={"fetch_errors": TIMES.fetch_attempts - 1, "result": {"since": 0}},
    ),
}
CLIP_PAGES = ("uncertain", "not-accepted", "result-lost", "expired", "failed", "blocked", "rendering", "backing-off")


def providers_of(user: Any) -> dict[str, Provider]:
    now = timezone.now()
    made = {name: make_provider(name=name) for name in ("Ark", "Refused", "Other", "Another")}
    made["Paused"] = make_provider(name="Paused", paused_at=now, paused_why=f"Paused by {user}.")
    made["Gone"] = make_provider(name="Gone", trashed_at=now)
    made["Keyless"] = make_provider(name="Keyless", key="")
    headers = {"X-Runway-Version": "2024-11-06"}
    made["Runway"] = make_provider(name="Runway", dialect="runway", headers=headers, adds=[])
    submit.pause(made["Refused"], refusal(Cause.AUTH, "Invalid key.", 401))
    return made


def attempt_fields(scene: Scene, name: str) -> dict[str, Any]:
    now = timezone.now()
    fields: dict[str, Any] = {
        "state": scene.state,
        "cost_estimate": Decimal("0.4167"),
        "currency": "USD",
        "lease": "mine",
    }
    if scene.state != State.QUEUED:
        fields |= {"intent_at": now, "post_deadline": now + timedelta(minutes=1)}
    if scene.state not in (State.QUEUED, State.SUBMITTING, State.UNCERTAIN):
        fields |= {"remote_id": f"cgt-{name}", "accepted_at": now}
    return fields | (scene.fields or {})


@pytest.fixture
def takes(project: Any, bob: Any, alice: Any) -> dict[str, Generation]:
    """A card of each scene; the rows by name."""
    accounts = providers_of(alice)
    rows = {}
    for number, (name, scene) in enumerate(SCENES.items()):
        row = make_generation(
            project,
            bob,
            accounts[scene.provider],
            prompt=PROMPTS[number % len(PROMPTS)],
            status=scene.state.status,
            width=scene.shape[0],
            height=scene.shape[1],
            started_at=timezone.now() - timedelta(seconds=40) if scene.state == State.RUNNING else None,
            attempt=attempt_fields(scene, name),
        )
        scene.act(Attempt.objects.select_related("generation__project", "provider").get(generation=row))
        rows[name] = Generation.objects.get(pk=row.pk)
    return rows


def shoot(page: Page, name: str, selector: str = "") -> None:
    if folder := os.environ.get("STUDIO_SHOTS", ""):
        Path(folder).mkdir(parents=True, exist_ok=True)
        path = str(Path(folder) / f"{name}.png")
        if selector:
            page.locator(selector).screenshot(path=path)
        else:
            page.screenshot(path=path, full_page=True)


def whole_history(page: Page) -> None:
    """With every older card, and without what would lie over some: the composer and the bar."""
    for _ in range(len(SCENES)):
        if page.locator(".card").count() == len(SCENES):
            break
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(100)
    expect(page.locator(".card")).to_have_count(len(SCENES))
    page.evaluate("document.querySelectorAll('#composer, .tabbar').forEach(one => one.remove()); scrollTo(0, 0)")
    page.evaluate("document.querySelector('.top').style.position = 'static'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_state_tells_what_happened_and_fits_its_card(
    visit: Visit, project: Any, alice: Any, takes: dict[str, Generation], size: tuple[int, int], scheme: str
) -> None:
    page = visit(alice, reverse("project", args=[project.pid]), size=size, scheme=scheme, reduced_motion="reduce")
    whole_history(page)
    shoot(page, f"history-{size[0]}-{scheme}")
    for name, scene in SCENES.items():
        card = page.locator(f"#g-{takes[name].pid}")
        expect(card).to_have_text(re.compile(scene.reads, re.DOTALL))
        if (size, scheme) == (DESK, "light"):
            shoot(page, f"card-{name}", f"#g-{takes[name].pid}")
    assert overflow(page) <= 0
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(CUT) == []
    assert barriers(page) == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_clip_page_says_what_each_button_costs(
    visit: Visit, bob: Any, takes: dict[str, Generation], size: tuple[int, int]
) -> None:
    page = visit(bob, "/", size=size, reduced_motion="reduce")
    for name in CLIP_PAGES:
        page.goto(reverse("generation", args=[takes[name].pid]))
        shoot(page, f"clip-{name}-{size[0]}")
        way_on = page.get_by_role("link", name="Edit & retry") if name == "blocked" else page.locator(".stake").first
        expect(way_on).to_be_visible()
        assert page.evaluate(HIDDEN) is False, name
        assert overflow(page) <= 0, name
        assert barriers(page) == [], name


def test_no_state_is_forgotten(takes: dict[str, Generation]) -> None:
    shown = set(Attempt.objects.values_list("state", flat=True))
    assert shown == set(State.values)
    assert all(
        row.message or row.status in {"queued", "rendering", "saving", "done", "cancelled"} for row in takes.values()
    )
    assert Attempt.objects.filter(state__in=FINAL).exclude(state=State.STORED).count() > len(FINAL)


def test_an_admin_sees_the_pause_and_ends_it(visit: Visit, alice: Any, project: Any) -> None:
    submit.pause(make_provider(name="Ark"), refusal(Cause.AUTH, "Invalid key.", 401))
    page = visit(alice, reverse("project", args=[project.pid]))
    alarm = page.get_by_role("region", name="Paused providers")
    expect(alarm).to_contain_text("Ark is paused: its key was refused. What members ask of it waits")
    assert barriers(page) == []
    shoot(page, "alarm")
    alarm.get_by_role("button", name="Resume Ark now").click()
    expect(page.get_by_role("heading", name="Providers")).to_be_visible()
    expect(alarm).to_have_count(0)
    assert Provider.objects.get().paused_at is None
