"""Samples of programs that behave and of programs that do not."""
import sys
import tempfile
import unittest
from pathlib import Path

from assay_report import samples
from assay_report.errors import Failure
from assay_report.load import Load, Watch
from assay_report.machine import build_facts, machine_facts
from assay_report.workloads import load_workloads

FAKE = str(Path(__file__).with_name("fake_program.py"))
WORKLOADS = load_workloads()


def fake(kind):
    return samples.Program("fake", (sys.executable, FAKE, "fake", kind), True)


def take(kind, name="chan/pingpong", **more):
    return samples.sample(fake(kind), WORKLOADS[name], **more)


class Good(unittest.TestCase):
    def test_time_is_of_an_item(self):
        made = take("ok", procs=2)
        self.assertEqual(made.status, samples.OK)
        self.assertAlmostEqual(made.value, 50)
        self.assertAlmostEqual(made.counters["cpu_ns"], 100)
        self.assertEqual(made.counters["messages"], 2)
        self.assertEqual(made.context["runtime"], "fake")
        self.assertGreater(made.seconds, 0)

    def test_what_google_benchmark_may_write(self):
        made = take("odd", procs=2)
        self.assertEqual((made.status, made.reason), (samples.OK, ""))
        self.assertEqual(set(made.counters), {"cpu_ns", "messages"})

    def test_headline_may_be_a_counter(self):
        self.assertEqual(take("ok", "mem/parked/n:100000").value, 4300)

    def test_details_come_along(self):
        made = take("ok", "latency/open/rate:1000", details=True)
        self.assertIn("latency_open_rate_1000.hist.tsv", made.details)
        self.assertEqual(made.value, 2e5)

    def test_the_list(self):
        self.assertEqual(samples.list_names(fake("ok"), "^chan/"),
                         ["chan/pingpong"])
        self.assertEqual(samples.list_names(fake("ok"), "^nothing$"), [])


class Bad(unittest.TestCase):
    def check(self, kind, status, text, **more):
        made = take(kind, **more)
        self.assertEqual((made.status, made.value), (status, None))
        self.assertIn(text, made.reason)

    def test_each(self):
        self.check("skip", samples.SKIPPED, "no net->dial")
        self.check("error", samples.ERROR, "sum is 1, not 2")
        self.check("crash", samples.ERROR, "SIGSEGV")
        self.check("usage", samples.ERROR, "fake: cannot load it")
        self.check("garbage", samples.ERROR, "no result to read")
        self.check("deep", samples.ERROR, "no result to read")
        self.check("list", samples.ERROR, "a malformed result")
        self.check("lacks", samples.ERROR, "no time in the result")
        self.check("hang", samples.TIMEOUT, "not done", timeout=0.3)

    def test_no_such_program(self):
        nobody = samples.Program("nobody", ("/nonexistent/program",), True)
        made = samples.sample(nobody, WORKLOADS["core/yield"])
        self.assertEqual(made.status, samples.ERROR)
        with self.assertRaises(Failure):
            samples.list_names(nobody)


class OthersLoad(unittest.TestCase):
    def watch(self, before, after, own):
        with tempfile.TemporaryDirectory() as folder:
            stat = Path(folder, "stat")
            stat.write_text("cpu " + before)
            watch = Watch(Path(folder))
            watch.start -= 1.0
            stat.write_text("cpu " + after)
            return watch.stop(own)

    def test_own_time_is_not_of_others(self):
        load = self.watch("0 0 0 0 0 0 0 0", "90 0 10 100 0 0 0 0", 1.0)
        self.assertAlmostEqual(load.others, 0)
        self.assertFalse(load.disturbed)

    def test_others_and_the_hypervisor(self):
        load = self.watch("0 0 0 0 0 0 0 0", "150 0 0 0 0 0 0 0", 1.0)
        self.assertAlmostEqual(load.share, 0.5, places=1)
        self.assertTrue(load.disturbed)
        load = self.watch("0 0 0 0 0 0 0 0", "100 0 0 0 0 0 0 30", 1.0)
        self.assertTrue(load.disturbed)

    def test_interrupts_belong_to_the_sample(self):
        load = self.watch("0 0 0 0 0 0 0 0", "100 0 0 0 0 20 30 0", 1.0)
        self.assertFalse(load.disturbed)

    def test_a_tick_or_two_are_nothing(self):
        self.assertFalse(Load(others=0.03, seconds=0.05).disturbed)


class Facts(unittest.TestCase):
    def test_machine_and_build(self):
        facts = machine_facts()
        self.assertTrue(facts["cpu"] and facts["kernel"])
        self.assertEqual(facts["fingerprint"],
                         machine_facts()["fingerprint"])
        self.assertIn("commit", build_facts("cc"))


if __name__ == "__main__":
    unittest.main()
