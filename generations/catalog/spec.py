"""What one model can do, as frozen data. The composer, the pre-flight and the wire are all made from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Of one slot's files. None: no limit known."""

    max_bytes: int | None = None  # of the file, strictly below
    max_inline: int | None = None  # bytes of its data URI, base64 and all, where the maker limits that apart
    min_side: int | None = None  # pixels, strictly inside, as makers disagree whether the bound itself passes
    max_side: int | None = None
    min_ratio: float | None = None  # width / height
    max_ratio: float | None = None
    min_pixels: int | None = None  # width x height
    max_pixels: int | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None
    total_seconds: float | None = None  # of all files in the slot together
    formats: tuple[str, ...] = ()  # lower-case: png jpeg webp mp4 mov mp3 wav


@dataclass(frozen=True)
class Slot:
    """A place for inputs of one role. `min`..`max` files of `kind`."""

    role: str  # first_frame | last_frame | reference_image | reference_video | reference_audio
    kind: str  # image | video | audio
    label: str
    min: int = 0
    max: int = 1
    tag: str = ""  # how the prompt names the n-th file, such as "[Figure {n}]"; "" when it cannot
    tag_aliases: tuple[str, ...] = ()  # further spellings that the model understands
    tag_expected: bool = False  # a file that the prompt does not name is likely to be ignored
    inline: bool = True  # a data URI is accepted; False: the provider needs a URL
    limits: Limits = Limits()
    name_role: bool = True  # False: a lone file's role stays off the wire


@dataclass(frozen=True)
class Mode:
    """One legal combination of slots. The modes of a model exclude each other."""

    name: str  # text | first_frame | frames | references
    label: str
    slots: tuple[Slot, ...] = ()
    needs_prompt: bool = True
    needs: tuple[str, ...] = ()  # at least one file in one of these roles (audio alone is refused by some)
    omit: tuple[str, ...] = ()  # wire names of parameters that this mode cannot take
    drop_choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # wire name → choices illegal here


@dataclass(frozen=True)
class Parameter:
    """One setting. `default` None: left off the wire, the provider decides.

    Kind `ratio` is a choice of "16:9" and the like or "adaptive"; kind `size` a choice of pixels, "1280:768".
    """

    name: str  # on the wire
    label: str
    kind: str  # choice | int | bool | ratio | size | json
    default: Any = None
    implied: Any = None  # what the provider does when it is left off, where documented: for help and estimates
    choices: tuple[Any, ...] = ()
    min: int | None = None
    max: int | None = None
    required: bool = False  # must be on the wire
    help: str = ""
    flag: str = ""  # the in-prompt flag word without dashes, for accounts that send flags; "" never a flag
    advanced: bool = False  # behind "More" in the composer
    unit: str = ""  # "s" after a duration
    by_member: bool = False  # only a member may set it: the studio adds no random value of its own


@dataclass(frozen=True)
class Price:
    """For estimates. `unit`: call | second | million_tokens."""

    unit: str
    amount: float
    currency: str = "USD"
    # Parameter values it holds for (a list: any of them), and `video_input`: whether a video is among the inputs.
    when: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class ModelSpec:
    """A model as one dialect offers it. `key` is ours and stable; `id` is what goes on the wire by default."""

    key: str
    id: str
    label: str
    dialect: str
    family: str
    modes: tuple[Mode, ...]
    parameters: tuple[Parameter, ...] = ()
    max_prompt: int | None = None  # characters (UTF-16 units), hard limit
    advise_prompt: int | None = None  # Chinese characters, two English words counting as one: a gentle warning
    max_body: int | None = None  # bytes of the whole request
    prices: tuple[Price, ...] = ()
    poll_floor: float = 5.0  # seconds between looks
    deadline: float = 6 * 3600.0  # seconds after acceptance in which a take must end, sent along where the API takes it
    expected: float = 90.0  # seconds a take usually takes, before we have our own history
    fps: int = 24
    sizes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # resolution → ratio → "WxH"
    notes: str = ""
    legacy: bool = False  # hidden from the picker unless asked for


@dataclass(frozen=True)
class Preset:
    """A starting point for a provider account: the right host, and what may be added to a request."""

    name: str
    label: str
    dialect: str
    base_url: str
    models: tuple[str, ...]  # keys of ModelSpec
    ids: Mapping[str, str] = field(default_factory=dict)  # key → id on the wire, where this host has its own
    omits: tuple[str, ...] = ()  # wire names of parameters that this host does not take
    currency: str = ""  # of the prices that hold here; "": none are published, so no estimate
    headers: Mapping[str, str] = field(default_factory=dict)
    flags: bool = False
    adds: frozenset[str] = frozenset()  # of {"tag", "seed", "expiry"}: what a request may carry beyond the document
    max_inline: int | None = None  # bytes of one base64 input that the gateway takes
    concurrency: int = 3
    rate: int = 60  # POSTs a minute
    lists: bool = True  # this host answers the dialect's list call
    lab: bool = False  # loopback and plain http are allowed: our own sandbox
    help: str = ""
    docs: str = ""
