"""Which buttons a take has in each state, and what each says of the money."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generations.actions import Action, actions_of
from generations.models import Generation, State
from tests.make import make_generation, make_provider

pytestmark = pytest.mark.django_db

COST = {"cost_estimate": Decimal("0.4167"), "currency": "USD"}


def take(project: Any, user: Any, state: str, dialect: str = "ark", **attempt: Any) -> Generation:
    provider = make_provider(name=dialect.capitalize(), dialect=dialect, lab=attempt.pop("lab", False))
    attempt = COST | {"state": state, "intent_at": timezone.now(), "remote_id": "cgt-1"} | attempt
    return make_generation(project, user, provider, status=State(state).status, attempt=attempt)


def offered(row: Generation) -> dict[str, Action]:
    return {action.name: action for action in actions_of(row)}


# what stays uncertain


def test_what_is_uncertain_may_be_checked_for_free_or_sent_again_at_a_price(project: Any, alice: Any) -> None:
    found = offered(take(project, alice, "uncertain"))
    assert list(found) == ["check-again", "send-again"]
    assert "free" in found["check-again"].hint
    assert not found["check-again"].confirm
    assert "charged a second time (about 0.42 USD)" in found["send-again"].confirm
    assert "Have you looked on Ark’s own page?" in found["send-again"].confirm


def test_without_a_known_price_the_second_charge_is_still_named(project: Any, alice: Any) -> None:
    send = offered(take(project, alice, "uncertain", cost_estimate=None))["send-again"]
    assert "charged a second time." in send.confirm
    assert "about" not in send.confirm


def test_a_price_below_a_cent_is_not_rounded_to_nothing(project: Any, alice: Any) -> None:
    send = offered(take(project, alice, "uncertain", cost_estimate=Decimal("0.0042")))["send-again"]
    assert "(less than 0.01 USD)" in send.confirm


def test_where_there_is_no_list_nothing_is_promised_by_checking(project: Any, alice: Any) -> None:
    assert list(offered(take(project, alice, "uncertain", "runway"))) == ["send-again"]


def test_the_card_and_the_clip_page_offer_all_three_ways(client: Client, project: Any, alice: Any) -> None:
    row = take(project, alice, "uncertain")
    client.force_login(alice)
    for name in ("generation-card", "generation"):
        body = client.get(reverse(name, args=[row.pid])).content.decode()
        assert reverse("check-again", args=[row.pid]) in body
        assert "charged a second time (about 0.42 USD)" in body
        assert "it-is" in body


# a new charge


@pytest.mark.parametrize(
    ("state", "name", "asks"),
    [
        ("not_accepted", "send-again", False),
        ("rejected", "retry", False),
        ("failed", "retry", False),
        ("cancelled", "retry", False),
        ("expired", "retry", True),
        ("result_lost", "retry", True),
    ],
)
def test_a_new_charge_says_its_estimate(project: Any, alice: Any, state: str, name: str, asks: bool) -> None:
    action = offered(take(project, alice, state))[name]
    assert "is a new charge (about 0.42 USD)." in action.hint
    assert ("may have been charged too" in action.confirm) is asks


@pytest.mark.parametrize(("state", "name"), [("expired", "check-again"), ("result_lost", "refetch")])
def test_the_free_cure_comes_first_and_says_so(project: Any, alice: Any, state: str, name: str) -> None:
    first = actions_of(take(project, alice, state))[0]
    assert (first.name, first.primary, "free" in first.hint) == (name, True, True)


def test_the_sandbox_is_free_and_says_so(project: Any, alice: Any) -> None:
    row = take(project, alice, "failed", lab=True, cost_estimate=None)
    assert offered(row)["retry"].hint == "Retrying is free at Ark."
    row = take(project, alice, "running", "gptproto", lab=True, cost_estimate=None)
    assert offered(row)[""].hint == "Gptproto cannot stop this any more."


# cancelling


@pytest.mark.parametrize(
    ("dialect", "state", "can", "words"),
    [
        ("ark", "queued", True, "free"),
        ("ark", "accepted", True, "then it is not billed"),
        ("ark", "running", False, "cannot stop this any more, and bills it"),
        ("runway", "accepted", True, "may still bill"),
        ("runway", "running", True, "may still bill"),
        ("gptproto", "accepted", False, "cannot stop this any more, and will probably bill it"),
    ],
)
def test_cancelling_says_what_the_provider_bills(
    project: Any, alice: Any, dialect: str, state: str, can: bool, words: str
) -> None:
    (action,) = actions_of(take(project, alice, state, dialect))
    assert (action.name == "cancel") is can
    assert words in action.hint


def test_a_take_that_is_being_sent_has_nothing_to_press(project: Any, alice: Any) -> None:
    assert actions_of(take(project, alice, "submitting")) == ()


def test_cancelling_is_asked_once(client: Client, project: Any, alice: Any) -> None:
    row = take(project, alice, "running", "runway", cancel_asked_at=timezone.now())
    assert list(offered(row)) == [""]
    client.force_login(alice)
    assert reverse("cancel", args=[row.pid]) not in client.get(reverse("generation", args=[row.pid])).content.decode()


@pytest.mark.parametrize("name", ["generation-card", "cancel"])
def test_a_rendering_card_can_come_alone(client: Client, project: Any, alice: Any, name: str) -> None:
    row = take(project, alice, "running", "runway")
    client.force_login(alice)
    headers = {"HX-Request": "true", "HX-Target": f"article#g-{row.pid}"}
    ask = client.post if name == "cancel" else client.get
    answer = ask(reverse(name, args=[row.pid]), headers=headers)
    assert answer.status_code == 200
    assert "Rendering" in answer.content.decode()


def test_a_viewer_reads_the_stake_and_has_no_buttons(client: Client, project: Any, alice: Any, vera: Any) -> None:
    row = take(project, alice, "uncertain")
    client.force_login(vera)
    assert "formaction" not in client.get(reverse("generation-card", args=[row.pid])).content.decode()
