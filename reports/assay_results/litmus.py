"""Results of runtimes that only speak the protocol of conformance/litmus.

They are judged by its programs.  What each may do is computed, so the checker
computes it again and knows an outcome that was called allowed and is not.

    program  {"id", "verdict", "why" unless it passed, "rounds",
              "outcomes": [[text, count, allowed], ...]}
"""
from __future__ import annotations

import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from assay_litmus.interpreter import MODELS
from assay_litmus.judge import Task, rounds_of
from assay_litmus.program import Bad, Program, parse
from assay_litmus.terms import FEATURES, Terms
from assay_litmus.variants import VARIANTS
from assay_report import shape
from assay_report.errors import Failure
from assay_report.escape import plain
from assay_report.jsonfile import read_json
from assay_report.shape import Wrong
from assay_report.workloads import ROOT

from . import form, git, suite, verdicts

FOLDER = "conformance/litmus/programs"
ROUNDS, LEAST = 200, 100  # of each program at each number of procs
LEAST_MS = 0.2  # to ask a process

OUTCOME = shape.each(shape.text, shape.count(0, 10**9), shape.flag)
PROGRAM = shape.record(
    {"id": shape.name, "verdict": shape.one_of("pass", "fail", "skip"),
     "rounds": shape.count(0, 10**9), "outcomes": shape.many(OUTCOME)},
    {"why": form.why})
RESULT = shape.record({
    "assay_result": shape.count(form.FORMAT, form.FORMAT),
    "kind": shape.one_of("litmus"), "digest": form.hexes(64),
    "suite": shape.record({"version": shape.name, "clean": shape.flag,
                           "commit": form.hexes(git.BLOB)}),
    "runtime": shape.record({
        "name": shape.name, "version": shape.name,
        "model": shape.nothing_or(shape.one_of(*MODELS)),
        "lacks": shape.table(shape.text),
        "variants": shape.many(shape.one_of(*VARIANTS))}),
    "options": shape.record({
        "procs": shape.many(shape.count(1, 1024), 1),
        "rounds": shape.count(1, 10**6), "seed": shape.count(0, 1 << 31)}),
    "machine": form.MACHINE, "started": shape.count(0, 1 << 40),
    "seconds": shape.positive, "others": shape.amount,
    "complete": shape.flag, "totals": form.COUNTS,
    "cases": shape.many(PROGRAM, 1)})
TOLD = shape.record({
    "complete": shape.flag, "seconds": shape.positive,
    "runtimes": shape.many(shape.record({}), 1), "options": shape.record({}),
    "results": shape.many(shape.record({
        "id": shape.name, "verdict": shape.name}), 1)})


# ---- making one -------------------------------------------------------------


def run(args: Namespace) -> dict[str, Any]:
    """What litmus says of a runtime: each program, often."""
    with tempfile.TemporaryDirectory(prefix="assay-") as directory:
        out = Path(directory, "run.json")
        argv = [str(ROOT / "conformance/litmus/litmus"), "--build",
                str(args.build), "--runtime", args.runtime, "-n", str(ROUNDS),
                "--json", str(out)]
        sys.stdout.flush()
        status = subprocess.run(argv, check=False).returncode
        if status not in (0, 1):
            raise Failure(f"litmus ended with status {status}",
                          130 if status == 130 else 2)
        return read_json(out, "what litmus writes", TOLD)


def made(told: Mapping[str, Any], tree: Mapping[str, Any], started: int,
         others: float) -> dict[str, Any]:
    """The result that follows from it."""
    who = told["runtimes"][0]
    cases = [_case(c) for c in sorted(told["results"], key=lambda c: c["id"])]
    return form.signed({
        "assay_result": form.FORMAT, "kind": "litmus", "digest": "",
        "suite": tree,
        "runtime": {k: who.get(k) for k in (
            "name", "version", "model", "lacks", "variants")},
        "options": {k: told["options"][k] for k in (
            "procs", "rounds", "seed")},
        "machine": form.machine(), "started": started,
        "seconds": round(told["seconds"], 1), "others": others,
        "complete": told["complete"],
        "totals": verdicts.count(c["verdict"] for c in cases),
        "cases": cases})


def _case(told: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"id": told["id"], "verdict": told["verdict"],
            "rounds": told.get("rounds", 0), "outcomes": [
                [o["outcome"], o["count"], o["allowed"]]
                for o in told.get("outcomes", ())]}
    if told["verdict"] != verdicts.PASS:
        kept["why"] = form.short(plain(told["reason"] or "an outcome that is "
                                       "not allowed"))
    return kept


# ---- looking at one ---------------------------------------------------------


