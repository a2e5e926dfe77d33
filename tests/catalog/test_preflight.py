"""What is refused before it costs anything, and in which words."""

import pytest

from generations import catalog
from generations.catalog.preflight import Problem, check, pick_mode, utf16_length
from generations.catalog.values import defaults

from .orders import facts, least_inputs, mode_of

LITE = catalog.model("seedance-1.0-lite")
FIGURES = catalog.model("seedance-1.0-lite-references")
TWO = catalog.model("seedance-2.0")
FIVE = catalog.model("seedance-2.5")
TURBO = catalog.model("runway-gen4-turbo")
FLAT = catalog.model("gptproto-seedance-1.0-lite")


def look(spec, mode_name, prompt="A fox", inputs=None, values=None, **more):
    mode = mode_of(spec, mode_name)
    inputs = least_inputs(mode) if inputs is None else inputs
    return check(spec, mode, prompt, inputs, defaults(spec, mode) | (values or {}), **more)


def problems(*args, **more):
    return [(one.field, one.message) for one in look(*args, **more)[0]]


def warnings(*args, **more):
    return [(one.field, one.message) for one in look(*args, **more)[1]]


# ---- the mode


@pytest.mark.parametrize(
    ("spec", "roles", "mode"),
    [
        (TWO, [], "text"),
        (TWO, ["first_frame"], "first_frame"),
        (TWO, ["first_frame", "last_frame"], "frames"),
        (TWO, ["reference_image", "reference_image"], "references"),
        (TWO, ["reference_video", "reference_audio"], "references"),
        (FIVE, ["reference_audio"], "references"),
        (LITE, ["first_frame"], "first_frame"),
        (LITE, ["last_frame", "first_frame"], "frames"),
        (FIGURES, ["reference_image"], "references"),
        (FLAT, [], "text"),
        (catalog.model("runway-gen3a-turbo"), ["last_frame"], "frames"),
        (catalog.model("runway-gen4.5"), [], "text"),
    ],
)
def test_the_roles_in_use_pick_the_mode(spec, roles, mode):
    assert pick_mode(spec, roles) == mode_of(spec, mode)


@pytest.mark.parametrize(
    ("spec", "roles", "field", "message"),
    [
        (
            TWO,
            ["first_frame", "reference_image"],
            "slot:reference_image",
            "First/last frames and references cannot be used together: keep the frames or the references.",
        ),
        (
            TWO,
            ["last_frame"],
            "slot:first_frame",
            "Seedance 2.0 needs a first frame beside the last frame: add one.",
        ),
        (
            TWO,
            ["reference_audio"],
            "slot:reference_image",
            "Seedance 2.0 needs a reference image or a reference video as well: reference audio alone will not do.",
        ),
        (LITE, [], "slot:first_frame", "Seedance 1.0 Lite needs a first frame: add one."),
        (
            LITE,
            ["reference_image"],
            "slot:reference_image",
            "Seedance 1.0 Lite takes no reference images: take them out.",
        ),
        (
            FIGURES,
            [],
            "slot:reference_image",
            "Seedance 1.0 Lite · References needs a reference image: add one.",
        ),
        (
            TURBO,
            ["first_frame", "last_frame"],
            "slot:last_frame",
            "Runway Gen-4 Turbo takes no last frames: take them out.",
        ),
        (
            FLAT,
            ["reference_audio"],
            "slot:reference_audio",
            "Seedance 1.0 Lite · GPTProto takes no reference audio: take them out.",
        ),
    ],
)
def test_an_illegal_mix_says_what_to_do(spec, roles, field, message):
    assert pick_mode(spec, roles) == Problem(field, message)


# ---- the prompt


def test_a_prompt_is_asked_for_where_there_is_nothing_else():
    assert problems(TWO, "text", "  \n") == [("prompt", "Write a prompt: say what should be seen.")]
    assert problems(TWO, "first_frame", "") == []


