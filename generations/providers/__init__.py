"""The wire formats the studio speaks. Adding one is a file, a line here, and a test file."""

from . import ark, gptproto, runway
from .base import Dialect

DIALECTS: tuple[Dialect, ...] = (ark, gptproto, runway)


def dialect(name: str) -> Dialect:
    """The dialect of that name. Raises KeyError with the names there are."""
    for one in DIALECTS:
        if name == one.NAME:
            return one
    raise KeyError(f"There is no dialect “{name}”; there are {', '.join(one.NAME for one in DIALECTS)}.")
