"""What each family of Seedance accepts: docs/protocols.md A.3 (official pages, read 2026-10). All data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """`refs` are the most reference images, videos and audios; `seconds` the shortest and longest clip."""

    table: str  # of sizes.PIXELS
    seconds: tuple[int, int]
    resolutions: tuple[str, ...] = ("480p", "720p", "1080p")
    resolution: str = "720p"  # the default
    refs: tuple[int, int, int] = (0, 0, 0)
    text: bool = True  # from words alone
    images: bool = True
    last: bool = True  # a last frame
    adaptive: bool = True  # also for words alone and for references
    chooses_seconds: bool = True  # duration -1
    default_seconds: int = 5
    audio: bool = True
    frames: bool = False
    flex: bool = False
    priority: bool = True
    draft: bool = False


ONE = {"table": "1.0", "seconds": (2, 12), "adaptive": False, "chooses_seconds": False, "audio": False, "frames": True}
ONE |= {"flex": True, "priority": False}

# The first name that is part of the model id decides; "" is any other model, an endpoint for instance: most is allowed.
FAMILIES: tuple[tuple[str, Family], ...] = (
    ("seedance-2-5", Family("2.5", (4, 30), refs=(30, 10, 10), default_seconds=-1, draft=True)),
    ("seedance-2-0-fast", Family("2.0", (4, 15), ("480p", "720p"), refs=(9, 3, 3))),
    ("seedance-2-0-mini", Family("2.0", (4, 15), ("480p", "720p"), refs=(9, 3, 3))),
    ("seedance-2-0", Family("2.0", (4, 15), ("480p", "720p", "1080p", "4k"), refs=(9, 3, 3))),
    ("seedance-1-5", Family("2.0", (4, 12), flex=True, priority=False, draft=True)),
    ("seedance-1-0-pro-fast", Family(**ONE, resolution="1080p", last=False)),  # type: ignore[arg-type]
    ("seedance-1-0-pro", Family(**ONE, resolution="1080p")),  # type: ignore[arg-type]
    ("seedance-1-0-lite-t2v", Family(**ONE, images=False)),  # type: ignore[arg-type]
    ("seedance-1-0-lite-i2v", Family(**ONE, text=False, refs=(4, 0, 0))),  # type: ignore[arg-type]
    (
        "",
        Family(
            "2.0", (1, 30), ("480p", "720p", "1080p", "4k"), refs=(30, 10, 10), frames=True, flex=True, draft=True
        ),
    ),
)  # fmt: skip


def family_of(model: str) -> Family:
    return next(family for name, family in FAMILIES if name in model)
