"""Makes the lists of a new version of the suite, by a rule, once.

A row is in a profile if a case tests it, it is not stochastic, it holds in the
newest Go, real Go passes it in one of the runs given, and

    core           areas GO CH SE MU WG, level core
    time           area TM
    net            area NP
    virtual-time   area BUB, and every row of level ext:FAKET
    diagnosis      areas DL OB DMP LEAK TRC FLT MET PRF
    go-compatible  any area, level core or ext:, but for ext:PERF

From then on the lists are frozen: what is added to the suite later does not
move a score.
"""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from assay_report import shape
from assay_report.errors import Failure
from assay_report.jsonfile import read_json

from . import git, suite, verdicts
from .suite import Row

CORE = {"GO", "CH", "SE", "MU", "WG"}
DIAGNOSIS = {"DL", "OB", "DMP", "LEAK", "TRC", "FLT", "MET", "PRF"}
RULES: dict[str, Callable[[Row], bool]] = {
    "core": lambda r: r.area in CORE and r.level == "core",
    "time": lambda r: r.area == "TM",
    "net": lambda r: r.area == "NP",
    "virtual-time": lambda r: r.area == "BUB" or r.level == "ext:FAKET",
    "diagnosis": lambda r: r.area in DIAGNOSIS,
    "go-compatible": lambda r: True,
}
TOLD = shape.record({"results": shape.many(shape.record({
    "id": shape.name, "verdict": shape.name,
    "reason": shape.nothing_or(shape.text)}), 1)})


def mustpass(args: Namespace) -> int:
    """Writes the lists of the tree's version; there must be none yet."""
    name = suite.short(suite.version())
    folder = suite.MUSTPASS / name
    if folder.exists():
        raise Failure(f"{folder} is frozen; a new list is of a new version, "
                      "which conformance/version names")
    runs = [read_json(path, "what the runner writes with --json", TOLD)
            for path in args.told]
    passed = set().union(*map(passes, runs))
    folder.mkdir(parents=True)
    for profile, rule in RULES.items():
        ids = [r.id for r in suite.behaviours_now()[1].values()
               if r.id in passed and may_be_asked(r) and rule(r)]
        write(folder / f"{profile}.txt", ids)
    write(folder / "cases.tsv", suite.cases_now()[1])
    write(folder / "litmus.tsv", sorted(
        f"{p.stem}\t{git.blob_of(p.read_bytes())}"
        for p in (suite.FOLDER / "litmus/programs").glob("*.lit")))
    return 0


def passes(told: Mapping[str, Any]) -> set[str]:
    """The rows that passed in a run."""
    cases = [{"id": c["id"], "verdict": c["verdict"],
              "why": c["reason"] or ""} for c in told["results"]]
    return {row for row, verdict in verdicts.row_verdicts(cases).items()
            if verdict == verdicts.PASS}


def may_be_asked(row: Row) -> bool:
    """Whether a profile may have it at all."""
    return not row.stochastic and not row.until and row.level not in (
        "C-only", "ext:PERF")


def write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))
