"""The one error that is meant for people, and what becomes of it."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from .escape import plain


class Failure(Exception):
    """Ends the program: its text is one line on stderr, and the status."""

    def __init__(self, text: str, status: int = 2):
        super().__init__(" ".join(plain(text).split()))
        self.status = status


class Parser(argparse.ArgumentParser):
    """A command line; what is wrong with it is a Failure."""

    def error(self, message: str) -> NoReturn:
        raise Failure(message)


def status_of(name: str, body: Callable[[], int]) -> int:
    """What a program ends with; what ends it early is a line on stderr."""
    try:
        return body()
    except KeyboardInterrupt:
        return 130
    except Failure as e:
        why, status = str(e), e.status
    except (OSError, UnicodeError, MemoryError) as e:
        why, status = str(Failure(str(e) or "out of memory")), 2
    print(f"{name}: {why}", file=sys.stderr)
    return status
