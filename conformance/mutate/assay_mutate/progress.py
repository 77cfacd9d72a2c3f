"""Says how far a campaign is: a line for each mutant."""
from __future__ import annotations

import threading
import time

from .draw import Mutant
from .judge import Verdict


class Progress:
    """Of `total` mutants, `left` are still to be judged."""

    def __init__(self, total: int, left: int):
        self.total, self.left, self.ended = total, left, 0
        self.began = time.monotonic()
        self.lock = threading.Lock()
        if left < total:
            print(f"mutate: {total - left} of {total} are judged already",
                  flush=True)

    def done(self, mutant: Mutant, verdict: Verdict) -> None:
        """It is judged."""
        self._say(f"{mutant.id} {verdict.what} {verdict.case} "
                  f"{mutant.file}:{mutant.line} {mutant.change.operator}")

    def none(self, row: str) -> None:
        """No fault was found that the row kills."""
        self._say(f"{row} has killed none")

    def _say(self, words: str) -> None:
        with self.lock:
            self.ended += 1
            spent = time.monotonic() - self.began
            minutes = spent / self.ended * (self.left - self.ended) / 60
            at = self.total - self.left + self.ended
            print(f"[{at}/{self.total}, {minutes:.0f} min left] {words}",
                  flush=True)
