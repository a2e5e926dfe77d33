"""What a prompt looks like: which words ask for which light, which land and which weather. All data."""

import re
from dataclasses import dataclass
from random import Random

from generations.sandbox.fields import Colour


@dataclass(frozen=True)
class Light:
    """The colours of one time of day. Hex words, from the top of the sky to the ground before our feet."""

    sky: tuple[str, ...]
    glow: str
    disc: str
    far: str
    near: str
    mist: str
    sun: float  # strength of the glow, 0..1
    height: float  # of the disc, as a part of the frame from the top
    stars: float = 0.0
    cloud: float = 0.7  # how dense clouds may get, 0..1
    lamps: tuple[str, ...] = ()  # colours of lit windows; none by day
    snow: str = ""  # on high mountains


LIGHTS: dict[str, Light] = {
    "dawn": Light(
        ("2f5583", "7fa5c4", "f3c9a6", "ffe6bd"), "ffe3b0", "fff6e0", "b7a3a6", "232c42", "f2cdb0", 0.75, 0.42,
        snow="ffe9dc",
    ),
    "day": Light(
        ("2f7fca", "82c0ec", "cfe8f3", "f4f7ef"), "ffffff", "ffffff", "9dbfca", "1f4a4c", "dfeeee", 0.55, 0.2,
        snow="ffffff",
    ),
    "dusk": Light(
        ("2a1650", "7b2c78", "dd5272", "ffa56b"), "ffb27d", "fff0dd", "97406f", "170d29", "e5778a", 0.8, 0.46,
        lamps=("ffd28a", "ffb066"), snow="ffb9b0",
    ),
    "night": Light(
        ("03060f", "0a1633", "18306a", "3c5c9c"), "a9c1ff", "f3f6ff", "2a4278", "03050c", "35538f", 0.5, 0.24,
        stars=1.0, cloud=0.28, lamps=("ffd28a", "ffe9c2"), snow="8ea8e0",
    ),
    "storm": Light(
        ("161e26", "33414c", "64757d", "a3b0b0"), "cfd8d6", "dfe6e4", "5a6b74", "0b1116", "8d9da1", 0.45, 0.3,
        cloud=0.95, lamps=("ffdf9e", "ffc878"),
    ),
    "mint": Light(
        ("4fa9bd", "93d3cf", "d3efdd", "f3faea"), "ffffff", "ffffff", "86c6b2", "0b3029", "d6f0e2", 0.7, 0.3,
    ),
    "sand": Light(
        ("4d97bf", "9fcfd6", "f3dcb4", "ffe9c4"), "fff0cf", "fffaf0", "e3b488", "6b2d17", "fbdcae", 0.8, 0.32,
    ),
    "frost": Light(
        ("7ea4c9", "b7cfe3", "e6e6ea", "f9eee6"), "fff4e8", "ffffff", "aebfd3", "2c4159", "f0f3f7", 0.6, 0.36,
        lamps=("ffd28a", "ffc070"), snow="ffffff",
    ),
    "neon": Light(
        ("07040f", "1d0d3d", "5a1a6b", "e0447c"), "ff6aa8", "ffd9ec", "43246f", "05030c", "7c2a7f", 0.6, 0.47,
        stars=0.3, cloud=0.3, lamps=("ff5fb0", "58f0ff"),
    ),
    "aurora": Light(
        ("02040c", "06122a", "0c2b45", "1b5663"), "7dffc9", "eafff6", "1a3f52", "02050a", "1f5a63", 0.25, 0.2,
        stars=1.0, lamps=("ffd28a", "ffe9c2"), snow="5fa9a6",
    ),
}  # fmt: skip

