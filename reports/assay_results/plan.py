"""What the runner does with a case, by what a runtime says of itself.

The same rules as in conformance/runner/plan.c and runtime.c, in the same words:
with them it can be told of a result that it is none of the runner's.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assay_report.shape import Wrong

from .suite import Case, Row

Runtime = Mapping[str, Any]

# By their bits, the lowest first.
TRAITS = ("parallel", "preemptive", "sync timers", "stack overflow is fatal",
          "deep stacks", "restart", "GODEBUG", "limit of procs", "explores",
          "reports deadlock", "dumps on SIGQUIT", "several Ps",
          "buffered channels", "select with sends", "child first")
SEVERAL_PS = 1 << TRAITS.index("several Ps")
SEEDS = 3  # runs per repetition, at least, of a stochastic row

_RELEASE = re.compile(r"([1-9]\d{0,2})\.(\d{1,3})(\..*)?", re.A)


def release(text: str) -> tuple[int, int]:
    """1.26.8 as (1, 26)."""
    found = _RELEASE.fullmatch(text)
    if found is None:
        raise Wrong(f"it follows Go '{text}', which is no version as 1.26 is")
    return int(found[1]), int(found[2])


def release_of(rt: Runtime, rows: Iterable[Row]) -> tuple[int, int]:
    """The Go that it follows: the newest of the rows if it does not say."""
    if rt["go_version"] is not None:
        return release(rt["go_version"])
    return max(release(text) for r in rows for text in (r.since, r.until)
               if text)


def why_not(rt: Runtime, go: tuple[int, int], row: Row, case: Case,
            procs: Sequence[int]) -> str:
    """Why the case does not run, as the runner says it; "" if it does."""
    return _not_its_row(rt, go, row) or _lacks_trait(rt, case) or (
        "" if case.id in rt["twins"] else _lacks(rt, case)) \
        or _no_procs(rt, case, procs)


def _not_its_row(rt: Runtime, go: tuple[int, int], row: Row) -> str:
    if row.since and release(row.since) > go:
        return f"since Go {row.since}"
    if row.until and release(row.until) < go:
        return f"until Go {row.until}"
    return "for runtimes of C alone" \
        if rt["host"] and row.level == "C-only" else ""


def _lacks_trait(rt: Runtime, case: Case) -> str:
    for i, name in enumerate(TRAITS):
        has = rt["traits"] >> i & 1
        if case.traits >> i & 1 and not has:
            return f"needs the trait '{name}'"
        if case.not_traits >> i & 1 and has:
            return f"only without the trait '{name}'"
    return ""


def _lacks(rt: Runtime, case: Case) -> str:
    if case.stack > rt["stack_bytes"]:
        return f"needs {case.stack} bytes of stack, and has " \
            f"{rt['stack_bytes']}"
    return next((f"needs {n}" for n in case.needs if n not in rt["has"]), "")


def _no_procs(rt: Runtime, case: Case, procs: Sequence[int]) -> str:
    if procs_of(rt, case, procs):
        return ""
    asked = set(case.procs or procs) & set(procs)
    return "needs the trait 'several Ps'" if asked else \
        "not at these numbers of procs"


def procs_of(rt: Runtime, case: Case, procs: Sequence[int]) -> list[int]:
    """Those of the procs asked for at which a case runs."""
    if 0 in case.procs:
        return [0]
    return [p for p in procs if p in (case.procs or procs)
            and (p == 1 or rt["traits"] & SEVERAL_PS)]


def runs_of(rt: Runtime, row: Row, case: Case,
            procs: Sequence[int]) -> list[int]:
    """The procs of each run in a repetition, in order."""
    found = procs_of(rt, case, procs)
    most = max(SEEDS, len(found)) if row.stochastic else len(found)
    return sorted(found[i % len(found)] for i in range(most))
