"""Plans, and whole runs of make bench's program with fake bench programs."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from assay_report.plan import (Hopeless, Repeats, Step, has_one_p,
                               make_options, make_plan)
from assay_report.progress import Estimate, human_time
from assay_report.errors import Failure
from assay_report.results import load_results
from assay_report.rounds import better
from assay_report.load import Load
from assay_report.samples import ERROR, OK, SKIPPED, TIMEOUT, Sample
from assay_report.workloads import load_workloads

from .synthetic import synthetic

HERE = Path(__file__).resolve().parent
REPORTS = HERE.parent


class Plan(unittest.TestCase):
    def plan(self, names, **more):
        options = make_options(more.pop("rounds", None), (1, 2), "", None,
                               more.pop("quick", False), False)
        return make_plan(options, load_workloads(), names,
                         {"core/yield"})

    def test_runtimes_take_turns_there_and_back(self):
        names = {r: ["core/yield", "chan/pingpong"] for r in "abc"}
        plan = self.plan(names)
        self.assertEqual(len(plan), 10 * 2 * 2 * 3)
        first = [s.runtime for s in plan if s.round == 0]
        second = [s.runtime for s in plan if s.round == 1]
        self.assertEqual("".join(first), "abc" * 4)
        self.assertEqual("".join(second), "cba" * 4)

    def test_yardsticks_once_a_round_and_by_nobody_else(self):
        plan = self.plan({"a": ["base/call", "core/yield"],
                          "base": ["base/call"]})
        calls = [s for s in plan if s.workload == "base/call"]
        self.assertEqual({(s.runtime, s.procs) for s in calls}, {("base", 1)})
        self.assertEqual(len(calls), 10)

    def test_memory_at_the_least_procs(self):
        plan = self.plan({"a": ["mem/parked/n:100000", "core/yield"]})
        self.assertEqual([s.procs for s in plan if s.round == 0], [1, 2, 1])
        self.assertEqual(plan[-1].workload, "mem/parked/n:100000")

    def test_quick_is_short(self):
        plan = self.plan({"a": list(load_workloads())}, quick=True)
        self.assertEqual(max(s.round for s in plan), 2)
        self.assertEqual({s.workload for s in plan}, {
            "core/yield", "core/switch_set/n:2", "core/switch_set/n:1000",
            "latency/open/rate:1000"})

    def test_few_rounds_need_the_quick_mode(self):
        for rounds in (0, -1, 9):
            with self.assertRaises(Failure):
                make_options(rounds, (1,), "", None, False, False)
        self.assertEqual(make_options(2, (1,), "", None, True, False).rounds,
                         2)


class Bookkeeping(unittest.TestCase):
    step = Step(0, 1, "chan/pingpong", "a")

    def test_an_error_gets_a_second_chance(self):
        h = Hopeless()
        h.note(self.step, ERROR, "crash")
        self.assertIsNone(h.reason(self.step))
        h.note(self.step._replace(round=1), ERROR, "crash")
        self.assertEqual(h.reason(self.step), "crash")

    def test_one_p_need_not_be_tried_at_others(self):
        h = Hopeless()
        h.note_one_p("a", 1)
        self.assertIsNone(h.reason(self.step))
        self.assertIsNotNone(h.reason(self.step._replace(procs=2)))
        self.assertIsNone(h.reason(self.step._replace(runtime="b", procs=2)))
        self.assertEqual([has_one_p(x) for x in (
            {}, {"model": "N:1"}, {"model": "N:1", "several_ps": "1"},
            {"model": "N:M", "several_ps": "0"})],
            [False, True, False, True])

    def test_skips_and_timeouts_do_not(self):
        h = Hopeless()
        h.note(self.step, SKIPPED, "no net")
        self.assertEqual(h.reason(self.step), "no net")
        self.assertIsNone(h.reason(self.step._replace(procs=2)))
        h.note(self.step, TIMEOUT, "slow")
        self.assertIsNotNone(h.reason(self.step._replace(procs=2)))

    def test_repeats_are_bounded(self):
        r = Repeats(3, each=2)
        self.assertEqual([r.take(1), r.take(2), r.take(3)],
                         [True, True, False])
        self.assertEqual([r.take(1), r.take(1)], [True, False])

    def test_the_calmest_sample_is_kept(self):
        calm = Sample(OK, 1, load=Load(others=0.1, seconds=1))
        wild = Sample(OK, 2, load=Load(others=0.9, seconds=1))
        self.assertTrue(better(calm, wild))
        self.assertFalse(better(Sample(ERROR), wild))

    def test_estimate_and_its_words(self):
        e = Estimate()
        e.note(self.step, 2.0)
        e.note(self.step._replace(workload="core/yield"), 4.0)
        other = self.step._replace(workload="sync/once")
        self.assertEqual(e.seconds([self.step, other]), 2 + 3)
        self.assertEqual([human_time(s) for s in (40, 700, 4800, 7300)],
                         ["40 s", "12 min", "80 min", "2 h 02 min"])


class Runs(unittest.TestCase):
    """The program from outside, on a build folder with fake programs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)
        self.native = self.out / "native"
        self.native.mkdir()
        for kind in ("ok", "nonet", "hang"):
            self.program(f"{kind}.sh", f'fake {kind} "$@"')

    def program(self, name, words):
        path = self.native / name
        path.write_text(f"#!/bin/sh\nexec {sys.executable} "
                        f"{HERE}/fake_program.py {words}\n")
        path.chmod(0o755)
        return path

    def argv(self, *more, runtimes="one=ok.sh two=nonet.sh"):
        words = [w.replace("=", f"={self.native}/") for w in runtimes.split()]
        return [sys.executable, "-m", "assay_report", "bench",
                "--no-report", f"--build={self.out}", f"--out={self.out}",
                "--runtimes=" + " ".join(words), *more]

    def bench(self, *more, **how):
        env = {**os.environ, "PYTHONPATH": str(REPORTS)}
        return subprocess.run(self.argv(*more, **how), env=env, text=True,
                              capture_output=True, check=False, timeout=120)

    def results(self):
        return load_results(self.out / "results.json")

    def test_a_run(self):
        done = self.bench("--quick", "--rounds=2",
                          "--filter=^(chan|net|latency)/")
        self.assertIn("24 samples, quick", done.stderr)
        results = self.results()
        self.assertIn("finished", results.header)
        self.assertTrue(results.header["options"]["quick"])
        self.assertEqual(results.header["programs"]["one"]["version"], "7")
        samples = results.samples
        # net is skipped by two: tried once at each procs, not again.
        skipped = [s for s in samples if s["status"] == "skipped"]
        self.assertEqual([(s["runtime"], s["procs"]) for s in skipped],
                         [("two", 1), ("two", 2)])
        values = {s["procs"]: s["value"] for s in samples
                  if s["workload"] == "chan/pingpong"}
        self.assertAlmostEqual(values[1], 100)
        self.assertAlmostEqual(values[2], 50)

    def test_details_add_up(self):
        self.bench("--quick", "--rounds=3", "--procs=1",
                   "--filter=latency/open/rate:1000$", runtimes="one=ok.sh")
        hist = self.results().details["one 1 latency/open/rate:1000"]["hist"]
        self.assertEqual(hist, [[100000, 150], [200000, 147], [400000, 3]])

    def test_interrupted_and_resumed(self):
        env = {**os.environ, "PYTHONPATH": str(REPORTS)}
        child = subprocess.Popen(
            self.argv("--filter=core/yield", "--given=PROCS=1 2"),
            env=env, stderr=subprocess.PIPE, text=True)
        path = self.out / "results.json"
        while not path.exists() and child.poll() is None:
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 130, said)
        self.assertIn("to go on: make bench PROCS='1 2' RESUME=1", said)
        before = self.results()
        self.assertNotIn("finished", before.header)
        self.assertLess(len(before.samples), 40)
        self.bench("--filter=core/yield", "--resume")
        after = self.results()
        self.assertEqual(len(after.samples), 40)
        self.assertEqual(len(after.done()), 40)
        self.assertEqual(after.samples[:len(before.samples)], before.samples)

    def test_resume_wants_the_same_run(self):
        self.assertIn("no results", self.fails("--resume"))
        self.bench("--quick", "--rounds=1", "--filter=core/yield")
        self.assertIn("options", self.fails("--quick", "--resume"))
        (self.native / "ok.sh").write_text("#!/bin/sh\nexit 3\n")
        self.program("ok.sh", "fake ok  \"$@\"")
        self.assertIn("built again", self.fails(
            "--quick", "--rounds=1", "--filter=core/yield", "--resume"))

    def fails(self, *more, status=2, **how):
        done = self.bench(*more, **how)
        self.assertEqual(done.returncode, status, done.stderr)
        lines = done.stderr.strip().splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0]

    def test_bad_input_is_one_line(self):
        self.assertIn("no runtime 'nobody'", self.fails(runtimes="nobody"))
        self.assertIn("twice", self.fails(runtimes="a=ok.sh a=nonet.sh"))
        self.assertIn("no file", self.fails(runtimes="a=missing.sh"))
        self.assertIn("matches no", self.fails("--filter=xyz", status=3))
        self.assertIn("PROCS", self.fails("--procs=0"))
        self.assertIn("PROCS", self.fails("--procs=1 1"))
        self.assertIn("too few", self.fails("--rounds=3"))
        self.assertIn("--rounds", self.fails("--rounds=many"))
        self.assertIn("--min-time", self.fails("--min-time=-1"))
        self.assertFalse((self.out / "results.json").exists())

    def test_what_is_known_but_not_here_is_left_out(self):
        done = self.bench("--quick", "--rounds=1", "--filter=core/yield",
                          "--missing=goro=no compiler: Debian package gcc",
                          runtimes="goro one=ok.sh")
        self.assertIn("goro is left out: no compiler: Debian package gcc",
                      done.stderr)
        self.assertEqual(self.results().header["missing"],
                         {"goro": "no compiler: Debian package gcc"})
        self.assertIn("none of the runtimes", self.fails(runtimes="goro"))

    def test_a_program_that_hangs_costs_one_timeout(self):
        done = self.bench("--quick", "--rounds=2", "--filter=core/yield",
                          runtimes="one=ok.sh three=hang.sh")
        self.assertIn("three core/yield procs 1: timeout", done.stderr)
        hung = [s for s in self.results().samples if s["runtime"] == "three"]
        self.assertEqual([s["status"] for s in hung], ["timeout"])

    def test_one_p_is_measured_at_the_least_procs(self):
        self.program("onep.sh", 'fake onep "$@"')
        for more in ((), ("--resume",)):
            self.bench("--quick", "--rounds=2", "--filter=core/yield", *more,
                       runtimes="one=ok.sh two=onep.sh")
            results = self.results()
            self.assertEqual(
                {(s["runtime"], s["procs"]) for s in results.samples},
                {("one", 1), ("one", 2), ("two", 1)})
            self.assertIn("finished", results.header)

    def test_the_file_is_whole_at_any_time(self):
        self.bench("--quick", "--rounds=1", "--filter=core/yield")
        text = (self.out / "results.json").read_text()
        self.assertEqual(json.loads(text)["assay_results"], 1)
        lines = [x for x in text.splitlines() if x.startswith('{"runtime"')]
        self.assertEqual(len(lines), 4)


class Corrupt(unittest.TestCase):
    def check(self, text, says):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "results.json")
            path.write_text(text)
            with self.assertRaises(Failure) as caught:
                load_results(path)
            self.assertIn(says, str(caught.exception))

    def test_each(self):
        self.check("", "not a results file")
        self.check("{\n\n", "not a results file")
        self.check("[]", "assay_results")
        self.check('{"assay_results": 99}', "format 99")
        self.check('{"assay_results": 1}', "no options")
        header = {"assay_results": 1, "options": {}, "machine": {},
                  "build": {}, "programs": {}, "missing": {}, "started": ""}
        self.check(json.dumps(header), "no samples")
        header = {**synthetic(1).header, "assay_results": 1}
        self.check(json.dumps({**header, "samples": [1]}), "samples: 0")
        self.check(json.dumps({**header, "samples": [], "machine": 1}),
                   "machine")


if __name__ == "__main__":
    unittest.main()
