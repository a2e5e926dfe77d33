"""The one way in which a file is turned down."""


class Rejected(Exception):
    """A file that is not what it should be; the message is a sentence for the person who brought it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
