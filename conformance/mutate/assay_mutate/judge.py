"""Judges a runtime by the suite: which case kills it?"""
from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assay_report.errors import Failure

from .commands import environment
from .order import Round
from .reach import exactly

# What the runner ends with: wrong usage or runtime, and that all was skipped.
UNUSABLE, NOTHING = 2, 3
# A failure that shows again in none of these was noise.
TRIES = 6
# Of cases that failed once and then no more; then the suite has said enough.
DOUBTS = 6
# Seconds that a word about goro without a fault holds.
FRESH = 600


@dataclass
class Verdict:
    """What became of a mutant."""

    what: str              # killed, survived, undecided, ...
    case: str = ""         # that killed it
    why: str = ""
    doubts: list[str] = field(default_factory=list)  # failed, but only once


@dataclass
class Failed:
    """The case that ended a run."""

    case: str
    procs: int
    seed: int
    why: str


class Judge:
    """The runner, and goro without a fault to compare with."""

    def __init__(self, runner: Path, clean: Path, folder: Path, limit: float,
                 stop: threading.Event, every: Sequence[str] = (),
                 options: Sequence[str] = ()):
        self.runner, self.clean, self.folder = runner, clean, folder
        self.limit, self.stop, self.every = limit, stop, every
        self.options = options
        self.passed: dict[tuple[str, int, int], float] = {}

    def check(self) -> None:
        """Goro without a fault must pass, or no verdict means anything."""
        found = self._run(self.clean, ["--run", "GO-001", "--run", "CH-00*",
                                       "--procs", "1,4"])
        if found is not None and not self.stop.is_set():
            raise Failure("goro without a fault does not pass: "
                          f"{self.folder / 'runner.log'}")

    def judge(self, runtime: Path, rounds: Sequence[Round],
              seed: int) -> Verdict:
        """Runs the cases until one kills it."""
        verdict = Verdict("survived")
        for cases in rounds:
            self._round(verdict, runtime, cases, seed)
            if verdict.what != "survived" or self.stop.is_set():
                break
        return verdict

    def _round(self, verdict: Verdict, runtime: Path, cases: Round,
               seed: int) -> None:
        while len(verdict.doubts) < DOUBTS:
            left = [c for c in cases.cases if c not in verdict.doubts]
            found = left and self._run(
                runtime, [*exactly(left, self.every), "--procs", cases.procs,
                          f"--shuffle={seed}", "--fail-fast"])
            if not found:
                return
            if found == "unusable":
                self.check()
                verdict.what = "killed"
                verdict.case, verdict.why = "-", "it cannot be loaded"
                return
            if isinstance(found, str):
                verdict.what, verdict.why = "undecided", found
                return
            if self.confirmed(runtime, found):
                verdict.what, verdict.case = "killed", found.case
                verdict.why = found.why
                return
            verdict.doubts.append(found.case)

    def confirmed(self, runtime: Path, found: Failed) -> bool:
        """True if the case alone fails on the mutant, and never without."""
        return self._fails(runtime, found) and not self._clean_fails(found)

    def _clean_fails(self, found: Failed) -> bool:
        what = found.case, found.procs, found.seed
        if time.monotonic() - self.passed.get(what, -FRESH) < FRESH:
            return False
        fails = self._fails(self.clean, found)
        if not fails:
            self.passed[what] = time.monotonic()
        return fails

    def _fails(self, runtime: Path, found: Failed) -> bool:
        procs = ["--procs", str(found.procs)] if found.procs else []
        again = self._run(runtime, [
            *exactly([found.case], self.every), *procs, "--seed",
            str(found.seed), "--until-fail", "--repeat", str(TRIES)])
        return isinstance(again, Failed)

    def _run(self, runtime: Path,
             options: Sequence[str]) -> Failed | str | None:
        """The failure; None: all passed; or in words why it has no end."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        status = self._wait([str(self.runner), "--runtime", str(runtime),
                             "--json", str(report), *self.options,
                             *options], self.limit)
        if status == NOTHING and not report.exists():
            return None
        if status in (0, 1, NOTHING):
            return _first_failure(report)
        if status == UNUSABLE and runtime != self.clean:
            return "unusable"
        return f"the runner ended with status {status}"

    def _wait(self, command: Sequence[str], limit: float) -> int | None:
        """The status; None: it was ended, by the time or by stop."""
        end = time.monotonic() + limit
        with (self.folder / "runner.log").open("w") as log:
            child = subprocess.Popen(command, stdout=log, stderr=log,
                                     stdin=subprocess.DEVNULL,
                                     env=environment(),
                                     start_new_session=True)
            while time.monotonic() < end and not self.stop.is_set():
                try:
                    return child.wait(0.2)
                except subprocess.TimeoutExpired:
                    pass
            child.send_signal(signal.SIGTERM)
            child.wait()
        return None


def _first_failure(report: Path) -> Failed | None:
    """A function that says it is not supported has failed: goro has it."""
    data = json.loads(report.read_text(errors="replace"))
    for result in data["results"]:
        denied = (result["reason"] or "").endswith(": not supported")
        for run in result["runs"]:
            if run["verdict"] != "pass" and (run["verdict"] != "skip" or
                                             denied):
                return Failed(result["id"], run["procs"], run["seed"],
                              result["reason"] or "")
    return None
