"""Which cases judge a fault, and in which order: only those that can run it,
those first that are likely to see it and are short."""
from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch

from .areas import Areas
from .draw import Mutant
from .reach import Reach

AREA_PROCS = "1,2,4"
# Cases that have killed in the same file are tried before all others.
KILLERS = 12
# Seconds of cases in the first round; each later one has as many times more.
FIRST, MORE = 1.5, 4.0


@dataclass
class Round:
    """Cases that are run together."""

    cases: list[str]
    procs: str


@dataclass
class Order:
    """Made once for a campaign; kills may be added to."""

    reach: Reach
    areas: Areas
    kills: dict[str, Counter[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def killed(self, file: str, function: str, case: str) -> None:
        """Writes down that a case has killed a fault there."""
        with self.lock:
            for place, weight in ((file, 1), (_place(file, function), 3)):
                self.kills.setdefault(place, Counter())[case] += weight

    def rounds(self, m: Mutant) -> list[Round]:
        """None at all: no case runs the function."""
        near = self.reach.of_lines(m.file, *m.lines)
        whole = self.reach.of_lines(m.file, *m.body) if m.function else None
        if whole is None:  # of a macro, a type or an array
            whole = set(self.reach.cases)
        whole = whole | (near or set())
        near = whole if near is None else near
        first = self._killers(m, whole)
        area = self._short({c for c in whole if self._in_area(m.file, c)})
        parts = [(first, AREA_PROCS),
                 ([c for c in area if c in near], AREA_PROCS),
                 *self._at_its_procs(near), (area, AREA_PROCS),
                 *self._at_its_procs(whole)]
        return self._cut(parts)

    def _at_its_procs(self, cases: set[str]) -> list[tuple[list[str], str]]:
        """A few cases run at one number of Ps alone."""
        procs = self.reach.procs
        return [(self._short({c for c in cases if procs[c] == which}), which)
                for which in sorted({procs[c] for c in cases})]

    def of_row(self, row: str) -> list[Round]:
        """The cases of a row, and of no other."""
        return [Round([c for c in self.reach.cases if c.split("/")[0] == row],
                      AREA_PROCS)]

    def near_row(self, row: str, every: Sequence[Mutant]) -> list[Mutant]:
        """The faults in what the cases of a row run, those first that few
        others run; one in a function before the second in any."""
        mine = set(self.of_row(row)[0].cases)
        others: dict[str, int] = {}
        for m in every:
            near = self.reach.of_lines(m.file, *m.lines) or set()
            if m.function and m.weight > 0 and near & mine:
                others[m.id] = len({c.split("/")[0] for c in near})
        found = sorted((m for m in every if m.id in others),
                       key=lambda m: (others[m.id], m.id))
        seen: Counter[str] = Counter()
        nth = {}
        for m in found:
            nth[m.id] = seen[_place(m.file, m.function)]
            seen[_place(m.file, m.function)] += 1
        return sorted(found, key=lambda m: (nth[m.id] // 2, others[m.id]))

    def never(self, m: Mutant) -> str:
        """Says that no case runs the line, if so."""
        return "no case runs this line" if self.reach.of_lines(
            m.file, *m.lines) == set() else ""

    def _killers(self, m: Mutant, among: set[str]) -> list[str]:
        with self.lock:
            sure = Counter(self.kills.get(m.file, {}))
            sure.update(self.kills.get(_place(m.file, m.function), {}))
        best = sorted((c for c in sure if c in among), key=lambda c:
                      -sure[c] / (0.2 + self.reach.seconds[c]))
        return best[:KILLERS]

    def _in_area(self, file: str, case: str) -> bool:
        return any(fnmatch(case, g) or fnmatch(case.split("-")[0], g)
                   for g in self.areas.areas(file))

    def _short(self, cases: set[str]) -> list[str]:
        return sorted(cases, key=lambda c: (self.reach.seconds[c], c))

    def _cut(self, parts: Sequence[tuple[list[str], str]]) -> list[Round]:
        rounds: list[Round] = []
        done: set[str] = set()
        for cases, procs in parts:
            limit, taken, spent = FIRST, [], 0.0
            for case in [c for c in cases if c not in done]:
                taken.append(case)
                spent += self.reach.seconds[case]
                if spent > limit:
                    rounds.append(Round(taken, procs))
                    limit, taken, spent = limit * MORE, [], 0.0
            if taken:
                rounds.append(Round(taken, procs))
            done.update(cases)
        return rounds


def _place(file: str, function: str) -> str:
    return f"{file} {function.split('#')[0]}"
