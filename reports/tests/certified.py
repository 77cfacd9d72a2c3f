"""Made-up certified results, in which all fits."""
from __future__ import annotations

import atexit
import os
import random
import shutil
import subprocess
import tempfile
import time
import unittest
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from assay_litmus.judge import Task, rounds_of
from assay_litmus.program import Program, parse
from assay_litmus.terms import Terms
from assay_results import form, git, litmus, plan, suite, verdicts

EVERYTHING = sorted({n for c in suite.cases_now()[1].values()
                     for n in c.needs} | {"core->run"})
EVERY_TRAIT = sum(1 << i for i, t in enumerate(plan.TRAITS)
                  if t != "child first")
SECONDS, JOBS = 900.0, 4
PARTS = ("conformance/version", suite.BEHAVIOURS, suite.CASES,
         "conformance/cases", litmus.FOLDER)


@cache
def history() -> tuple[Path, str]:
    """A repository with the tree's suite, and its commit: the tree's own may
    be none, or may have changed since its last commit."""
    folder = Path(tempfile.mkdtemp(prefix="assay-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for part in PARTS:
        path = folder / part
        path.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (suite.ROOT / part).is_dir() else shutil.copy
        copy(suite.ROOT / part, path)
    in_git(folder, "init", "-q")
    return folder, commit(folder)


def in_git(folder: Path, *words: str) -> str:
    """What git says there, whatever the user's own settings are."""
    who = {f"GIT_{x}_{y}": "a@b.c" for x in ("AUTHOR", "COMMITTER")
           for y in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", "-C", str(folder), *words], check=True, text=True,
        capture_output=True, env={**os.environ, **who, "HOME": str(folder),
                                  "GIT_CONFIG_NOSYSTEM": "1"}).stdout.strip()


def commit(folder: Path, what: str = "-A") -> str:
    """Commits all, or a file, long ago: results are younger."""
    in_git(folder, "add", what)
    old = "2001-01-01T00:00:00Z"
    with mock.patch.dict(os.environ, GIT_COMMITTER_DATE=old):
        in_git(folder, "commit", "-q", "-m", "a suite")
    return in_git(folder, "rev-parse", "HEAD")


def use_history() -> None:
    """For a module of tests: the tree is in that repository."""
    patch = mock.patch.object(git, "ROOT", history()[0])
    patch.start()
    unittest.addModuleCleanup(patch.stop)


def good(name: str = "mine", has: Iterable[str] = EVERYTHING,
         traits: int = EVERY_TRAIT, fails: Iterable[str] = (),
         model: str = "N:M", host: bool = False) -> dict[str, Any]:
    """A result that is accepted: `fails` are cases that fail once."""
    runtime = {"name": name, "version": "1.2", "model": model,
               "go_version": "1.26", "host": host, "traits": traits,
               "stack_bytes": 65536, "kit": [], "has": sorted(has), "twins": [],
               "digest": "d" * 64}
    blob, rows = suite.behaviours_now()
    table, known = suite.cases_now()
    draw = random.Random(name)
    cases = [_case(c, rows[c.row], runtime, set(fails), draw)
             for c in known.values()]
    return signed({
        "assay_result": form.FORMAT, "kind": "cases", "digest": "",
        "suite": {"version": "1.0.0", "commit": history()[1], "clean": True,
                  "behaviours": blob, "cases": table},
        "runtime": runtime,
        "options": {"procs": [1, 2, 4], "repeat": 3, "seed": 1,
                    "jobs": JOBS, "timeout_scale": 1},
        "machine": {"cpu": "a CPU", "cpus_usable": 2, "kernel": "6.1",
                    "libc": "glibc", "virtual": True},
        "started": int(time.time()) - 3600, "seconds": SECONDS, "others": 0.1,
        "complete": True, "totals": {}, "profiles": {}, "cases": cases})


def signed(result: dict[str, Any]) -> dict[str, Any]:
    """The same with sums and a digest that follow from its cases."""
    made = {**result, "totals": verdicts.totals(result["cases"]),
            "profiles": verdicts.scores(result["cases"],
                                        suite.frozen("1.0"))}
    return {**made, "digest": form.digest(made)}


def good_litmus(name: str = "other", lacks: dict[str, str] | None = None,
                fails: str = "") -> dict[str, Any]:
    """The same of a runtime that was judged by litmus programs."""
    terms = Terms(lacks=lacks or {})
    cases = [_program(parse((suite.ROOT / litmus.FOLDER / f"{n}.lit")
                            .read_text()), terms, n == fails)
             for n in suite.programs("1.0")]
    return form.signed({
        "assay_result": form.FORMAT, "kind": "litmus", "digest": "",
        "suite": {"version": "1.0.0", "commit": history()[1],
                  "clean": True},
        "runtime": {"name": name, "version": "2", "model": "N:M",
                    "lacks": terms.lacks, "variants": []},
        "options": {"procs": [1, 2, 4], "rounds": 200, "seed": 1},
        "machine": {"cpu": "a CPU", "cpus_usable": 2, "kernel": "6.1"},
        "started": int(time.time()) - 3600, "seconds": 60.0, "others": 0.1,
        "complete": True, "cases": cases,
        "totals": verdicts.count(c["verdict"] for c in cases)})


def _program(program: Program, terms: Terms, fails: bool) -> dict[str, Any]:
    task = Task.of(program, terms)
    if task.skip:
        return {"id": program.name, "verdict": "skip", "why": task.skip,
                "rounds": 0, "outcomes": []}
    rounds = 3 * rounds_of(200, task.may_die)
    names = sorted(o.show(program) for o in task.allowed[False])
    made: dict[str, Any] = {
        "id": program.name, "verdict": "fail" if fails else "pass",
        "rounds": rounds, "outcomes": [[n, 0, True] for n in names]}
    made["outcomes"][0][1] = rounds - fails
    if fails:
        made["outcomes"].append(["done: x=7", 1, False])
        made["why"] = "an outcome that is not allowed"
    return made


def _case(case: suite.Case, row: suite.Row, runtime: dict[str, Any],
          fails: set[str], draw: random.Random) -> dict[str, Any]:
    why = plan.why_not(runtime, (1, 26), row, case, form.PROCS)
    if why:
        return {"id": case.id, "verdict": "skip", "why": why, "runs": []}
    runs: list[list[Any]] = sorted((
        [p, n, draw.randint(60, 3000) / 10] for n in (1, 2, 3)
        for p in plan.runs_of(runtime, row, case, form.PROCS)),
        key=lambda run: (run[1], run[0], run[2]))
    if case.id not in fails:
        return {"id": case.id, "verdict": "pass", "runs": runs}
    runs[len(runs) // 2] += ["fail", "x.c:1: 1 == 2"]
    return {"id": case.id, "verdict": "fail", "why": "x.c:1: 1 == 2",
            "runs": runs}
