"""The page of make bench for a gate: base and head as two runtimes."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assay_report.bench import now
from assay_report.errors import Failure
from assay_report.machine import build_facts
from assay_report.plan import Options
from assay_report.programs import digests
from assay_report.results import Results
from assay_report.samples import OK
from assay_report.workloads import load_workloads

from .sides import Side

AGAIN = 1000  # rounds of base's second sample and of the second run, apart


def write_page(path: Path, sides: Sequence[Side], rounds: int,
               min_time: float, samples: Sequence[Mapping[str, Any]],
               machine: Mapping[str, Any]) -> str:
    """Writes it; why not, if it cannot be made."""
    try:
        from assay_report.analysis import Analysis
        from assay_report.page import Page
        results = as_results(sides, rounds, min_time, samples, machine)
        if not any(s["status"] == OK for s in results.samples):
            return "nothing was measured"
        page = Page(Analysis(results, load_workloads(), [], "head"), [])
        path.write_text(page.html())
    except ImportError as e:
        package = (e.name or "").split(".")[0]
        return f"{package} is not installed: Debian package python3-{package}"
    except Failure as e:
        return str(e)
    return ""


def as_results(sides: Sequence[Side], rounds: int, min_time: float,
               samples: Sequence[Mapping[str, Any]],
               machine: Mapping[str, Any]) -> Results:
    """The samples in the form of a results file.

    Both samples of base in a round, and both runs, count as rounds of their
    own: the page compares medians and pairs what has the same number.
    """
    programs = [s.program for s in sides if s.program]
    kept = digests(programs)
    procs = tuple(sorted({s["procs"] for s in samples}))
    header = {
        "options": Options(rounds, procs, min_time=min_time).as_json(),
        "machine": dict(machine), "build": build_facts(), "missing": {},
        "programs": {p.label: {
            "native": p.native, "digest": kept[p.label],
            "argv": [os.path.relpath(w) if os.path.isabs(w) else w
                     for w in p.argv],
            "runtime": p.label} for p in programs},
        "started": now(), "finished": now()}
    return Results(header, [_record(s) for s in samples])


def _record(sample: Mapping[str, Any]) -> dict[str, Any]:
    again = sample["side"] == "again"
    second = sample["run"].startswith("second")
    kept = {k: sample[k] for k in ("workload", "procs", "status", "value",
                                   "reason", "tries", "disturbed")}
    cpu = sample["cpu_ns"]
    return kept | {
        "runtime": "base" if again else sample["side"],
        "round": sample["round"] + AGAIN * again + 2 * AGAIN * second,
        "seconds": 0.0, "counters": {} if cpu is None else {"cpu_ns": cpu}}
