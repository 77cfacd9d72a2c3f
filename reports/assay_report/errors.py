"""The one error that is meant for people, and who raises it first."""
from __future__ import annotations

import argparse
from typing import NoReturn


class Failure(Exception):
    """Ends the program: its text is one line on stderr, and the status."""

    def __init__(self, text: str, status: int = 2):
        super().__init__(" ".join(text.split()))
        self.status = status


class Parser(argparse.ArgumentParser):
    """A command line; what is wrong with it is a Failure."""

    def error(self, message: str) -> NoReturn:
        raise Failure(message)
