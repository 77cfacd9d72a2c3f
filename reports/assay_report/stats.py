"""Statistics on samples, each of which is a process.

All of it is free of assumptions on the distribution: a benchmark's times are
skewed and have two humps as often as not.  Chance is seeded, so the same
samples give the same figures.
"""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy import stats as sps

SEED = 20090110
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate and where the truth lies with probability `coverage`."""

    value: float
    low: float
    high: float
    n: int
    coverage: float


def _numbers(values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        raise ValueError("no samples")
    if not np.all(np.isfinite(array)):
        raise ValueError("a sample is not a finite number")
    return array


def median(values: Sequence[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    return float(np.median(_numbers(values)))


def median_interval(values: Sequence[float],
                    confidence: float = CONFIDENCE) -> Interval:
    """The median and the interval between two order statistics.

    The number of samples below the true median is binomial(n, 1/2) whatever
    the distribution, so the k-th least and the k-th greatest hold it between
    them with a probability that is known exactly.  k is the greatest one that
    keeps `confidence`.  Under 6 samples even the extremes do not reach 95 %:
    the interval is then their range and `coverage` says what it is worth.
    """
    xs = np.sort(_numbers(values))
    n = len(xs)
    k = 1
    while k + 1 <= (n + 1) // 2 and _coverage(n, k + 1) >= confidence:
        k += 1
    return Interval(float(np.median(xs)), float(xs[k - 1]), float(xs[n - k]),
                    n, _coverage(n, k))


@cache
def _coverage(n: int, k: int) -> float:
    return max(0.0, 1 - 2 * float(sps.binom.cdf(k - 1, n, 0.5)))


def ratio_interval(numerators: Mapping[int, float],
                   denominators: Mapping[int, float],
                   confidence: float = CONFIDENCE) -> Interval | None:
    """The paired ratio: the median of the ratios within each round.

    Both map a round to its sample.  What made a round slow made both of its
    samples slow, so the ratio of a round is steadier than either.  Of the two
    in the middle it is the geometric mean: the ratio the other way round is
    then one over this one.  None if they have no round in common in which the
    denominator is not 0.
    """
    ratios = sorted(numerators[r] / denominators[r]
                    for r in numerators.keys() & denominators.keys()
                    if denominators[r] != 0)
    if not ratios:
        return None
    low, high = ratios[(len(ratios) - 1) // 2], ratios[len(ratios) // 2]
    middle = low if low == high else math.sqrt(low * high)
    return replace(median_interval(ratios, confidence), value=middle)


def geomean(values: Sequence[float]) -> float:
    """The geometric mean; all must be positive."""
    xs = _numbers(values)
    if np.any(xs <= 0):
        raise ValueError("a geometric mean is of positive numbers")
    return float(np.exp(np.mean(np.log(xs))))


def geomean_ratio(pairs: Sequence[tuple[Mapping[int, float],
                                        Mapping[int, float]]],
                  confidence: float = CONFIDENCE) -> Interval | None:
    """The geometric mean over workloads of the ratios of each round.

    The interval is over the rounds in which every workload has both samples.
    """
    rounds: set[int] | None = None
    for above, below in pairs:
        both = {r for r in above.keys() & below.keys()
                if above[r] > 0 and below[r] > 0}
        rounds = both if rounds is None else rounds & both
    if not rounds:
        return None
    return median_interval(
        [geomean([a[r] / b[r] for a, b in pairs]) for r in sorted(rounds)],
        confidence)


def mann_whitney(xs: Sequence[float], ys: Sequence[float]) -> float:
    """How likely chance makes two sides differ so much; two-sided."""
    a, b = _numbers(xs), _numbers(ys)
    if np.all(a == a[0]) and np.all(b == a[0]):
        return 1.0
    return float(sps.mannwhitneyu(a, b, alternative="two-sided").pvalue)


def aa_noise(samples: Sequence[float], per_side: int | None = None,
             quantile: float = 0.95, resamples: int = 2000,
             seed: int = SEED) -> float:
    """How far two medians of the same build lie apart, as a part of them.

    `samples` are all of one build (both sides of an A/A run pooled).  Two
    sides of `per_side` samples (half of them by default) are drawn again and
    again; the `quantile` of |ln(median / median)| is the noise, so that only
    one A/A comparison in twenty differs by more.
    """
    xs = _numbers(samples)
    if np.any(xs <= 0):
        raise ValueError("noise is of positive samples")
    side = per_side or max(1, len(xs) // 2)
    chance = np.random.default_rng(seed)
    a = np.median(chance.choice(xs, (resamples, side)), axis=1)
    b = np.median(chance.choice(xs, (resamples, side)), axis=1)
    return float(math.expm1(np.quantile(np.abs(np.log(a / b)), quantile)))
