"""What the member reads."""

import pytest

from generations.jobs import words
from generations.models import Provider, State
from generations.providers.base import Cause, Refusal


def provider(dialect: str = "ark", **fields: object) -> Provider:
    return Provider(name="Ark", dialect=dialect, base_url="https://ark.example", **fields)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_places_are_ordinals(number: int, word: str) -> None:
    assert words.ordinal(number) == word


def test_the_next_in_line_waits_for_a_slot_and_others_read_their_place() -> None:
    assert words.waiting(provider(), 1) == "Waiting for a free slot at Ark."
    assert words.waiting(provider(), 3) == "Waiting for a free slot at Ark, 3rd in line."
    assert words.waiting(provider(), 11) == "Waiting for a free slot at Ark; more than 9 are before it."


@pytest.mark.parametrize(
    ("why", "reads"),
    [
        ("Paused by Alice.", "Ark is paused by Alice. This take waits"),
        ("its key was refused. An admin must look.", "Ark is paused: its key was refused. This take waits"),
        ("", "Ark is paused. This take waits"),
    ],
)
def test_a_pause_reads_as_one_sentence(why: str, reads: str) -> None:
    assert words.paused(provider(paused_why=why)).startswith(reads)


def test_uncertainty_names_its_stake_and_promises_only_what_can_be_done() -> None:
    assert "may cost about 0.42 USD." in words.uncertain(provider(), "about 0.42 USD")
    assert "may cost money." in words.uncertain(provider())
    assert "looks for it by itself" in words.uncertain(provider())
    for one in (provider("runway"), provider(lists=False), provider(reconcile="manual")):
        assert "looks for it by itself" not in words.uncertain(one)
        assert "will not send it twice" in words.uncertain(one)


@pytest.mark.parametrize("cause", Cause)
def test_every_refusal_says_that_nothing_was_charged_and_keeps_the_providers_words(cause: Cause) -> None:
    text = words.refused(provider(), Refusal(cause, "Parameter {ratio} is odd"))
    assert "You were not charged." in text
    assert text.endswith("It said: Parameter {ratio} is odd")


@pytest.mark.parametrize(
    ("dialect", "reads"),
    [("ark", "not charged"), ("runway", "may still be billed"), ("gptproto", "whether it was charged")],
)
def test_what_a_cancelled_task_costs_differs_by_provider(dialect: str, reads: str) -> None:
    assert reads in words.unsaid(State.CANCELLED, provider(dialect))
