"""What the renderer is asked for and what it made: plain data that travels as JSON to the rendering process."""

from dataclasses import asdict, dataclass
from typing import Any

FPS = 24


@dataclass(frozen=True)
class Picture:
    """An input in its role (`first_frame`, `last_frame`, `reference`): a file, or the name of one not fetched."""

    role: str
    path: str = ""
    name: str = ""


@dataclass(frozen=True)
class RenderJob:
    """One clip. Sizes in pixels (even), `frames` at 24 a second; `codec` is `h264` or `hevc`."""

    prompt: str
    seed: int
    width: int
    height: int
    frames: int
    pictures: tuple[Picture, ...] = ()
    audio: bool = False
    camera_fixed: bool = False
    loop: bool = False
    watermark: bool = False
    last_frame: bool = False
    codec: str = "h264"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "RenderJob":
        return cls(**{**data, "pictures": tuple(Picture(**picture) for picture in data["pictures"])})


@dataclass(frozen=True)
class Rendered:
    """The measured facts of a finished clip."""

    width: int
    height: int
    frames: int
    seconds: float
    size: int
    sha256: str