# The first pattern that is found decides; Chinese words beside the English ones.
LIGHT_WORDS: tuple[tuple[str, str], ...] = (
    ("aurora|northern light|极光", "aurora"),
    ("neon|cyberpunk|霓虹|赛博", "neon"),
    ("night|moon|star|galax|space|midnight|dark|夜|月|星|银河|太空", "night"),
    ("sunset|dusk|evening|romantic|twilight|golden hour|黄昏|日落|夕阳|傍晚", "dusk"),
    ("storm|rain|thunder|grey|gray|gloom|暴风|雨|雷", "storm"),
    ("snow|winter|ice|frost|glacier|arctic|雪|冬|冰", "frost"),
    ("desert|sand|dune|canyon|sahara|mars|沙漠|沙丘", "sand"),
    ("sunrise|dawn|morning|early light|warm|日出|清晨|早晨|晨", "dawn"),
    ("blue sky|noon|summer|beach|sunny|clear|蓝天|夏|阳光", "day"),
    ("forest|jungle|grass|lawn|garden|spring|field|daisy|flower|meadow|green|森林|草|花|春", "mint"),
)
LAND_WORDS: tuple[tuple[str, str], ...] = (
    ("city|street|skyline|tokyo|new york|downtown|building|cyberpunk|neon|城市|街|楼", "city"),
    ("sea|ocean|wave|water|lake|beach|coast|ship|boat|sail|lighthouse|island|海|湖|浪|船", "sea"),
    ("desert|dune|sand|sahara|mars|沙漠|沙丘", "dunes"),
    ("forest|jungle|woods|pine|fir|fox|bear|deer|森林", "forest"),
    ("field|meadow|grass|lawn|flower|daisy|daisies|garden|hill|farm|tree|oak|puppy|dog|corgi|cat|草|花|田", "hills"),
    ("mountain|alp|peak|cliff|canyon|valley|glacier|山|峰", "mountains"),
)
WEATHER_WORDS: tuple[tuple[str, str], ...] = (
    ("rain|storm|thunder|雨|暴风", "rain"),
    ("snow|winter|blizzard|雪|冬", "snow"),
    ("petal|blossom|cherry|sakura|confetti|birthday|花瓣|樱", "petals"),
)
DRIFT = {"night": "fireflies", "aurora": "", "neon": "dust", "storm": "rain", "frost": "snow", "mint": "pollen"}
FIGURE_WORDS: tuple[tuple[str, str], ...] = (
    ("lighthouse|灯塔", "lighthouse"),
    ("sail|boat|ship|yacht|船|帆", "boat"),
    ("balloon|热气球", "balloon"),
    ("cabin|house|cottage|home|hut|小屋|房", "cabin"),
    ("tree|oak|树", "tree"),
)


INDOOR_WORDS: tuple[tuple[str, str], ...] = (
    (
        "product|plinth|pedestal|packshot|bottle|perfume|cosmetic|sneaker|watch|jewel|still life|minimal|产品|香水|瓶",
        "plinth",
    ),
    ("cozy|indoor|room|cafe|bar|party|birthday|candle|bokeh|portrait|concert|club|室内|咖啡|生日|派对", "bokeh"),
)


@dataclass(frozen=True)
class Look:
    """The choice made for one prompt: a `LIGHTS` key, a land, a weather, a figure (or "")."""

    light: str
    land: str
    weather: str
    figure: str


def look_for(prompt: str, rng: Random) -> Look:
    """What the words ask for; what they leave open, `rng` chooses."""
    light = found(LIGHT_WORDS, prompt) or rng.choice(("dawn", "dusk", "mint", "night", "day"))
    land = found(LAND_WORDS, prompt) or {"sand": "dunes", "mint": "hills"}.get(light, "mountains")
    weather = found(WEATHER_WORDS, prompt) or DRIFT.get(light, "dust")
    return Look(light, land, weather, found(FIGURE_WORDS, prompt))


def found(words: tuple[tuple[str, str], ...], prompt: str) -> str:
    text = prompt.lower()
    return next((value for pattern, value in words if re.search(rf"(?<![a-z])(?:{pattern})", text)), "")


def rgb(hexes: str) -> Colour:
    red, green, blue = bytes.fromhex(hexes)
    return (red, green, blue)