def test_runways_limit_counts_as_runway_counts():
    assert utf16_length("a🎬ß") == 4
    assert problems(TURBO, "first_frame", "🎬" * 500) == []
    assert problems(TURBO, "first_frame", "🎬" * 501) == [
        ("prompt", "The prompt has 1002 characters and Runway Gen-4 Turbo takes 1000: shorten it by 2.")
    ]


def test_a_long_prompt_is_only_warned_about():
    for prompt in ("狐" * 501, "word " * 1002):
        assert problems(TWO, "text", prompt) == []
        assert "beyond about 1000 English words or 500 Chinese characters" in warnings(TWO, "text", prompt)[0][1]
    assert warnings(TWO, "text", "word " * 900) == []


def test_typed_flags_are_pointed_out():
    [(field, message)] = warnings(LITE, "first_frame", "A fox --rt 1:1")
    assert field == "prompt"
    assert message.startswith("The prompt says “--rt 1:1”.")
    assert warnings(LITE, "first_frame", "A fox -- and a hen -- run") == []


# ---- counts


def test_too_few_and_too_many_files():
    assert problems(TWO, "frames", inputs=[facts("first_frame")]) == [("slot:last_frame", "Last frame: add 1 image.")]
    two = [facts("first_frame")] * 2
    assert problems(TWO, "first_frame", inputs=two) == [
        ("slot:first_frame", "First frame: 2 are too many, Seedance 2.0 takes 1. Take 1 out.")
    ]
    five = [facts("reference_image")] * 5
    assert problems(FIGURES, "references", "[Figure 1]", five) == [
        ("slot:reference_image", "Figures: 5 are too many, Seedance 1.0 Lite · References takes 4. Take 1 out.")
    ]


def test_a_role_of_another_mode_is_refused():
    inputs = [facts("first_frame"), facts("reference_image")]
    assert problems(TWO, "first_frame", inputs=inputs) == [
        ("slot:reference_image", "Seedance 2.0 takes no reference images in the mode “First frame”: take them out.")
    ]


def test_audio_alone_is_refused():
    assert problems(TWO, "references", inputs=[facts("reference_audio", "audio")]) == [
        (
            "slot:reference_image",
            "Seedance 2.0 needs a reference image or a reference video as well: reference audio alone will not do.",
        )
    ]
    assert problems(FIVE, "references", inputs=[facts("reference_audio", "audio")]) == []


# ---- files


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 300, "height": 400}, "it is 300 × 400 pixels, and each side must be more than 300"),
        ({"width": 6000, "height": 4000}, "it is 6000 × 4000 pixels, and each side must be less than 6000"),
        ({"width": 1000, "height": 400}, "1000 × 400 pixels, a ratio of 2.50, which must lie between 0.4 and 2.5"),
        ({"width": 400, "height": 1000}, "a ratio of 0.40"),
        ({"bytes": 30_000_000}, "it has 30 MB and must have less than 30 MB"),
        ({"format": "heic"}, "heic is not taken; save it as jpeg or png."),
    ],
)
def test_an_image_beyond_the_limits_is_refused_with_the_numbers(changes, words):
    [(field, message)] = problems(LITE, "first_frame", inputs=[facts("first_frame", **changes)])
    assert field == "slot:first_frame"
    assert message.startswith("First frame: ")
    assert words in message


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 301, "height": 301},
        {"width": 5999, "height": 5999},
        {"width": 2499, "height": 1000},
        {"width": 401, "height": 1000},
        {"bytes": 29_999_999},
        {"format": "bmp"},
        {"width": None, "height": None, "bytes": None, "format": None},
    ],
)
def test_an_image_just_inside_the_limits_passes(changes):
    assert problems(LITE, "first_frame", inputs=[facts("first_frame", **changes)]) == []


def test_heic_is_for_the_second_generation():
    assert problems(TWO, "first_frame", inputs=[facts("first_frame", format="heic")]) == []


