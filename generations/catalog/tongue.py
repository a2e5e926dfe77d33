"""In which language the catalog speaks: English, until somebody who knows the reader hands it a translator.

The catalog is pure, so it does not ask Django itself. The functions have the names that makemessages looks for.
"""

from collections.abc import Callable


class Tongue:
    """The translator in use."""

    one: Callable[[str], str] = staticmethod(lambda text: text)
    many: Callable[[str, str, int], str] = staticmethod(lambda one, several, number: one if number == 1 else several)


def speak(one: Callable[[str], str], many: Callable[[str, str, int], str]) -> None:
    """From now on these translate."""
    Tongue.one, Tongue.many = staticmethod(one), staticmethod(many)


class Text(str):
    """A text for people that is older than its reader: written out it is in the reader's language, by `str`, a format
    or a template; compared, stored and sent it is English.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return gettext(super().__str__())


def gettext(text: str) -> str:
    return Tongue.one(text)


def ngettext(one: str, several: str, number: int) -> str:
    return Tongue.many(one, several, number)


def gettext_lazy(text: str) -> Text:
    return Text(text)
