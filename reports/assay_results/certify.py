"""make certify: runs the whole suite, several times, and keeps the verdicts."""
from __future__ import annotations

import hashlib
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay_report import shape
from assay_report.errors import Failure
from assay_report.escape import plain
from assay_report.jsonfile import parse_json, read_json
from assay_report.load import Watch
from assay_report.results import write_whole

from . import form, git, litmus, suite, verdicts
from .check import accept
from .worth import scores

# What the runner's JSON must have; the checker looks at what is made of it.
TOLD = shape.record({
    "complete": shape.flag, "seconds": shape.positive,
    "runtimes": shape.many(shape.record({
        "name": shape.name, "version": shape.name, "model": shape.name,
        "path": shape.text,
        "kit": shape.nothing_or(shape.text), "has": shape.many(shape.name),
        "twins": shape.many(shape.name)}), 1),
    "options": shape.record({"procs": shape.many(shape.count(1, 1024), 1)}),
    "results": shape.many(shape.record({
        "id": shape.name, "verdict": shape.name,
        "runs": shape.many(shape.record({}))}), 1)})


def certify(args: Namespace) -> int:
    """Writes results/NAME/VERSION.json; one that would be refused goes
    into a file beside it, VERSION.refused."""
    changed = git.changed()
    if changed:
        print(f"certify: {changed} is not as its commit has it: the result "
              "will be refused as one that nobody can repeat", flush=True)
    tree = {"version": suite.version(), "commit": git.head(),
            "clean": changed == ""}
    started, watch = int(time.time()), Watch()
    name = args.runtime  # or the path of a file, which is no interpreter
    if "/" not in name and (args.build / "litmus" / name).is_file():
        told, make = litmus.run(args), litmus.made
    else:
        told, make = run(args), made
    result = make(told, tree, started, others(watch))
    path = args.out.joinpath(*form.place(result))
    text = form.text_of(result)
    try:
        accept(path, parse_json(text))
    except Failure as e:
        path = path.with_suffix(".refused")
        write_whole(path, text)
        print(f"certify: {path}: check-results would refuse it: {e}")
        return 1
    write_whole(path, text)
    print(f"certify: {path}: {scores(result)}")
    return 0


def others(watch: Watch) -> float:
    """How many CPUs others used meanwhile, on the average."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(watch.stop(used.ru_utime + used.ru_stime).share, 2)


def run(args: Namespace) -> dict[str, Any]:
    """What the runner says, all cases several times, nothing excused."""
    with tempfile.TemporaryDirectory(prefix="assay-") as directory:
        out = Path(directory, "run.json")
        argv = [str(args.build / "conformance"), "--runtime", args.runtime,
                "--expectations", "/dev/null", "--json", str(out),
                "--repeat", str(form.LEAST_REPEAT)]
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("ASSAY_")}
        child = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL,
                                 start_new_session=True)
        try:
            status = child.wait()
        except BaseException:
            os.killpg(child.pid, signal.SIGINT)
            child.wait()
            raise
        if status not in (0, 1):
            raise Failure(f"the runner ended with status {status}",
                          130 if status == 130 else 2)
        told = read_json(out, "what the runner writes", TOLD)
    if not told["complete"]:
        raise Failure("the run was interrupted", 130)
    return told


def made(told: Mapping[str, Any], tree: Mapping[str, Any], started: int,
         others: float) -> dict[str, Any]:
    """The result that follows from what the runner says."""
    cases = [case(c) for c in sorted(told["results"], key=lambda c: c["id"])]
    lists = suite.frozen(suite.short(tree["version"]))
    result = {
        "assay_result": form.FORMAT, "kind": "cases", "digest": "",
        "suite": {**tree, "behaviours": suite.behaviours_now()[0],
                  "cases": suite.cases_now()[0]},
        "runtime": runtime(told["runtimes"][0]),
        "options": {k: told["options"][k] for k in
                    ("procs", "repeat", "seed", "jobs", "timeout_scale")},
        "machine": form.machine(), "started": started,
        "seconds": round(told["seconds"], 1), "others": others,
        "complete": True,
        "totals": verdicts.totals(cases),
        "profiles": verdicts.scores(cases, lists), "cases": cases}
    return form.signed(result)


def runtime(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the runtime says of itself."""
    try:
        data = Path(told["path"]).read_bytes()
    except OSError as e:
        raise Failure(f"{told['path']}: {e.strerror}") from e
    return {**{k: told.get(k) for k in ("name", "version", "model",
                                        "go_version", "host", "traits",
                                        "stack_bytes")},
            "kit": re.findall(r"\w+", told.get("kit") or ""),
            "has": told["has"], "twins": told["twins"],
            "digest": hashlib.sha256(data).hexdigest()}


def case(told: Mapping[str, Any]) -> dict[str, Any]:
    """A case: its runs in order, and the verdict over them."""
    runs = sorted(map(run_of, told["runs"]), key=lambda r: (r[1], r[0], r[2]))
    verdict = verdicts.case_verdict(runs)
    made_of: dict[str, Any] = {"id": told["id"], "verdict": verdict}
    if verdict != verdicts.PASS:
        reasons = [r[4] for r in runs if r[3:4] == [verdict]]
        made_of["why"] = (reasons or [reason_of(told)])[0]
    return {**made_of, "runs": runs}


def run_of(told: Mapping[str, Any]) -> list[Any]:
    """A run as a result has it."""
    kept = [told["procs"], told["repetition"],
            round(told["seconds"] * 1000, 1)]
    if told["verdict"] != verdicts.PASS:
        kept += [told["verdict"], reason_of(told)]
    return kept


def reason_of(told: Mapping[str, Any]) -> str:
    """Why a case or a run did not pass."""
    return form.short(plain(told["reason"] or ""))
