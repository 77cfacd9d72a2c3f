"""make agree: do two runs of make bench say the same?"""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from .analysis import GO, Analysis
from .errors import Failure
from .results import load_results, same_machine
from .stats import Interval
from .style import CONFIDENT
from .targets import load_targets
from .workloads import load_workloads

# Intervals of 95 % of one and the same figure hardly ever miss each other.
ENOUGH = 0.95

Cell = tuple[str, int, str]
Figure = Callable[[Analysis, Cell], Interval | None]


def agree(args: Namespace) -> int:
    """Prints what does not overlap; 0 if nearly all figures do.

    What counts are the ratios to Go, where both runs have it: the same round
    measured both.  Medians tell how the machine changed in between.
    """
    first, second = _load(args.first), _load(args.out)
    same_machine(first.results, second.results)
    figures: dict[str, Figure] = {"medians": _median}
    if first.has_go and second.has_go:
        figures["ratios to Go"] = _ratio
    parts = [_compare(first, second, name, f) for name, f in figures.items()]
    print("agree: intervals that overlap: " + ", ".join(
        f"{same} of {n} {name}" for name, same, n in parts))
    _, same, n = parts[-1]
    return 0 if same >= ENOUGH * n else 1


def _load(folder: Path) -> Analysis:
    return Analysis(load_results(folder / "results.json"), load_workloads(),
                    load_targets())


def _median(run: Analysis, cell: Cell) -> Interval | None:
    return run.cell(*cell)


def _ratio(run: Analysis, cell: Cell) -> Interval | None:
    return run.ratio(*cell, GO) if cell[2] != GO else None


def _cells(run: Analysis) -> Iterator[Cell]:
    for workload in run.measured():
        for procs in run.procs:
            for runtime in run.results.header["programs"]:
                yield workload, procs, runtime


def _compare(first: Analysis, second: Analysis, name: str,
             figure: Figure) -> tuple[str, int, int]:
    same = n = 0
    for cell in _cells(first):
        a, b = figure(first, cell), figure(second, cell)
        if a is None or b is None or not (_sure(a) and _sure(b)):
            continue
        n += 1
        if a.low <= b.high and b.low <= a.high:
            same += 1
        else:
            print(f"{cell[0]} P={cell[1]} {cell[2]}, {name}: "
                  f"{_text(a)}, then {_text(b)}")
    if n == 0:
        raise Failure(f"no {name} that both runs have")
    return name, same, n


def _sure(i: Interval) -> bool:
    return i.coverage >= CONFIDENT


def _text(i: Interval) -> str:
    return f"{i.value:.4g} [{i.low:.4g}, {i.high:.4g}]"
