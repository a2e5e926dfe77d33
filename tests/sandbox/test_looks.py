"""What words ask for, and the tables of sizes."""

from dataclasses import replace
from random import Random

import pytest
from PIL import Image, ImageChops

from generations.sandbox import scenes
from generations.sandbox.camera import MOVES, View, camera, move_for
from generations.sandbox.figures import FIGURES
from generations.sandbox.flags import split_flags
from generations.sandbox.looks import FIGURE_WORDS, LAND_WORDS, LIGHT_WORDS, LIGHTS, Look, look_for
from generations.sandbox.scenes import LAYERS, scene
from generations.sandbox.sizes import PIXELS, RATIOS, nearest_ratio, pixels, tiny, tokens


@pytest.mark.parametrize(
    ("prompt", "light", "land"),
    [
        ("A lone lighthouse at night", "night", "sea"),
        ("Sunset romance, girl hugging a fox", "dusk", "forest"),
        ("Corgi puppy running through desert dunes", "sand", "dunes"),
        ("Stormy ocean waves against cliffs", "storm", "sea"),
        ("Cyberpunk city street", "neon", "city"),
        ("雪山的清晨", "frost", "mountains"),
        ("森林", "mint", "forest"),
    ],
)
def test_words_choose_light_and_land(prompt: str, light: str, land: str) -> None:
    look = look_for(prompt, Random(1))
    assert (look.light, look.land) == (light, land)


def test_every_word_leads_somewhere() -> None:
    assert {light for _, light in LIGHT_WORDS} <= set(LIGHTS)
    assert {land for _, land in LAND_WORDS} <= set(LAYERS)
    assert {
        move_for(words, Random(1)) for words in ("zoom in", "pull back", "pan left", "orbit", "rise", "tilt down")
    } == set(MOVES)


@pytest.mark.parametrize("figure", [figure for _, figure in FIGURE_WORDS])
@pytest.mark.parametrize("land", LAYERS)
def test_every_figure_stands_on_every_land(monkeypatch: pytest.MonkeyPatch, figure: str, land: str) -> None:
    def picture() -> bytes:
        return scene("", Random(1), (96, 54), camera("in", False, False), False)(0.5).tobytes()

    monkeypatch.setattr(scenes, "look_for", lambda prompt, rng: Look("dusk", land, "dust", figure))
    shown = picture()
    monkeypatch.setitem(FIGURES, figure, replace(FIGURES[figure], body=(), lamps=()))
    assert picture() != shown


@pytest.mark.parametrize("land", LAYERS)
@pytest.mark.parametrize("move", MOVES)
def test_what_is_left_unpainted_lies_behind_nearer_land(monkeypatch: pytest.MonkeyPatch, land: str, move: str) -> None:
    words = {"dunes": "desert", "islands": "sea"}.get(land, land)

    def frames() -> list[Image.Image]:
        paint = scene(f"{words} at dawn", Random(3), (120, 68), camera(move, False, False), False)
        return [paint(t) for t in (0.0, 0.5, 1.0)]

    sparing = frames()
    monkeypatch.setattr(scenes, "covered_from", lambda layer: 1.0)
    for whole, spared in zip(frames(), sparing, strict=True):
        worst = max(ImageChops.difference(whole, spared).tobytes())
        assert worst <= 3  # rounding of the resampled edge, never a hole


def test_a_fixed_camera_rests_and_a_loop_comes_back() -> None:
    assert camera("left", True, False)(0.7) == View()
    there_and_back = camera("left", False, True)
    assert there_and_back(0.0).x == pytest.approx(there_and_back(1.0).x)
    assert there_and_back(0.5).x == pytest.approx(-0.9)


def test_sizes_are_the_published_ones() -> None:
    assert pixels("1.0", "480p", "16:9") == (864, 480)
    assert pixels("2.0", "480p", "16:9") == (864, 496)
    assert pixels("2.5", "480p", "9:16") == (480, 854)
    assert pixels("2.0", "4k", "21:9") == (4398, 1886)
    for table in PIXELS.values():
        for sizes in table.values():
            assert len(sizes) == len(RATIOS)
            for ratio, (width, height) in zip(RATIOS, sizes, strict=True):
                assert width % 2 == height % 2 == 0
                assert nearest_ratio(width, height) == ratio


def test_tokens_are_the_published_ones() -> None:
    assert tokens((1920, 1088), 121) == 246_840
    assert tokens((1280, 720), 121) == 108_900
    assert tokens((854, 480), 97) == 38_830


def test_tiny_keeps_the_shape() -> None:
    assert tiny((1280, 720)) == (64, 36)
    assert tiny((720, 1280)) == (36, 64)
    assert tiny((2206, 946)) == (64, 28)


def test_flags_are_cut_out_of_the_prompt() -> None:
    words, flags = split_flags("A fox --rt 16:9 runs --DUR=5 --camerafixed false --fps 24 --seed x --other 1")
    assert words == "A fox runs --other 1"
    assert flags == {"ratio": "16:9", "duration": 5, "camera_fixed": False, "framespersecond": 24}
