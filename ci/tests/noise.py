"""Made-up samples with the noise of real machines.

Each model is a function of a random generator that returns another: one that
gives the factor by which the next sample of a cell is off.  Its state goes on
from sample to sample, so drift and bursts hit neighbours alike.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

Factor = Callable[[], float]
RECORDED = Path(__file__).with_name("noise.tsv")


def quiet(chance: np.random.Generator) -> Factor:
    """A machine of one's own: 1 %, now and then some more."""
    return lambda: math.exp(0.01 * chance.standard_t(4))


def heavy(chance: np.random.Generator) -> Factor:
    """Skewed, with a tail so heavy that it has no variance."""
    def next_factor() -> float:
        tail = chance.pareto(1.5) * 0.05
        return (1 + tail) * math.exp(0.02 * chance.standard_normal())
    return next_factor


def drift(chance: np.random.Generator) -> Factor:
    """Speed wanders by tens of percent within a session."""
    state = 0.0

    def next_factor() -> float:
        nonlocal state
        state = 0.98 * state + 0.03 * chance.standard_normal()
        return math.exp(state + 0.02 * chance.standard_normal())
    return next_factor


def bursts(chance: np.random.Generator) -> Factor:
    """Other load for some ten samples at a time."""
    left, size = 0, 1.0

    def next_factor() -> float:
        nonlocal left, size
        if left == 0 and chance.random() < 0.02:
            left, size = int(chance.geometric(0.1)), chance.uniform(1.2, 3)
        noise = math.exp(0.02 * chance.standard_normal())
        if left > 0:
            left -= 1
            return size * noise * math.exp(0.1 * chance.standard_normal())
        return noise
    return next_factor


def two_modes(chance: np.random.Generator) -> Factor:
    """A third of the processes is 30 % slower, by luck of their layout."""
    def next_factor() -> float:
        slow = 1.3 if chance.random() < 0.33 else 1.0
        return slow * math.exp(0.01 * chance.standard_normal())
    return next_factor


@lru_cache(maxsize=None)
def recorded_series(name: str) -> tuple[np.ndarray, ...]:
    """What samples of one build of goro showed, see noise.tsv."""
    found = []
    for line in RECORDED.read_text().splitlines():
        kind, _, *values = line.split("\t")
        if kind == name:
            found.append(np.array(values, dtype=float))
    return tuple(found)


def recorded(name: str) -> Callable[[np.random.Generator], Factor]:
    """Goes through a recorded series from anywhere, and round again."""
    def make(chance: np.random.Generator) -> Factor:
        every = recorded_series(name)
        series = every[chance.integers(len(every))]
        at = int(chance.integers(len(series)))

        def next_factor() -> float:
            nonlocal at
            at = (at + 1) % len(series)
            return float(series[at])
        return next_factor
    return make


MODELS: dict[str, Callable[[np.random.Generator], Factor]] = {
    "quiet": quiet, "heavy tails": heavy, "drift": drift, "bursts": bursts,
    "two modes": two_modes,
}