def whole(r: Mapping[str, Any]) -> None:
    form.at_rest(r)
    if r["options"]["rounds"] < LEAST:
        raise Wrong(f"partial: {r['options']['rounds']} rounds, not {LEAST} "
                    "or more")


def has_all_programs(r: Mapping[str, Any]) -> None:
    ids = [c["id"] for c in r["cases"]]
    if ids != sorted(set(ids)):
        raise Wrong("programs twice or out of order")
    wanted = set(suite.programs(suite.short(r["suite"]["version"])))
    if wanted - set(ids):
        raise Wrong(f"partial: {min(wanted - set(ids))} is missing")
    if set(ids) - wanted:
        raise Wrong(f"{min(set(ids) - wanted)} is no program of the suite")


def verdicts_follow(r: Mapping[str, Any]) -> None:
    for case in r["cases"]:
        if (case["verdict"] == verdicts.PASS) != ("why" not in case):
            raise Wrong(f"{case['id']}: a reason for a pass, or none for "
                        "anything else")
        bad = any(count and not allowed
                  for _, count, allowed in case["outcomes"])
        if bad and case["verdict"] == verdicts.PASS:
            raise Wrong(f"{case['id']}: the verdict does not follow from the "
                        "outcomes")
    if r["totals"] != verdicts.count(c["verdict"] for c in r["cases"]):
        raise Wrong("the totals do not follow from the verdicts")


def outcomes_are_counted(r: Mapping[str, Any]) -> None:
    for case in r["cases"]:
        counted = sum(count for _, count, _ in case["outcomes"])
        if counted != case["rounds"]:
            raise Wrong(f"{case['id']}: {counted} outcomes in "
                        f"{case['rounds']} rounds")


def outcomes_are_allowed(r: Mapping[str, Any]) -> None:
    of, o = r["runtime"], r["options"]
    if set(of["lacks"]) - set(FEATURES):
        raise Wrong("it lacks what is no feature")
    terms = Terms(lacks=of["lacks"], variants=tuple(of["variants"]))
    files = suite.programs(suite.short(r["suite"]["version"]))
    for case in r["cases"]:
        text = git.content(files[case["id"]], f"{FOLDER}/{case['id']}.lit")
        if text is None:
            raise git.unknown("its programs are")
        task = Task.of(_program(case["id"], text), terms)
        if _was_skipped(case, task):
            continue
        _compare(case, task)
        _count(case, len(o["procs"]) * rounds_of(o["rounds"], task.may_die))


def _program(name: str, text: bytes) -> Program:
    try:
        return parse(text.decode())
    except Bad as e:
        raise Wrong(f"{name}: {e}") from None


def _was_skipped(case: Mapping[str, Any], task: Task) -> bool:
    """It was if it must be, and for that reason."""
    if bool(task.skip) != (case["verdict"] == verdicts.SKIP):
        raise Wrong(f"{case['id']}: skipped and should not be, or not skipped "
                    "and cannot run, by what the runtime says of itself")
    if task.skip and (case["why"] != form.short(plain(task.skip))
                      or case["outcomes"]):
        raise Wrong(f"{case['id']}: skipped for another reason, or with "
                    "outcomes")
    return bool(task.skip)


def _compare(case: Mapping[str, Any], task: Task) -> None:
    """Holds what was called allowed against what is, as time is real."""
    allowed = {o.show(task.program) for o in task.allowed[False]}
    told = [text for text, _, _ in case["outcomes"]]
    if len(set(told)) < len(told) or allowed - set(told):
        raise Wrong(f"{case['id']}: an outcome twice, or left out")
    for text, count, said in case["outcomes"]:
        if said != (text in allowed) or not (said or count):
            raise Wrong(f"{case['id']}: '{text[:80]}' is "
                        f"{'not ' * (text not in allowed)}allowed")


def _count(case: Mapping[str, Any], rounds: int) -> None:
    """Who fails may have ended before its last round."""
    if case["rounds"] > rounds or case["rounds"] < rounds \
            and case["verdict"] == verdicts.PASS:
        raise Wrong(f"partial: {case['id']} ran {case['rounds']} rounds, not "
                    f"{rounds}")


def times_can_be(r: Mapping[str, Any]) -> None:
    asked = sum(c["verdict"] != verdicts.SKIP for c in r["cases"])
    if r["seconds"] * 1000 < asked * len(r["options"]["procs"]) * LEAST_MS:
        raise Wrong(f"{asked} programs do not run in {r['seconds']} s")


CHECKS: tuple[Callable[[Mapping[str, Any]], None], ...] = (
    form.unedited, whole, has_all_programs, verdicts_follow,
    outcomes_are_counted, outcomes_are_allowed, times_can_be)
