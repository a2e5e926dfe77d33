"""Times that come as unix seconds, as a provider's list tells them."""

from datetime import UTC, datetime

from django import template

register = template.Library()


@register.filter
def moment(seconds: float | None) -> datetime | None:
    """For the `date` filter, which then shows it in the viewer's time zone."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
