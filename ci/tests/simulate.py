"""How often the gate is wrong: its own decisions on made-up samples.

    simulate.py [SESSIONS]

prints the table that ci/README.md shows.
"""
from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay_gate.decide import Arms, Cell, Rules
from assay_gate.measure import order_of
from assay_gate.session import Taken, Verdict, run_session, usual_rounds

from .noise import MODELS, Factor, recorded

EVERY = {**MODELS, "recorded, CPU time": recorded("cpu"),
         "recorded, wall time": recorded("wall")}
CELLS = 6


@dataclass
class Rates:
    """Parts of the sessions, in each of which one cell was slowed down."""

    false_alarms: float  # another cell fails
    suspected: float  # the first run alone would have another cell fail
    found: float  # the slowed cell fails
    limit: float  # the median limit of a cell


def taker(model: Callable[[np.random.Generator], Factor],
          chance: np.random.Generator, slow: Mapping[Cell, float]):
    """A `take` for run_session: `slow` has the factors of head."""
    factors: dict[Cell, Factor] = {}

    def take(cells: Sequence[Cell], rounds: range,
             _what: str) -> dict[Cell, Taken]:
        made = {}
        for cell in cells:
            factor = factors.setdefault(cell, model(chance))
            arms = Arms()
            for number in rounds:
                for side in order_of(number):
                    value = 100 * factor()
                    if side == "head":
                        value *= slow.get(cell, 1.0)
                    getattr(arms, side)[number] = value
            made[cell] = Taken(arms)
        return made
    return take


def simulate(model: Callable[[np.random.Generator], Factor], sessions: int,
             slowdown: float, seed: int = 1, count: int = CELLS) -> Rates:
    """Sessions of `count` cells that are alike but for the first."""
    rules = Rules()
    slowed, *alike = cells = [Cell(f"w{i}", 1) for i in range(count)]
    alarms = suspected = found = 0
    limits = []
    for number in range(sessions):
        chance = np.random.default_rng([seed, number])
        take = taker(model, chance, {slowed: 1 + slowdown})
        out = run_session(cells, take, rules, usual_rounds(count, rules))
        first = {c: f for c in cells if (f := out[c].first) is not None}
        alarms += any(out[c].verdict is Verdict.SLOWER for c in alike)
        suspected += any(first[c].slower for c in alike)
        found += out[slowed].verdict is Verdict.SLOWER
        limits += [f.limit for f in first.values()]
    return Rates(alarms / sessions, suspected / sessions, found / sessions,
                 float(np.median(limits)))


def main() -> None:
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = usual_rounds(CELLS, Rules())
    print(f"{sessions} sessions of {CELLS} cells, one of them 15 % slower, "
          f"{rounds} rounds\n")
    print("| noise | false alarm | of one run alone | found | limit |")
    print("|---|---|---|---|---|")
    for name, model in EVERY.items():
        r = simulate(model, sessions, 0.15)
        print(f"| {name} | {r.false_alarms:.2%} | {r.suspected:.2%} "
              f"| {r.found:.1%} | {r.limit:.1%} |", flush=True)


if __name__ == "__main__":
    main()
