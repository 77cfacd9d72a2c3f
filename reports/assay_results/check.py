"""scripts/check-results: does a result hold together?

A result is its maker's own word.  What can be found out is whether the file
is whole, is of this suite, and says nothing that cannot be.
"""
from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assay_report.errors import Failure
from assay_report.jsonfile import parse_json
from assay_report.shape import Wrong

from . import form, git, litmus, plan, skips, suite, verdicts

Result = Mapping[str, Any]
LEAST_MS = 0.2     # a process that starts, runs and ends takes longer
LATER = 24 * 3600  # seconds by which clocks may differ
SLACK = 1.1        # of sums of rounded times


def read(path: Path) -> Result:
    """The object that a file holds; a Failure of status 2 if none can be."""
    try:
        with path.open("rb") as file:
            data = file.read(form.LARGEST + 1)
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from e
    try:
        if len(data) > form.LARGEST:
            raise Wrong(f"over {form.LARGEST >> 20} MiB, no result is")
        return parse_json(data.decode())
    except UnicodeDecodeError as e:
        raise Failure(f"{path}: not UTF-8 at byte {e.start}", 1) from None
    except ValueError as e:
        raise Failure(f"{path}: truncated or not a result: {e}", 1) from None


def check(path: Path) -> Result:
    """The result in a file; a Failure of status 1 says why it is refused."""
    return accept(path, read(path))


def accept(path: Path, result: Result) -> Result:
    """The same for what the file at a path has, or is to have."""
    try:
        is_litmus = isinstance(result, dict) and \
            result.get("kind") == "litmus"
        (litmus.RESULT if is_litmus else form.RESULT)(result)
        if is_litmus:
            version_can_be(result)
        for test in litmus.CHECKS if is_litmus else CHECKS:
            test(result)
        dates_can_be(result)
        placed(path, result)
    except ValueError as e:
        raise Failure(f"{path}: {e}", 1) from None
    except Failure as e:
        raise Failure(f"{path}: {e}", e.status) from None
    return result


# ---- one check each; a Wrong says what cannot be ---------------------------


def whole(r: Result) -> None:
    form.at_rest(r)
    o = r["options"]
    if o["repeat"] < form.LEAST_REPEAT:
        raise Wrong(f"partial: {o['repeat']} repetitions, not "
                    f"{form.LEAST_REPEAT} or more")
    if o["timeout_scale"] != 1:
        raise Wrong(f"bounds of time were multiplied by {o['timeout_scale']}")


def of_this_suite(r: Result) -> None:
    version_can_be(r)
    for key, path, read in (
            ("behaviours", suite.BEHAVIOURS, suite.behaviours),
            ("cases", suite.CASES, suite.cases)):
        blob = r["suite"][key]
        told = git.at_commit(r["suite"]["commit"], path)
        if told is None and git.in_history(r["suite"]["commit"]):
            raise Wrong(f"the commit that it names has no {key}")
        if told is not None and git.blob_of(told) != blob:
            raise Wrong(f"the commit that it names has other {key}")
        if read(blob) is None:
            raise git.unknown(f"its {key} are")
    if {c.row for c in cases_of(r).values()} - set(rows_of(r)):
        raise Wrong("its behaviours and its cases are of two suites")
    lacking = lists(r).cases - set(cases_of(r))
    if lacking:
        raise Wrong(f"its suite lacks {min(lacking)}, which its version has")


def version_can_be(r: Result) -> None:
    """The commit has it, and is known; a shallow clone may not know."""
    s = r["suite"]
    known = git.in_history(s["commit"])
    if known is False:
        raise Wrong("the commit that it names is not in this history")
    named = git.at_commit(s["commit"], "conformance/version")
    if known and named is None:
        raise Wrong("the commit that it names has no suite")
    if named is not None and named.decode().strip() != s["version"]:
        raise Wrong(f"the commit that it names is not of suite "
                    f"{s['version']}")
    if suite.short(s["version"]) not in suite.versions():
        raise Wrong(f"there is no suite {s['version']}")


def runtime_can_be(r: Result) -> None:
    rt = r["runtime"]
    plan.release_of(rt, rows_of(r).values())
    if rt["twins"] and not rt["host"]:
        raise Wrong("it has twins and is no host")
    strange = set(rt["twins"]) - set(cases_of(r))
    if strange:
        raise Wrong(f"its twin {min(strange)} is of no case")


def has_all_cases(r: Result) -> None:
    ids = [c["id"] for c in r["cases"]]
    if ids != sorted(set(ids)):
        raise Wrong("cases twice or out of order")
    strange = set(ids) - set(cases_of(r))
    if strange:
        raise Wrong(f"{min(strange)} is no case of the suite")
    missing = set(cases_of(r)) - set(ids)
    if missing:
        raise Wrong(f"partial: {min(missing)} is missing"
                    + f" and {len(missing) - 1} more" * (len(missing) > 1))


def each_ran_as_planned(r: Result) -> None:
    for case, why, wanted in planned(r):
        if why and case["verdict"] != verdicts.SKIP:
            raise Wrong(f"{case['id']} cannot have run: {why}")
        for number, runs in enumerate(runs_by_repetition(r, case), 1):
            procs = sorted(run[0] for run in runs)
            if procs != wanted and not hung_before_all(runs, wanted):
                raise Wrong(f"partial: in repetition {number} {case['id']} "
                            f"has not run {at(wanted)}")


