"""All results side by side: who passes what, worst first."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from assay_report.errors import Failure
from assay_report.tables import read_table
from assay_report.workloads import ROOT
from assay_results import form, verdicts
from assay_results.check import check
from assay_results.suite import PROFILES, Row

UNTOLD = ""  # a row that a result does not have


@dataclass(frozen=True)
class Runtime:
    """The newest result of a runtime."""

    result: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.result["runtime"]["name"]

    @property
    def page(self) -> str:
        return form.word(self.name)

    @property
    def kit(self) -> Sequence[str]:
        return self.result["runtime"]["kit"]

    @cached_property
    def cases(self) -> dict[str, list[Mapping[str, Any]]]:
        return verdicts.by_row(self.result["cases"])

    @cached_property
    def rows(self) -> dict[str, str]:
        return verdicts.row_verdicts(self.result["cases"])

    def verdict(self, row: str) -> str:
        """pass, fail, skip, or UNTOLD."""
        return self.rows.get(row, UNTOLD)

    def why(self, row: str) -> list[str]:
        """Of each case of the row that did not pass, the reason."""
        return [f"{c['id']}: {how_often(c)}{c['why']}"
                for c in self.cases.get(row, ()) if "why" in c]

    @cached_property
    def known(self) -> list[tuple[str, str]]:
        """Globs of cases, and what its folder says of their failures."""
        path = home(self.name) / "expectations"
        lines = path.read_text().splitlines() if path.is_file() else []
        words = [line.partition("#") for line in lines if line.strip()]
        return [(head.split()[0], reason.strip())
                for head, _, reason in words if head.strip()]

    def excuse(self, case: str) -> str:
        """The reason that is known for a failure, or ""."""
        return next((reason for glob, reason in self.known
                     if fnmatchcase(case, glob)), "")


def home(name: str) -> Path:
    """The folder of a runtime, if it is of this tree."""
    return ROOT / "runtimes" / form.word(name)


def how_often(case: Mapping[str, Any]) -> str:
    """How many runs failed, if some did not."""
    bad = sum(verdicts.run_verdict(r) in verdicts.BAD for r in case["runs"])
    return f"{bad} of {len(case['runs'])} runs: " \
        if 0 < bad < len(case["runs"]) else ""


@dataclass(frozen=True)
class Count:
    """How many rows passed, failed, were skipped."""

    passed: int
    failed: int
    skipped: int

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.skipped

    @property
    def share(self) -> float:
        return self.passed / self.total if self.total else 0

    @property
    def whole(self) -> bool:
        return self.passed == self.total


class Field:
    """The runtimes, worst first, and what they are judged by."""

    def __init__(self, runtimes: Sequence[Runtime], rows: Mapping[str, Row]):
        self.rows = {k: r for k, r in rows.items()
                     if any(rt.verdict(k) for rt in runtimes)}
        self.runtimes = sorted(runtimes, key=lambda r: (
            self.profile(r, PROFILES[-1]).share, r.name))

    @staticmethod
    def profile(runtime: Runtime, profile: str) -> Count:
        return Count(**runtime.result["profiles"][profile])

    def area(self, runtime: Runtime, area: str) -> Count:
        """Of all rows of an area that the result has."""
        found = [runtime.verdict(k) for k, r in self.rows.items()
                 if r.area == area and runtime.verdict(k)]
        return Count(**verdicts.count(found))

    @cached_property
    def areas(self) -> list[str]:
        """Areas, those first in which the fewest rows pass."""
        names = sorted({r.area for r in self.rows.values()})
        return sorted(names, key=lambda a: (sum(
            self.area(r, a).share for r in self.runtimes), a))

    def failing(self, runtime: Runtime) -> list[str]:
        """Its rows that fail, in the order of the suite."""
        return [k for k in self.rows if runtime.verdict(k) == verdicts.FAIL]

    def lacking(self, runtime: Runtime) -> dict[str, list[str]]:
        """Reasons for skips, the most frequent first, and their rows."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            if runtime.verdict(row) == verdicts.SKIP:
                why = next((c["why"] for c in runtime.cases[row]
                            if "why" in c), "")
                found.setdefault(why, []).append(row)
        return dict(sorted(found.items(),
                           key=lambda item: (-len(item[1]), item[0])))


@dataclass(frozen=True)
class Judged:
    """The newest result of a runtime that litmus programs have judged."""

    result: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.result["runtime"]["name"]

    @property
    def page(self) -> str:
        return form.word(self.name)

    @property
    def count(self) -> Count:
        return Count(**self.result["totals"])

    def those(self, verdict: str) -> list[Mapping[str, Any]]:
        """Its programs with that verdict."""
        return [c for c in self.result["cases"] if c["verdict"] == verdict]


def load(folder: Path) -> list[Mapping[str, Any]]:
    """All results, the oldest first."""
    paths = sorted(folder.glob("*/*.json"))
    if not paths:
        raise Failure(f"{folder} has no result: make certify RUNTIME=goro")
    return sorted(map(check, paths), key=lambda r: r["started"])


def newest(results: Sequence[Mapping[str, Any]], kind: str
           ) -> list[Mapping[str, Any]]:
    """The last result of each runtime that was judged so."""
    return list({r["runtime"]["name"]: r for r in results
                 if r["kind"] == kind}.values())


def areas() -> dict[str, tuple[str, str]]:
    """What each area is called, and why it matters."""
    table = read_table(ROOT / "conformance" / "areas.tsv", 3)
    return {area: (title, why) for _, (area, title, why) in table}


def kills() -> dict[str, tuple[int, int]]:
    """Faults that a row's cases alone have found: planted, and drawn."""
    table = read_table(ROOT / "conformance" / "mutants" / "kills.tsv", 3)
    return {row: (int(planted), int(drawn))
            for _, (row, planted, drawn) in table}
