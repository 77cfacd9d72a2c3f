"""Steps in a history: where a figure changed and stayed.

At each place the points just before are compared with those just after.  The
place where a cut explains most is a step if the ranks of both sides differ
more than chance makes them (Mann and Whitney, corrected for all places that
were looked at) and the medians differ by more than the floor and by more than
the points scatter.  Then the next best, no window reaching over a step.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats as sps

LEAST_POINTS = 5  # of either side
WINDOW = 15  # of either side at most
ALPHA = 0.01
FLOOR = 0.05
SCATTERS = 3.0  # median absolute deviations


@dataclass(frozen=True)
class Step:
    """From point `index` on, things are different."""

    index: int
    before: float  # medians of the two parts
    after: float
    p: float

    @property
    def change(self) -> float:
        """0.15 is 15 % more than before."""
        return self.after / self.before - 1


def find_steps(values: Sequence[float]) -> list[Step]:
    """The steps in a series of positive figures, the first one first."""
    array = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(array) & (array > 0)):
        raise ValueError("a figure of a history is not positive")
    logs = np.log(array)
    edges = [0, len(logs)]
    while (cut := _best(logs, edges)) is not None:
        edges = sorted([*edges, cut.index])
    return [s for before, at, after in zip(edges, edges[1:], edges[2:])
            if (s := _step(logs[before:at], logs[at:after], at,
                           1)) is not None]


def _best(logs: np.ndarray, edges: Sequence[int]) -> Step | None:
    """The step that explains most, beside those that `edges` has."""
    gains: dict[int, tuple[float, Step]] = {}
    for start, end in zip(edges, edges[1:]):
        for at in range(start + LEAST_POINTS, end - LEAST_POINTS + 1):
            before = logs[max(start, at - WINDOW):at]
            after = logs[at:min(end, at + WINDOW)]
            step = _step(before, after, at, len(logs))
            if step is not None:
                both = _cost(np.concatenate((before, after)))
                gains[at] = both - _cost(before) - _cost(after), step
    return max(gains.values(), key=lambda g: g[0])[1] if gains else None


def _cost(part: np.ndarray) -> float:
    return float(np.sum(np.abs(part - np.median(part))))


def _step(before: np.ndarray, after: np.ndarray, index: int,
          places: int) -> Step | None:
    """The step between two parts, if it is one."""
    a, b = float(np.median(before)), float(np.median(after))
    scatter = max(float(np.median(np.abs(x - np.median(x))))
                  for x in (before, after))
    if abs(b - a) <= max(math.log1p(FLOOR), SCATTERS * scatter):
        return None
    p = float(sps.mannwhitneyu(before, after).pvalue) * places
    return Step(index, math.exp(a), math.exp(b), p) if p <= ALPHA else None