def test_the_wrong_kind_is_refused():
    assert problems(TWO, "first_frame", inputs=[facts("first_frame", "video")]) == [
        ("slot:first_frame", "First frame must be an image, and this is a video.")
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seconds": 1.9}, "Reference video 1: it lasts 1.9 s and must last at least 2 s."),
        ({"seconds": 15.5}, "Reference video 1: it lasts 15.5 s and may last 15 s at most"),
        ({"width": 600, "height": 600}, "must have more than 407,696 in all"),
        ({"width": 4000, "height": 3000}, "must have less than 8,295,044 in all"),
        ({"format": "webm"}, "webm is not taken; save it as mp4 or mov."),
    ],
)
def test_a_reference_video_beyond_the_limits_is_refused(changes, words):
    found = problems(TWO, "references", inputs=[facts("reference_video", "video", **changes)])
    assert words in found[0][1]
    assert found[0][0] == "slot:reference_video"


def test_the_seconds_of_all_references_are_added_up():
    three = [facts("reference_video", "video", seconds=5.5)] * 3
    assert problems(TWO, "references", inputs=three) == [
        ("slot:reference_video", "Reference videos last 16.5 s together, and Seedance 2.0 takes 15 s: shorten them.")
    ]
    assert problems(TWO, "references", inputs=three[:2]) == []


def test_a_data_uri_is_measured_as_it_travels():
    assert problems(TURBO, "first_frame", inputs=[facts("first_frame", bytes=3_700_000)]) == []
    assert problems(TURBO, "first_frame", inputs=[facts("first_frame", bytes=3_800_000)]) == [
        (
            "slot:first_frame",
            "First frame is 5.1 MB when packed into the request, and 5 MB is the most: use a smaller file or a link.",
        )
    ]
    link = facts("first_frame", bytes=15_000_000, is_link=True)
    assert problems(TURBO, "first_frame", inputs=[link]) == []
    assert problems(LITE, "first_frame", inputs=[facts("first_frame", bytes=900_000)], max_inline=900_000)
    assert not problems(LITE, "first_frame", inputs=[facts("first_frame", bytes=600_000)], max_inline=900_000)


def test_all_files_together_must_fit_into_one_request():
    nine = [facts("reference_image", bytes=6_000_000)] * 9
    assert problems(TWO, "references", inputs=nine) == [
        (
            "slot:reference_image",
            "All files together make a request of 72 MB, and 64 MB is the most: use smaller files or links.",
        )
    ]
    links = [facts("reference_image", bytes=6_000_000, is_link=True)] * 9
    assert problems(TWO, "references", inputs=links) == []
    # A reference video never travels inside the request.
    videos = [facts("reference_video", "video", bytes=90_000_000)] * 2
    assert problems(TWO, "references", inputs=videos) == []


def test_a_link_that_nobody_measured_is_warned_about_once():
    unknown = facts("first_frame", bytes=None, width=None, height=None, format=None, is_link=True)
    assert problems(LITE, "first_frame", inputs=[unknown]) == []
    [(field, message)] = warnings(LITE, "first_frame", inputs=[unknown])
    assert field == "slot:first_frame"
    assert "sides of 300 to 6000 pixels" in message
    assert "less than 30 MB" in message


# ---- parameters


