"""What the cards and the clip page say that no model says: boxes, clocks, buttons."""

import json
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.models import Event
from studio.words import Words

from .. import story
from ..actions import Action, actions_of, last_attempt
from ..catalog import label_of
from ..catalog.cost import Estimate
from ..models import Asset, Attempt, Generation
from ..pace import Pace, Paces, pace_of

register = template.Library()
ROLES: dict[str, Words] = {
    "first_frame": _("First frame"),
    "last_frame": _("Last frame"),
    "reference_image": _("Reference image"),
    "reference_video": _("Reference video"),
    "reference_audio": _("Reference audio"),
}
SIGNS = {"USD": "$", "CNY": "¥", "EUR": "€"}

NARROWEST, WIDEST, STEP = 40, 250, 5  # hundredths: the classes .r-40 … .r-250 of studio.css


@register.filter
def ratio_class(ratio: Any) -> str:
    """The class of the nearest box. The CSP knows no style attributes, so ratios come in steps of 0.05."""
    hundredths = round(float(ratio) * 100 / STEP) * STEP if ratio else 180
    return f"r-{min(max(hundredths, NARROWEST), WIDEST)}"


@register.filter
def box(generation: Generation) -> str:
    return ratio_class(generation.width / generation.height)


@register.filter
def clock(seconds: Any) -> str:
    """0:05, 1:12, 1:02:03."""
    whole = max(round(float(seconds or 0)), 0)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


@register.filter
def since(moment: datetime | None, start: datetime | None) -> float:
    return (moment - start).total_seconds() if moment and start else 0.0


@register.filter
def elapsed(generation: Generation) -> int:
    """Seconds on its way so far."""
    return max(int((timezone.now() - (generation.started_at or generation.created_at)).total_seconds()), 0)


@register.filter
def expected(generation: Generation, known: Paces | str | None) -> int:
    """Seconds within which such a take usually ends."""
    return round(pace(generation, known).seconds)


@register.filter
def is_measured(generation: Generation, known: Paces | str | None) -> bool:
    """Enough was measured to speak of seconds left."""
    return pace(generation, known).measured


@register.filter
def progress(generation: Generation, known: Paces | str | None) -> int:
    """Percent: the provider's own, else an honest guess that never arrives before the clip does."""
    if generation.progress is not None:
        return round(generation.progress * 100)
    return min(round(95 * elapsed(generation) / pace(generation, known).seconds), 95)


def pace(generation: Generation, known: Paces | str | None) -> Pace:
    # A template without `paces` in its context passes "".
    return pace_of(generation, known if isinstance(known, dict) else None)


@register.filter
def actions(generation: Generation) -> tuple[Action, ...]:
    return actions_of(generation)


@register.filter
def attempt(generation: Generation) -> Attempt | None:
    return last_attempt(generation)


@register.filter
def model_label(generation: Generation) -> str:
    return label_of(generation.model)


@register.filter
def picture(generation: Generation) -> Asset | None:
    """The first input that can be looked at."""
    return next((entry.asset for entry in generation.inputs.all() if entry.asset.thumbnail), None)


@register.filter
def role_label(role: str) -> str:
    return str(ROLES.get(role, role.replace("_", " ").capitalize()))


@register.filter
def money(estimate: Estimate, takes: int = 1) -> str:
    """Of all takes together."""
    amount = estimate.amount * takes
    return f"{SIGNS.get(estimate.currency, estimate.currency + ' ')}{amount:.2f}"


@register.filter
def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


@register.filter
def percent(share: float) -> str:
    """98 %, and 100 % only when it is all."""
    return f"{min(share * 100, 99.9) if share < 1 else 100:.3g} %"


@register.filter
def unlocalised(number: float) -> str:
    """A number in SVG has a point, whatever the language."""
    return f"{number:g}"


@register.filter
def add_to(number: float, more: float) -> str:
    return f"{number + more:g}"


@register.filter
def deed(event: Event) -> str:
    return story.deed(event)
