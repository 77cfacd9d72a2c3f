"""What follows from runs: verdicts of cases and rows, totals, scores."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .suite import Frozen, row_of

PASS, FAIL, SKIP, TIMEOUT, CRASH = "pass", "fail", "skip", "timeout", "crash"
RUNS = (PASS, FAIL, SKIP, TIMEOUT, CRASH)
BAD = (FAIL, TIMEOUT, CRASH)
KINDS = ("passed", "failed", "skipped")

# A behaviour of another Go does not speak against a row's other cases.
OTHER_GO = ("since Go ", "until Go ")


def run_verdict(run: Sequence[Any]) -> str:
    """Of [procs, repetition, ms] or [procs, repetition, ms, verdict, why]."""
    return run[3] if len(run) > 3 else PASS


def case_verdict(runs: Iterable[Sequence[Any]]) -> str:
    """The first run that went wrong counts; a pass is one of all runs."""
    found = [run_verdict(r) for r in runs]
    bad = [v for v in found if v in BAD]
    return bad[0] if bad else PASS if found and SKIP not in found else SKIP


def row_verdict(cases: Sequence[Mapping[str, Any]]) -> str:
    """Passed: each case that is of the runtime's Go, and at least one."""
    found = [c["verdict"] for c in cases
             if c["verdict"] != SKIP
             or not str(c.get("why", "")).startswith(OTHER_GO)]
    if any(v in BAD for v in found):
        return FAIL
    return PASS if found and SKIP not in found else SKIP


def by_row(cases: Iterable[Mapping[str, Any]]
           ) -> dict[str, list[Mapping[str, Any]]]:
    """The cases of each row."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for case in cases:
        rows.setdefault(row_of(case["id"]), []).append(case)
    return rows


def row_verdicts(cases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """A verdict for each row."""
    return {row: row_verdict(of) for row, of in by_row(cases).items()}


def kind(verdict: str) -> str:
    """The word that totals count it under."""
    return {PASS: "passed", SKIP: "skipped"}.get(verdict, "failed")


def count(verdicts: Iterable[str]) -> dict[str, int]:
    """How many passed, failed, were skipped."""
    made = dict.fromkeys(KINDS, 0)
    for verdict in verdicts:
        made[kind(verdict)] += 1
    return made


def totals(cases: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Of cases, and of rows."""
    return {"cases": count(c["verdict"] for c in cases),
            "rows": count(row_verdicts(cases).values())}


def scores(cases: Iterable[Mapping[str, Any]],
           frozen: Frozen) -> dict[str, dict[str, int]]:
    """Each profile's counts, by the cases that its version has frozen."""
    rows = row_verdicts(c for c in cases if c["id"] in frozen.cases)
    return {name: count(rows.get(row, SKIP) for row in ids)
            for name, ids in frozen.profiles.items()}
