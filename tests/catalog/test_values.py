"""Which values are legal, which are sent untouched, how large the video comes out."""

import pytest

from generations import catalog
from generations.catalog.spec import Parameter
from generations.catalog.values import complaint, defaults, flag_names, frame, seed_to_add, shape, without

from .orders import mode_of

NUMBER = Parameter("n", "N", "int", min=2, max=5, unit="s")
CHOICE = Parameter("c", "C", "choice", choices=(5, 10))


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        (NUMBER, [2, 5], [1, 6, "3", 3.0, True, None]),
        (Parameter("n", "N", "int", min=2), [2, 10**9], [1]),
        (Parameter("n", "N", "int", max=2), [-9, 2], [3]),
        (Parameter("n", "N", "int"), [0], ["x"]),
        (CHOICE, [5, 10], [7, "5", 5.0, True]),
        (Parameter("b", "B", "bool"), [True, False], [1, 0, "true", None]),
        (Parameter("j", "J", "json"), [{}, {"url": "x"}], [[], "x", 1]),
        (Parameter("r", "R", "ratio", choices=("1:1", "adaptive")), ["1:1", "adaptive"], ["16:9", ""]),
    ],
)
def test_legal_is_what_the_document_says(parameter, good, bad):
    assert all(not complaint(parameter, value, parameter.choices) for value in good)
    assert all(complaint(parameter, value, parameter.choices) for value in bad)


def test_the_complaint_says_what_is_legal():
    assert complaint(NUMBER, 9, ()) == "Give a whole number from 2 to 5 s."
    assert complaint(CHOICE, 7, (5, 10)) == "Choose one of 5, 10."
    assert complaint(Parameter("n", "N", "int", min=2), 1, ()) == "Give a whole number of at least 2."


def test_untouched_lite_sends_ratio_and_duration_alone_in_the_order_of_the_flags():
    spec = catalog.model("seedance-1.0-lite")
    assert list(defaults(spec, mode_of(spec, "first_frame")).items()) == [("ratio", "adaptive"), ("duration", 5)]
    assert flag_names(spec)["duration"] == "dur"
    references = catalog.model("seedance-1.0-lite-references")
    assert defaults(references, references.modes[0]) == {}


def test_a_default_that_a_mode_drops_is_not_sent():
    spec = catalog.model("seedance-2.5")
    assert defaults(spec, mode_of(spec, "first_frame"))["ratio"] == "adaptive"
    wide = without(catalog.model("seedance-2.0"), ["seed"])
    assert "seed" not in [parameter.name for parameter in wide.parameters]


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("seedance-2.0", {}, (1280, 720)),
        ("seedance-2.0", {"resolution": "4k", "ratio": "9:16"}, (2160, 3840)),
        ("seedance-2.0", {"ratio": "adaptive"}, None),
        ("seedance-2.5", {"resolution": "480p", "ratio": "16:9"}, (854, 480)),
        ("seedance-1.0-pro", {"ratio": "16:9"}, (1920, 1088)),
        ("seedance-1.0-lite-references", {}, (1248, 704)),
        ("runway-gen4-turbo", {}, (1280, 720)),
        ("chainhub-gen4-turbo", {}, (1280, 768)),
        ("gptproto-seedance-1.0-lite", {"dimension": "768:1280"}, (768, 1280)),
    ],
)
def test_the_frame_is_known_from_the_official_tables(key, values, expected):
    assert frame(catalog.model(key), values) == expected


def test_without_a_table_the_shape_is_the_ratio():
    spec = catalog.model("seedance-2.0-gateway")
    assert shape(spec, {"resolution": "4k", "ratio": "21:9"}) == (21, 9)
    assert shape(spec, {"ratio": "adaptive"}) is None


def test_the_studio_draws_a_seed_only_where_the_maker_surely_takes_one():
    ark = catalog.preset("ark").adds
    drawn = seed_to_add(catalog.model("seedance-1.0-pro"), ark)
    assert drawn
    assert drawn.max == 2147483647
    assert seed_to_add(catalog.model("seedance-2.0"), ark) is None
    assert seed_to_add(catalog.model("seedance-2.5"), ark) is None
    assert seed_to_add(catalog.model("seedance-1.0-pro"), catalog.preset("chainhub-seedance").adds) is None
    assert seed_to_add(catalog.model("runway-gen4-turbo"), catalog.preset("runway").adds)
