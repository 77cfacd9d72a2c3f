"""The conformance runner's verdicts, cut down to what the report shows."""
from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import shape
from .errors import Failure
from .jsonfile import read_json
from .progress import Progress
from .samples import Program, last_line

STATES = "CH-049"  # notes the table of channel states
PASSED, FAILED, SKIPPED, KNOWN = "passed", "failed", "skipped", "known"

# The words of the runner's JSON.
KINDS = {"pass": PASSED, "skip": SKIPPED, "known": KNOWN, "fail": FAILED,
         "timeout": FAILED, "crash": FAILED, "unexpected pass": FAILED}


def uncut(value: Any) -> None:
    """Not a run that was interrupted: what it left out is not gone."""
    shape.flag(value)
    if not value:
        raise shape.Wrong("the run was interrupted")


MORE = {"complete": uncut}
VERDICT = {"id": shape.name, "verdict": shape.one_of(*KINDS)}
VERDICTS = shape.record({"results": shape.many(shape.record(VERDICT), 1)},
                        MORE)
FULL = shape.record({
    "results": shape.many(shape.record({
        **VERDICT, "row": shape.name, "title": shape.text,
        "runs": shape.many(shape.record({
            "notes": shape.many(shape.text)}))})),
    "runtimes": shape.many(shape.record({
        "version": shape.nothing_or(shape.text)}), 1)}, MORE)

# What a results file keeps of it.
AREA = shape.record(dict.fromkeys((PASSED, FAILED, SKIPPED, KNOWN),
                                  shape.count(0, 10**6)))
JUDGED = shape.record({
    "areas": shape.table(AREA), "failed": shape.many(shape.each(
        shape.text, shape.text, shape.text)),
    "states": shape.many(shape.many(shape.text, 1)),
    "version": shape.nothing_or(shape.text)})
REFUSED = shape.record({"error": shape.text})
ANYONE = shape.record({"complete": shape.flag, "runtimes": shape.table(
    lambda value: (REFUSED if isinstance(value, dict) and "error" in value
                   else JUDGED)(value))})


def shown(value: Any) -> None:
    """{} if nobody was judged."""
    if value != {}:
        ANYONE(value)


def run(build: Path, programs: Sequence[Program], quick: bool,
        progress: Progress) -> dict[str, Any]:
    """Judges every runtime of `programs` that the runner can load.

    The quick mode asks for the channel states alone.  {} if there is no
    runner; a runner that fails is a reason in the result, not an error.
    """
    runner = build / "conformance"
    chosen = {p.label: path for p in programs
              if (path := _loadable(p, build)) is not None}
    if not runner.is_file() or not chosen:
        return {}
    progress.say("conformance of " + " ".join(chosen)
                 + (", channel states alone" if quick else ""))
    made: dict[str, Any] = {"complete": not quick, "runtimes": {}}
    for label, path in chosen.items():
        made["runtimes"][label] = _judge(runner, path, quick)
    return made


def _loadable(program: Program, build: Path) -> str | None:
    """What the runner loads for a program: its adapter or its host."""
    if "--runtime" in program.argv:
        if program.label == "base":
            return None
        return program.argv[program.argv.index("--runtime") + 1]
    for name in (program.label + ".so", program.label):
        path = build / "runtimes" / name
        if path.is_file():
            return str(path)
    return None


def _judge(runner: Path, path: str, quick: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="assay-") as folder:
        out = Path(folder, "conformance.json")
        argv = [str(runner), "--runtime", os.path.abspath(path), "--json",
                str(out), "--color=never"]
        argv += ["--run", STATES] if quick else []
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            _, err = child.communicate()
        except BaseException:
            os.killpg(child.pid, signal.SIGINT)
            child.wait()
            raise
        try:
            return reduce(read_verdicts(out, FULL))
        except Failure:
            return {"error": f"status {child.returncode}: {last_line(err)}"}


def read_verdicts(path: Path, form: shape.Check = VERDICTS) -> dict[str, Any]:
    """The JSON that the runner has written; a Failure says what is wrong."""
    return read_json(path, "conformance results", form)


def reduce(report: dict[str, Any]) -> dict[str, Any]:
    """Counts by area, what failed, and the table of channel states."""
    areas: dict[str, dict[str, int]] = {}
    failed, states = [], []
    for row in report["results"]:
        kind = KINDS[row["verdict"]]
        area = areas.setdefault(row["row"][:2], dict.fromkeys(
            (PASSED, FAILED, SKIPPED, KNOWN), 0))
        area[kind] += 1
        if kind == FAILED:
            failed.append([row["id"], row["verdict"], row["title"]])
        if row["id"] == STATES and row["runs"]:
            states = _table(row["runs"][-1]["notes"])
    return {"areas": areas, "failed": failed, "states": states,
            "version": report["runtimes"][0]["version"]}


def _table(notes: Sequence[str]) -> list[list[str]]:
    """The lines of a table drawn with bars; the first one is its head."""
    return [[cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in notes if line.startswith("|")]
