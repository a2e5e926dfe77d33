"""Text for people: plain, or lazy, which becomes a text of the reader's language when it is shown."""

from django.utils.functional import Promise

Words = str | Promise
FULL_STOPS = "。！？；："  # they bring their own space


def joined(*sentences: str) -> str:
    """Whole sentences one after the other."""
    text = ""
    for sentence in filter(None, sentences):
        text += sentence if not text or text.endswith(tuple(FULL_STOPS)) else f" {sentence}"
    return text
