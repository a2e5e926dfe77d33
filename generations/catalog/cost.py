"""What a take will probably cost. Always an estimate: prices change, and gateways add theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .spec import ModelSpec, Price
from .values import effective, frame, pair


@dataclass(frozen=True)
class Estimate:
    amount: float
    currency: str
    tokens: int | None  # where the price is per token
    source: str  # of the price


def estimate(
    spec: ModelSpec, values: Mapping[str, Any], currency: str = "USD", video_seconds: float = 0
) -> Estimate | None:
    """The first price in this currency that holds for the values; None without one, or while the size is open.

    `video_seconds`: of the videos among the inputs, which are billed too.
    """
    held = effective(spec, values) | {"video_input": video_seconds > 0}
    price = next((price for price in spec.prices if price.currency == currency and holds(price, held)), None)
    if price is None:
        return None
    if price.unit == "call":
        return Estimate(price.amount, currency, None, price.source)
    seconds = seconds_of(held.get("duration"))
    if seconds is None:
        return None
    if price.unit == "second":
        return Estimate(price.amount * seconds, currency, None, price.source)
    pixels = pixels_of(spec, values, held)
    if pixels is None:
        return None
    tokens = tokens_of(pixels, seconds, spec.fps, video_seconds)
    return Estimate(tokens * price.amount / 1_000_000, currency, tokens, price.source)


def tokens_of(pixels: int, seconds: float, fps: int = 24, video_seconds: float = 0) -> int:
    """Ark's count: W x H x frames / 1024, one frame more than the seconds hold.

    The page says seconds x W x H x 24 / 1024; six published bills of four model generations fit 24·d + 1 (2025-2026).
    """
    return int(pixels * (fps * (seconds + video_seconds) + 1) // 1024)


def holds(price: Price, held: Mapping[str, Any]) -> bool:
    return all(
        held.get(name) in wanted if isinstance(wanted, tuple) else held.get(name) == wanted
        for name, wanted in price.when.items()
    )


def seconds_of(duration: Any) -> float | None:
    """Seconds of 5 or "5s"."""
    text = str(duration).removesuffix("s")
    return float(text) if text.isdecimal() else None


def pixels_of(spec: ModelSpec, values: Mapping[str, Any], held: Mapping[str, Any]) -> int | None:
    """Pixels of a frame. An adaptive ratio has the largest of its resolution: they differ by a hundredth."""
    if found := frame(spec, values):
        return found[0] * found[1]
    row = spec.sizes.get(str(held.get("resolution")), {})
    return max((width * height for width, height in (pair(size, "x") for size in row.values())), default=None)
