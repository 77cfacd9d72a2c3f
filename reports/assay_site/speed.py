"""Speed beside the others: results/bench.json, which make bench has made."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay_report.analysis import Analysis
from assay_report.results import load_results
from assay_report.style import family_title, number, quantity, short_name
from assay_report.targets import load_targets
from assay_report.workloads import load_workloads


@dataclass(frozen=True)
class Speed:
    """A workload on a runtime: the median, and how often that of the best."""

    family: str
    workload: str
    procs: int
    value: str
    times: str  # "1" for the best itself
    best: str


def speeds(path: Path) -> Mapping[str, Sequence[Speed]]:
    """Of each runtime that was measured, all workloads."""
    a = Analysis(load_results(path), load_workloads(), load_targets())
    found: dict[str, list[Speed]] = {r: [] for r in a.runtimes}
    for family in a.families():
        for name in a.measured(family):
            for procs in a.procs:
                cells = {r: cell for r in a.runtimes
                         if (cell := a.cell(name, procs, r)) is not None}
                if len(cells) < 2:
                    continue
                best = min(cells, key=lambda r: (cells[r].value, r))
                for runtime, cell in cells.items():
                    times = cell.value / cells[best].value \
                        if cells[best].value else 1
                    found[runtime].append(Speed(
                        family_title(family), short_name(name), procs,
                        quantity(cell, a.workloads[name].unit)[0],
                        "1" if runtime == best else number(times), best))
    return found
