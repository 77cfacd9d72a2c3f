"""The one error of this package that is meant for people."""


class Failure(Exception):
    """Ends the program: its text is one line on stderr, and the status."""

    def __init__(self, text: str, status: int = 2):
        super().__init__(" ".join(text.split()))
        self.status = status
