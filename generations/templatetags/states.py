"""What a take's state leaves open in the words of its card, and what a studio admin should know on every page."""

from typing import Any

from django import template

from studio.models import User

from .. import alarms
from ..actions import last_attempt
from ..jobs import words
from ..models import Generation, State

register = template.Library()


@register.filter
def said(generation: Generation) -> str:
    """The job's own words, else what the state alone says."""
    if generation.message:
        return generation.message
    attempt = last_attempt(generation)
    return words.unsaid(State(attempt.state), generation.provider) if attempt else ""


@register.filter
def paused_for(user: Any) -> list[Any]:
    """The paused providers, for studio admins alone: one small query on a page of theirs, none on any other."""
    return alarms.paused() if isinstance(user, User) and user.is_staff else []


@register.filter
def why_paused(provider: Any) -> str:
    return words.why_paused(provider)
