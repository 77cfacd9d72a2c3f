"""Compares two results files of make bench.

Weaker than a gate that measures: the two were not measured side by side, and
there is no second run, so they must be of the same machine, and chance is
given a fifth of its usual room.
"""
from __future__ import annotations

import re
from pathlib import Path

from assay_report.errors import Failure
from assay_report.results import Results, load_results, same_machine
from assay_report.stats import (aa_noise, mann_whitney, median,
                                median_interval)

from .decide import LEAST, Cell, Finding, Rules, judge
from .session import Outcome, Verdict

Samples = dict[Cell, dict[int, float]]
STRICTER = 5


def compare_recorded(base: Path, head: Path, runtime: str,
                     pattern: str | None, rules: Rules) -> dict[Cell, Outcome]:
    """The verdict on each cell that base has."""
    ours, theirs = load_results(base), load_results(head)
    same_machine(ours, theirs)
    old, new = (_samples(r, runtime, pattern) for r in (ours, theirs))
    if not old:
        raise Failure(f"FILTER: '{pattern}' matches no sample of {runtime}"
                      if pattern else f"{base}: no sample of {runtime}")
    if not any(s["runtime"] == runtime for s in theirs.samples):
        raise Failure(f"{head}: no sample of {runtime}")
    found = {c: _finding(old[c], new[c], rules)
             for c in old if c in new}
    judged = judge(found, rules.alpha / STRICTER)
    return {c: _outcome(judged.get(c)) for c in old} | {
        c: Outcome(Verdict.NEW) for c in new if c not in old}


def _outcome(finding: Finding | None) -> Outcome:
    if finding is None:
        return Outcome(Verdict.GONE, reason="head has no figure")
    if finding.slower:
        return Outcome(Verdict.SLOWER, finding)
    return Outcome(Verdict.FASTER if finding.faster else Verdict.SAME, finding)


def _finding(base: dict[int, float], head: dict[int, float],
             rules: Rules) -> Finding:
    old, new = ([max(v, LEAST) for v in side.values()]
                for side in (base, head))
    noise = aa_noise(old, min(len(old), len(new)), rules.quantile)
    middle = median(old)
    around = median_interval([v / middle - 1 for v in new])
    return Finding(len(new), middle, median(new), False,
                   around.value, around.low, around.high, noise,
                   max(noise, rules.floor),
                   mann_whitney(old, new) / 2)


def _samples(results: Results, runtime: str, pattern: str | None) -> Samples:
    try:
        wanted = re.compile(pattern or "")
    except re.error as e:
        raise Failure(f"FILTER: '{pattern}': {e}") from e
    found: Samples = {}
    for s in results.samples:
        if s["runtime"] == runtime and s["status"] == "ok" \
                and wanted.search(s["workload"]):
            cell = Cell(s["workload"], s["procs"])
            found.setdefault(cell, {})[s["round"]] = s["value"]
    return found
