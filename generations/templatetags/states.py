"""What a take's state leaves open in the words of its card, and what a studio admin should know on every page."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from studio.models import User

from .. import alarms
from ..actions import last_attempt
from ..jobs import words
from ..models import Generation, State
from ..told import told

register = template.Library()


@register.filter
def said(generation: Generation) -> str:
    """The job's own words, else what the state alone says."""
    if generation.message:
        return told(generation.message)
    attempt = last_attempt(generation)
    return told(words.unsaid(State(attempt.state), generation.provider)) if attempt else ""


@register.filter
def paused_for(user: Any) -> list[Any]:
    """The paused providers, for studio admins alone: one small query on a page of theirs, none on any other."""
    return alarms.paused() if isinstance(user, User) and user.is_staff else []


@register.filter
def why_paused(provider: Any) -> str:
    """What follows on "is paused"."""
    if words.is_by_hand(provider):
        return _(" by {person}").format(person=words.who_paused(provider))
    reason = told(words.reason_of_pause(provider))
    return _(": {reason}").format(reason=reason) if reason else ""


@register.filter
def in_words(text: str) -> str:
    """What a worker wrote into a row, in the reader's language."""
    return told(text or "")
