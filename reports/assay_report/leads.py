"""Who is ahead of whom: in each workload, and over a family of them.

Ahead is who has the lesser figure.  What decides is the ratio within the
rounds, as everywhere, so that no figure beside it says otherwise.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .analysis import GO, Analysis
from .stats import Interval, median
from .style import CONFIDENT

# How sure a lead is, the least sure first.
TIE, ONE, AGREE, SURE = range(4)


def how_sure(lead: Interval) -> int:
    """Of a ratio that says how far ahead something is."""
    if lead.low <= 1:
        return TIE
    if lead.n == 1:
        return ONE
    return SURE if lead.coverage >= CONFIDENT else AGREE


@dataclass(frozen=True)
class Lead:
    """A workload, and how far its best runtime is ahead of the next."""

    workload: str
    best: str
    next: str
    ratio: Interval  # above 1 unless it is a tie
    sure: int


def order(a: Analysis, workload: str, procs: int) -> list[str]:
    """The runtimes with a figure, the best first: by their ratio to Go."""
    cells = {r: c.value for r in a.runtimes
             if (c := a.cell(workload, procs, r)) is not None}
    ratios = {r: i.value for r in cells
              if (i := a.ratio(workload, procs, r, GO)) is not None}
    by = ratios if ratios.keys() == cells.keys() else cells
    return sorted(cells, key=lambda r: by[r])


def best(a: Analysis, workload: str, procs: int) -> str | None:
    """The first that no other is ahead of; None if there are not two."""
    found = order(a, workload, procs)
    if len(found) < 2:
        return None
    return next((x for x in found if not any(
        _ahead(a.ratio(workload, procs, r, x)) for r in found)), None)


def _ahead(ratio: Interval | None) -> bool:
    return ratio is not None and ratio.high < 1


def lead(a: Analysis, workload: str, procs: int) -> Lead | None:
    """None if there is no best one, or no ratio as its figure is 0."""
    first = best(a, workload, procs)
    if first is None:
        return None
    others = {r: i for r in order(a, workload, procs) if r != first
              and (i := a.ratio(workload, procs, r, first)) is not None}
    if not others:
        return None
    closest = min(others, key=lambda r: others[r].value)
    return Lead(workload, first, closest, others[closest],
                min(map(how_sure, others.values())))


def leads(a: Analysis, procs: int, family: str = "") -> list[Lead]:
    """Those of all the workloads that there is one of."""
    found = (lead(a, name, procs) for name in a.measured(family))
    return [x for x in found if x is not None]


@dataclass(frozen=True)
class Standing:
    """The leads of a family, and where one runtime is behind them."""

    leads: Sequence[Lead]
    behind: Sequence[Interval]  # the subject's ratio to each best one

    @property
    def winners(self) -> list[tuple[str, int]]:
        """Who leads how many, without ties; the most first."""
        return Counter(x.best for x in self.leads
                       if x.sure != TIE).most_common()

    @property
    def ties(self) -> int:
        return sum(x.sure == TIE for x in self.leads)

    @property
    def ahead(self) -> list[Interval]:
        """How far the first of the winners is ahead, where it is."""
        first = self.winners[0][0] if self.winners else None
        return [x.ratio for x in self.leads
                if x.best == first and x.sure != TIE]


def standing(a: Analysis, procs: int, family: str = "") -> Standing:
    """Of a family, or of all."""
    found = leads(a, procs, family)
    behind = [i for x in found if (i := a.ratio(
        x.workload, procs, a.subject, x.best)) is not None]
    return Standing(found, behind)


def versus(a: Analysis, other: str) -> tuple[int, int, int]:
    """Figures in which the subject is ahead of `other`, those in which it is
    so beyond chance, and all that both have."""
    ratios = [i for name in a.measured() for procs in a.procs
              if (i := a.ratio(name, procs, other, a.subject)) is not None]
    return (sum(i.value > 1 for i in ratios),
            sum(how_sure(i) == SURE for i in ratios), len(ratios))


def middle(ratios: Sequence[Interval]) -> float:
    """The middle one of several ratios."""
    return median([i.value for i in ratios])
