"""What the samples of one run say about each cell: arithmetic alone.

A cell is a workload at a GOMAXPROCS.  In each round it is measured three
times side by side: base, base again, head.  The two of base are the A/A run
that tells what chance alone makes of the same build in the same minutes.

There are two ways to compare.  Paired: within a round; what slowed down the
machine for a while slowed down both sides.  Unpaired: all of one side with
all of the other; a sample gone astray touches no other.  How much a cell
changed is said by the way that is steadier here, and the A/A run alone tells
which that is, so the choice favours no verdict on head.  Whether chance may
have made it is tested both ways, and each counts as one of two tries.
"""
from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import stats as sps

from assay_report.stats import aa_noise, median_interval

# A figure may be 0 (no CPU time used); its logarithm must be a number.
LEAST = 1e-9
RESAMPLES = 500


class Cell(NamedTuple):
    """What is compared."""

    workload: str
    procs: int

    def __str__(self) -> str:
        return f"{self.workload} procs {self.procs}"


@dataclass(frozen=True)
class Rules:
    """When a difference counts."""

    alpha: float = 0.05  # chance that any cell of a run is suspected wrongly
    floor: float = 0.05  # less than this is never a regression
    quantile: float = 0.99  # of what an A/A comparison shows
    wanted: float = 0.10  # cells with a greater limit get more rounds


@dataclass
class Arms:
    """The samples of a cell: from the round to the headline."""

    base: dict[int, float] = field(default_factory=dict)
    again: dict[int, float] = field(default_factory=dict)
    head: dict[int, float] = field(default_factory=dict)

    def rounds(self) -> list[int]:
        """Those in which all three were measured."""
        return sorted(self.base.keys() & self.again.keys() & self.head.keys())

    def add(self, more: Arms) -> None:
        """Adds what later rounds brought."""
        self.base.update(more.base)
        self.again.update(more.again)
        self.head.update(more.head)


@dataclass(frozen=True)
class Finding:
    """What one run says about a cell."""

    n: int  # rounds
    base: float  # medians
    head: float
    paired: bool  # which way said how much
    change: float  # of head against base: 0.15 is 15 % more
    low: float  # its 95 % interval
    high: float
    noise: float  # what A/A comparisons like this one stay under
    limit: float  # the greater of noise and floor
    p: float  # of this cell alone, in the direction of the change
    slower: bool = False  # significant among all cells, and over the limit
    faster: bool = False
    by_cpu: bool = False  # CPU time, not the headline


def judge(alone: Mapping[Cell, Finding],
          alpha: float) -> dict[Cell, Finding]:
    """Adds the verdict: significance is that of all cells together."""
    slower = holm({c: f.p if f.change > 0 else 1.0
                   for c, f in alone.items()}, alpha)
    faster = holm({c: f.p if f.change < 0 else 1.0
                   for c, f in alone.items()}, alpha)
    # A limit of 25 % is a factor of 1.25 upwards and of 1 / 1.25 downwards.
    return {c: replace(f, slower=slower[c] and f.change > f.limit,
                       faster=faster[c] and 1 / (1 + f.change) - 1 > f.limit)
            for c, f in alone.items()}


def compare(arms: Arms, rules: Rules) -> Finding:
    """One cell by itself; it needs a round with all three samples."""
    rounds = arms.rounds()
    base, again, head = (np.log([max(side[r], LEAST) for r in rounds])
                         for side in (arms.base, arms.again, arms.head))
    pool = np.concatenate((base, again))
    paired = aa_limit(again - base, rules.quantile)
    unpaired = aa_noise(np.exp(pool), len(rounds), rules.quantile, RESAMPLES)
    by_round = head - (base + again) / 2
    shifts = by_round if paired <= unpaired else head - np.median(pool)
    noise = min(paired, unpaired)
    middle = median_interval(shifts.tolist())
    return Finding(len(rounds), float(np.exp(np.median(pool))),
                   float(np.exp(np.median(head))),
                   paired <= unpaired, _part(middle.value),
                   _part(middle.low), _part(middle.high), noise,
                   max(noise, rules.floor),
                   p_value(base, again, head, middle.value >= 0))


def p_value(base: np.ndarray, again: np.ndarray, head: np.ndarray,
            up: bool) -> float:
    """How likely a head like base is that much greater, or less, than base.

    The test of pairs is against each of the two of base, and the greater
    counts: if head is like base, its difference with either is symmetrical,
    as the test demands, however skewed the samples are; that with the mean of
    both is not.
    """
    if np.ptp(np.concatenate((base, again, head))) == 0:
        return 1.0
    way = "greater" if up else "less"
    pairs = max(_signed_rank(head - base, way),
                _signed_rank(head - again, way))
    ranks = sps.mannwhitneyu(head, np.concatenate((base, again)),
                             alternative=way).pvalue
    return min(1.0, 2 * min(pairs, float(ranks)))


def aa_limit(differences: Sequence[float] | np.ndarray,
             quantile: float) -> float:
    """What the median of so many A/A differences stays under, as a part.

    `differences` are ln(base again / base) of each round.  Which of the two
    came first says nothing, so each may as well have the other sign.  The
    median of n draws from them is over x with the probability that at least
    half of n draws are: a binomial, so the limit is simply one of the
    |differences|, the rank of which depends on n alone.
    """
    sizes = np.sort(np.abs(differences))
    return _part(float(sizes[_limit_rank(len(sizes), quantile) - 1]))


@lru_cache(maxsize=None)
def _limit_rank(n: int, quantile: float) -> int:
    half = (n + 1) // 2
    for rank in range(1, n):
        beyond = (1 - rank / n) / 2  # a draw is over this size, one side
        if 2 * float(sps.binom.sf(half - 1, n, beyond)) <= 1 - quantile:
            return rank
    return n


def holm(ps: Mapping[Cell, float], alpha: float) -> dict[Cell, bool]:
    """Holm's correction: which are significant, among all of them."""
    made: dict[Cell, bool] = {}
    still = True
    for rank, cell in enumerate(sorted(ps, key=lambda c: ps[c])):
        still = still and ps[cell] <= alpha / (len(ps) - rank)
        made[cell] = still
    return made


def least_rounds(cells: int, alpha: float) -> int:
    """Rounds under which not even all of them slower would be significant."""
    return math.ceil(math.log2(2 * max(1, cells) / alpha))


def _part(logarithm: float) -> float:
    """From ln(head / base) to the part by which head is more."""
    return math.expm1(min(logarithm, 700.0))


def _signed_rank(differences: np.ndarray, way: str) -> float:
    """Wilcoxon's test of pairs."""
    if not np.any(differences):
        return 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zeros: not exact then
        return float(sps.wilcoxon(differences, alternative=way).pvalue)
