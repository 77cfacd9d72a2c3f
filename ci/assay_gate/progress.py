"""Says where the gate is and how long it will take.

On a terminal that is one line on stderr that changes; elsewhere a line on
stdout for each part, as stderr is for what went wrong.
"""
from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """The progress of one gate."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.out: TextIO = sys.stderr if self.live else sys.stdout
        self.what, self.total, self.at, self.began = "", 0, 0, 0.0

    def say(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(f"gate: {text}", file=self.out, flush=True)

    def start(self, what: str, total: int) -> None:
        """A part of `total` steps begins."""
        self.what, self.total, self.at = what, total, 0
        self.began = time.monotonic()
        if not self.live:
            self.say(f"{what}: {total} steps")

    def step(self, text: str) -> None:
        """The next step begins."""
        if self.live:
            self._clear()
            self.out.write(f"{self.what} {self.at}/{self.total}"
                           f"{self._left()}: {text}"[:79])
            self.out.flush()
        self.at += 1

    def done(self) -> None:
        """The part is over."""
        self._clear()

    def _left(self) -> str:
        if self.at < 3:
            return ""
        spent = time.monotonic() - self.began
        seconds = spent / self.at * (self.total - self.at)
        return f", {seconds:.0f} s left"

    def _clear(self) -> None:
        if self.live:
            self.out.write("\r\033[K")
