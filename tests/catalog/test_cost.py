"""Estimates, against published bills and worked examples."""

import pytest

from generations import catalog
from generations.catalog.cost import estimate, tokens_of


@pytest.mark.parametrize(
    ("width", "height", "seconds", "tokens"),
    [
        (1920, 1088, 5, 246_840),
        (1280, 720, 5, 108_900),
        (960, 960, 5, 108_900),
        (864, 496, 4, 40_594),
        (854, 480, 4, 38_830),
        (1920, 1080, 4, 196_425),
    ],
)
def test_tokens_are_those_of_published_bills(width, height, seconds, tokens):
    assert tokens_of(width * height, seconds) == tokens


WIDE = {"ratio": "16:9", "duration": 5}


@pytest.mark.parametrize(
    ("key", "values", "currency", "amount"),
    [
        ("seedance-2.0", WIDE | {"resolution": "720p"}, "USD", 0.76),
        ("seedance-2.0", WIDE | {"resolution": "720p"}, "CNY", 5.01),
        ("seedance-1.0-pro", WIDE | {"resolution": "1080p"}, "USD", 0.62),
        ("seedance-1.0-pro", WIDE | {"resolution": "1080p"}, "CNY", 3.70),
        ("seedance-1.0-pro-fast", WIDE | {"resolution": "1080p"}, "USD", 0.25),
        ("seedance-2.0", WIDE | {"resolution": "1080p"}, "USD", 1.89),
        ("seedance-1.5-pro", WIDE | {"resolution": "720p", "generate_audio": True}, "USD", 0.26),
        ("seedance-1.5-pro", WIDE | {"resolution": "720p", "generate_audio": False}, "USD", 0.13),
        ("runway-gen4-turbo", {"duration": 5}, "USD", 0.25),
        ("runway-gen4.5", {"duration": 10}, "USD", 1.20),
        ("runway-gen3a-turbo", {}, "USD", 0.50),
    ],
)
def test_the_worked_examples_come_out(key, values, currency, amount):
    found = estimate(catalog.model(key), values, currency)
    assert found
    assert round(found.amount, 2) == amount
    assert found.currency == currency
    assert found.source


def test_a_setting_left_open_costs_what_the_provider_implies():
    spec = catalog.model("seedance-1.0-pro")
    left_open = estimate(spec, {"ratio": "16:9", "resolution": None, "duration": None})
    assert left_open == estimate(spec, {"ratio": "16:9", "resolution": "1080p", "duration": 5})


def test_an_adaptive_ratio_costs_at_most_the_largest_frame():
    spec = catalog.model("seedance-2.0")
    found = estimate(spec, {"ratio": "adaptive", "duration": 5, "resolution": "720p"})
    assert found
    assert found.tokens == tokens_of(1112 * 834, 5)


def test_a_video_among_the_inputs_is_billed_too_at_its_own_price():
    spec = catalog.model("seedance-2.0")
    found = estimate(spec, WIDE | {"resolution": "720p"}, video_seconds=5)
    assert found
    assert found.tokens == tokens_of(1280 * 720, 10)
    assert round(found.amount, 2) == round(found.tokens * 4.3 / 1e6, 2)


@pytest.mark.parametrize(
    ("key", "values", "currency"),
    [
        ("seedance-2.0-gateway", WIDE, "USD"),
        ("seedance-1.0-lite", WIDE, "USD"),
        ("gptproto-seedance-1.0-lite", {}, "USD"),
        ("seedance-2.0", WIDE | {"resolution": "4k"}, "CNY"),
        ("seedance-2.0", WIDE, "EUR"),
        ("seedance-2.0", WIDE, ""),
        ("seedance-2.0", {"resolution": "8k"}, "USD"),
        ("runway-gen4-turbo", {"duration": -1}, "USD"),
    ],
)
def test_where_nothing_is_published_nothing_is_guessed(key, values, currency):
    assert estimate(catalog.model(key), values, currency) is None
