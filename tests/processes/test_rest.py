"""Waits between the starts of what dies young."""

import pytest

from generations.supervisor.rest import LONGEST, WELL, Rest


def test_what_dies_young_waits_ever_longer() -> None:
    rest = Rest()
    assert [rest.after(0.1) for _ in range(7)] == [1, 2, 4, 8, 16, LONGEST, LONGEST]
    assert not rest.is_over


def test_what_lived_well_starts_again_at_once() -> None:
    rest = Rest()
    rest.after(0.1)
    assert rest.after(WELL) == 0
    assert rest.is_over
    assert rest.after(0.1) == 1


@pytest.mark.parametrize("longest", [1, 3])
def test_no_wait_is_longer_than_asked(longest: float) -> None:
    rest = Rest()
    assert max(rest.after(0, longest) for _ in range(9)) == longest
