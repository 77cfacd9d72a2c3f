"""Verdicts, with a runner that does as it is told."""
import json
import os
import tempfile
import threading
import unittest
from pathlib import Path

from assay_mutate.areas import Areas
from assay_mutate.draw import mutants
from assay_mutate.judge import Judge, Verdict
from assay_mutate.order import Round
from assay_mutate.state import State
from assay_mutate.syntax import Source
from assay_report.errors import Failure

# It reads what to do from the runtime: a line of Python that sets `bad` to
# the case that fails, if one does.
FAKE = r"""#!/usr/bin/env python3
import json, sys, time, os
args = sys.argv[1:]
def all_of(word):
    return [args[i + 1] for i, a in enumerate(args) if a == word]
runtime, report = all_of("--runtime")[0], all_of("--json")[0]
runs, skips, alone = all_of("--run"), all_of("--skip"), "--repeat" in args
os.write(2, (" ".join(args) + "\n").encode())
bad, status, says, reason = None, 0, "fail", "it is"
exec(open(runtime).read())
if bad not in runs:
    bad = None
if says is None:
    sys.exit(status)
run = {"procs": 4, "seed": 1, "verdict": says if bad else "pass"}
json.dump({"results": [{"id": bad or "GO-001", "reason": reason,
                        "runs": [run]}]}, open(report, "w"))
sys.exit(status or (bool(bad) and says == "fail"))
"""


class JudgeTest(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        self.runner = self.folder / "runner"
        self.runner.write_text(FAKE)
        self.runner.chmod(0o755)

    def runtime(self, name, does):
        path = self.folder / name
        path.write_text(does)
        return path

    def judge(self, does, clean="", limit=60):
        judge = Judge(self.runner, self.runtime("clean", clean), self.folder,
                      limit, threading.Event())
        return judge.judge(self.runtime("mutant", does), [
            Round(["CH-001", "CH-002"], "1,2,4"), Round(["MU-001"], "1,4")],
                           7)

    def test_survived(self):
        self.assertEqual(self.judge("").what, "survived")

    def test_killed_in_the_first_round(self):
        verdict = self.judge("bad = 'CH-001'")
        self.assertEqual((verdict.what, verdict.case), ("killed", "CH-001"))

    def test_killed_by_another(self):
        verdict = self.judge("bad = 'MU-001'")
        self.assertEqual((verdict.what, verdict.case), ("killed", "MU-001"))

    def test_noise_is_no_kill(self):
        verdict = self.judge("bad = None if alone else 'CH-001'")
        self.assertEqual((verdict.what, verdict.doubts),
                         ("survived", ["CH-001"]))

    def test_what_fails_without_a_fault_is_no_kill(self):
        verdict = self.judge("bad = 'CH-001'", clean="bad = 'CH-001'")
        self.assertEqual(verdict.what, "survived")

    def test_a_function_that_says_it_is_not_there(self):
        denied = "says, reason = 'skip', 'net->dial: not supported'\n"
        verdict = self.judge(denied + "bad = 'CH-001'")
        self.assertEqual((verdict.what, verdict.case), ("killed", "CH-001"))
        self.assertEqual(self.judge("says, reason = 'skip', 'model N:M'\n"
                                    "bad = 'CH-001'").what, "survived")

    def test_cannot_be_loaded(self):
        verdict = self.judge("status = 2")
        self.assertEqual((verdict.what, verdict.case), ("killed", "-"))

    def test_a_runner_that_never_works_is_no_kill(self):
        with self.assertRaises(Failure):
            self.judge("status = 2", clean="status = 2")

    def test_no_end(self):
        verdict = self.judge("time.sleep(60)", limit=0.5)
        self.assertEqual(verdict.what, "undecided")

    def test_another_status(self):
        self.assertEqual(self.judge("status = 9").what, "undecided")
        self.assertEqual(self.judge("status = 3").what, "survived")
        self.assertEqual(self.judge("status, says = 3, None").what,
                         "survived")


class StateTest(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.path = Path(held.name, "state.jsonl")
        self.mutants = mutants([Source("a.c", b"int f(void)\n{\n\tx = 1;\n"
                                       b"\ty();\n}\n")],
                               Areas([("*", 1, ["*"])]))

    def kept(self, goro, suite):
        return {v.what for v in State(self.path, goro,
                                      suite).verdicts.values()}

    def test_resumes(self):
        state = State(self.path, "g", "s")
        state.add(self.mutants[0], Verdict("killed", "CH-001"))
        state.add(self.mutants[1], Verdict("survived"))
        self.assertEqual(self.kept("g", "s"), {"killed", "survived"})
        self.assertEqual(self.kept("g", "new"), {"killed"})
        self.assertEqual(self.kept("new", "s"), set())

    def test_a_cut_line_is_left_out(self):
        State(self.path, "g", "s").add(self.mutants[0], Verdict("killed"))
        os.truncate(self.path, self.path.stat().st_size - 9)
        self.assertEqual(self.kept("g", "s"), set())
        self.path.write_text(json.dumps({})[:1])
        self.assertEqual(self.kept("g", "s"), set())
