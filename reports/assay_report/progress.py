"""What a person sees while the rounds run."""
from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from .plan import Step

LINE_EVERY = 30.0  # seconds between the plain lines


class Estimate:
    """How long the steps that are left will take."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, int, str], list[float]] = {}
        self._names: dict[str, list[float]] = {}
        self._all = [0.0, 0.0]

    def note(self, step: Step, seconds: float) -> None:
        """The step took that long, repeats included."""
        for total in (self._cells.setdefault(step.cell, [0.0, 0.0]),
                      self._names.setdefault(step.workload, [0.0, 0.0]),
                      self._all):
            total[0] += seconds
            total[1] += 1

    def seconds(self, steps: Sequence[Step]) -> float:
        """From the same cell, or else the same workload, or else all."""
        return sum(self._one(step) for step in steps)

    def _one(self, step: Step) -> float:
        for total in (self._cells.get(step.cell),
                      self._names.get(step.workload), self._all):
            if total and total[1]:
                return total[0] / total[1]
        return 0.0


def human_time(seconds: float) -> str:
    """Roughly: 40 s, 12 min, 1 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


class Progress:
    """One line that changes on a terminal, plain lines elsewhere."""

    def __init__(self, rounds: int, out: TextIO | None = None):
        self.rounds = rounds
        self.out = out or sys.stderr
        self.live = self.out.isatty()
        self.last = 0.0
        self.last_round = -1

    def say(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(f"bench: {text}", file=self.out, flush=True)

    def step(self, step: Step, done: int, total: int, left: float | None,
             repeated: int) -> None:
        """Before a sample is taken; `left` in seconds, None if unknown."""
        time_left = "" if left is None else f", {human_time(left)} left"
        again = f", {repeated} repeated" if repeated else ""
        head = f"round {step.round + 1}/{self.rounds}"
        tail = f"{done}/{total} samples{time_left}{again}"
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            text = f"{head}: {tail}  {step.workload} procs {step.procs} "
            text += step.runtime
            self.out.write("\r" + text[:width].ljust(width))
            self.out.flush()
            return
        now = time.monotonic()
        if step.round != self.last_round or now - self.last >= LINE_EVERY:
            self.last, self.last_round = now, step.round
            self.say(f"{head}: {tail}")

    def _clear(self) -> None:
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            self.out.write("\r" + " " * width + "\r")