def hung_before_all(runs: Sequence[Sequence[Any]], wanted: list[int]) -> bool:
    """One that hangs is not run at the other procs."""
    return verdicts.TIMEOUT in map(verdicts.run_verdict, runs) and \
        Counter(run[0] for run in runs) <= Counter(wanted)


def at(procs: Sequence[int]) -> str:
    """At which numbers of procs, in words."""
    return "at procs " + " ".join(str(p or "default") for p in procs) \
        if procs else "never"


def planned(r: Result) -> Iterator[tuple[Result, str, list[int]]]:
    """Each case, why it cannot run, and the procs of each repetition."""
    rt, rows, known = runtime_of(r), rows_of(r), cases_of(r)
    go, procs = plan.release_of(rt, rows.values()), r["options"]["procs"]
    for case in r["cases"]:
        row, asks = rows[suite.row_of(case["id"])], known[case["id"]]
        why = plan.why_not(rt, go, row, asks, procs)
        yield case, why, [] if why else plan.runs_of(rt, row, asks, procs)


def runs_by_repetition(r: Result, case: Mapping[str, Any]
                       ) -> list[list[Sequence[Any]]]:
    """The runs of each repetition."""
    found: list[list[Sequence[Any]]] = [
        [] for _ in range(r["options"]["repeat"])]
    for run in case["runs"]:
        if run[1] > len(found):
            raise Wrong(f"{case['id']}: repetition {run[1]} of {len(found)}")
        found[run[1] - 1].append(run)
    return found


def verdicts_follow(r: Result) -> None:
    for case in r["cases"]:
        if case["verdict"] != verdicts.case_verdict(case["runs"]):
            raise Wrong(f"{case['id']}: the verdict does not follow from its "
                        "runs")
        if (case["verdict"] == verdicts.PASS) != ("why" not in case):
            raise Wrong(f"{case['id']}: a reason for a pass, or none for "
                        "anything else")


def totals_follow(r: Result) -> None:
    if r["totals"] != verdicts.totals(r["cases"]):
        raise Wrong("the totals do not follow from the verdicts")
    if r["profiles"] != verdicts.scores(r["cases"], lists(r)):
        raise Wrong("the profiles' scores do not follow from the verdicts")


def reasons_fit(r: Result) -> None:
    rt = runtime_of(r)
    for case, why, _ in planned(r):
        told = [run[4] for run in case["runs"]
                if verdicts.run_verdict(run) == case["verdict"] != "pass"]
        wanted = form.short(why) if why else (told or [None])[0]
        if case.get("why") != wanted:
            raise Wrong(f"{case['id']}: the reason does not follow, "
                        f"'{case.get('why')}' for '{wanted}'")
        for run in case["runs"]:
            if verdicts.run_verdict(run) == verdicts.SKIP:
                skip_fits(rt, case["id"], run[4], r["suite"]["commit"])


def skip_fits(rt: plan.Runtime, name: str, reason: str, commit: str) -> None:
    """A run was skipped for a reason that the suite has, and is true."""
    if not skips.fits(reason, rt, name in rt["twins"], commit):
        raise Wrong(f"{name}: no run of it is skipped for '{reason}'")


def times_can_be(r: Result) -> None:
    longest = total = 0.0
    for case in r["cases"]:
        for run in case["runs"]:
            if not LEAST_MS <= run[2] <= form.LONGEST_RUN:
                raise Wrong(f"{case['id']}: no run takes {run[2]} ms")
            longest, total = max(longest, run[2]), total + run[2]
    room = r["seconds"] * 1000 * SLACK
    if longest > room or total > room * r["options"]["jobs"]:
        raise Wrong(f"the runs take {total / 1000:.0f} s, which does not fit "
                    f"into {r['seconds']} s and {r['options']['jobs']} jobs")
    values = Counter(run[2] for c in r["cases"] for run in c["runs"])
    if total and max(values.values()) > sum(values.values()) / 2:
        raise Wrong("half of all runs take the same time")


def dates_can_be(r: Result) -> None:
    made = git.commit_time(r["suite"]["commit"])
    if made is not None and r["started"] < made - LATER:
        raise Wrong("it is older than the commit that it names")
    if r["started"] + r["seconds"] > time.time() + LATER:
        raise Wrong("it is of the future")


def placed(path: Path, r: Result) -> None:
    """Below results/ the path names the runtime."""
    parts = Path(os.path.abspath(path)).parts
    wanted = form.place(r)
    if parts[-3:-2] == ("results",) and parts[-2:] != wanted:
        raise Wrong(f"of {'/'.join(wanted)}, by what is in it")


def runtime_of(r: Result) -> plan.Runtime:
    """What the runtime says of itself, to be asked often."""
    rt = r["runtime"]
    return {**rt, "has": frozenset(rt["has"]), "twins": frozenset(rt["twins"])}


def rows_of(r: Result) -> Mapping[str, suite.Row]:
    """The behaviours of the result's suite, which is known here."""
    return suite.behaviours(r["suite"]["behaviours"]) or {}


def cases_of(r: Result) -> Mapping[str, suite.Case]:
    """The cases of the result's suite, which is known here."""
    return suite.cases(r["suite"]["cases"]) or {}


def lists(r: Result) -> suite.Frozen:
    """The lists of the result's version."""
    return suite.frozen(suite.short(r["suite"]["version"]))


CHECKS: tuple[Callable[[Result], None], ...] = (
    form.unedited, whole, of_this_suite, runtime_can_be, has_all_cases,
    each_ran_as_planned, verdicts_follow, totals_follow, reasons_fit,
    times_can_be)