@pytest.mark.parametrize(
    ("spec", "mode", "values", "field", "message"),
    [
        (TWO, "text", {"ratio": "5:4"}, "ratio", "Ratio: Choose one of adaptive, 21:9"),
        (TWO, "text", {"duration": 3}, "duration", "Duration: Give a whole number from 4 to 15 s."),
        (TWO, "text", {"duration": "5"}, "duration", "Duration: Give a whole number"),
        (TWO, "text", {"generate_audio": 1}, "generate_audio", "Sound: Choose on or off."),
        (TWO, "text", {"camera_fixed": False}, "camera_fixed", "Seedance 2.0 has no setting called camera_fixed"),
        (FIVE, "frames", {"ratio": "16:9"}, "ratio", "Ratio: Choose one of adaptive."),
        (FIVE, "text", {"omni_reference_task_type": "edit"}, "omni_reference_task_type", "cannot be set in the mode"),
        (TURBO, "first_frame", {"ratio": None}, "ratio", "Size: choose a value, Runway Gen-4 Turbo needs one."),
        (TURBO, "first_frame", {"ratio": "1280:768"}, "ratio", "Size: Choose one of"),
        (TURBO, "first_frame", {"seed": 4294967296}, "seed", "Seed: Give a whole number from 0 to 4294967295."),
        (FLAT, "text", {"duration": "7s"}, "duration", "Duration: Choose one of 5s, 10s."),
        (FLAT, "text", {"logo": "x"}, "logo", "Logo: Write a JSON object"),
    ],
)
def test_a_value_that_would_be_refused_is_refused_here(spec, mode, values, field, message):
    [(found_field, found)] = problems(spec, mode, values=values)
    assert found_field == field
    assert message in found


def test_text_has_no_image_to_adapt_to_on_the_first_generation():
    spec = catalog.model("seedance-1.0-pro")
    assert problems(spec, "text", values={"ratio": "adaptive"})[0][0] == "ratio"
    assert problems(spec, "first_frame", values={"ratio": "adaptive"}) == []


def test_an_unset_parameter_is_no_problem():
    assert problems(TWO, "text", values={"seed": None, "return_last_frame": None, "unheard_of": None}) == []


# ---- hints


def test_a_figure_that_the_prompt_forgets_is_pointed_out():
    three = [facts("reference_image")] * 3
    assert warnings(FIGURES, "references", "[Figure 1] and [figure 2] in [图3]", three) == []
    assert warnings(FIGURES, "references", "[Figure 1] and [Figure 3]", three) == [
        ("prompt", "The prompt does not name [Figure 2]: an image left unnamed may be ignored.")
    ]
    assert warnings(FIGURES, "references", "[Figure 1][Figure 2][Figure 3][Figure 4]", three) == [
        ("prompt", "The prompt speaks of [Figure 4], and there are 3 images.")
    ]


def test_the_second_generation_needs_no_names_but_counts_them():
    one = [facts("reference_image")]
    assert warnings(TWO, "references", "A fox", one) == []
    assert warnings(TWO, "references", "The fox of image 1 in an image 3D style", one) == []
    assert warnings(TWO, "references", "The fox of Image 2", one) == [
        ("prompt", "The prompt speaks of image 2, and there is 1 image.")
    ]


def test_a_crop_is_announced():
    square = [facts("first_frame", width=1000, height=1000)]
    assert warnings(TWO, "first_frame", inputs=square) == [
        ("slot:first_frame", "The first frame is 1000 × 1000: the provider will crop it to 16:9.")
    ]
    assert warnings(TWO, "first_frame", inputs=square, values={"ratio": "adaptive"}) == []
    assert warnings(TWO, "first_frame") == []


# ---- an id that somebody typed in


def test_for_an_unknown_model_the_makers_limits_only_warn():
    wrong = {"duration": 40, "ratio": "5:4"}
    files = [facts("first_frame", width=100, height=100)]
    assert len(problems(LITE, "first_frame", inputs=files, values=wrong)) == 3
    assert problems(LITE, "first_frame", inputs=files, values=wrong, strict=False) == []
    fields = [field for field, _ in warnings(LITE, "first_frame", inputs=files, values=wrong, strict=False)]
    assert fields[:3] == ["slot:first_frame", "ratio", "duration"]


def test_for_an_unknown_model_what_cannot_be_written_is_still_refused():
    assert problems(TWO, "text", "", values={"generate_audio": "yes"}, strict=False) == [
        ("prompt", "Write a prompt: say what should be seen."),
        ("generate_audio", "Sound: Choose on or off."),
    ]
    assert problems(TWO, "text", values={"duration": "5"}, strict=False)[0][0] == "duration"
    assert problems(TURBO, "first_frame", "p" * 2000, strict=False) == []
