"""Two runs of the same, and of a machine that changed."""
import contextlib
import io
import tempfile
import unittest
from argparse import Namespace
from pathlib import Path

from assay_report.agree import agree
from assay_report.errors import Failure

from .synthetic import synthetic


class Agree(unittest.TestCase):
    def agree(self, first, second):
        """The status and the lines."""
        with tempfile.TemporaryDirectory() as tmp:
            one, two = Path(tmp) / "one", Path(tmp) / "two"
            first.save(one / "results.json")
            second.save(two / "results.json")
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                status = agree(Namespace(first=one, out=two))
            return status, out.getvalue().splitlines()

    def test_the_same_machine_twice(self):
        status, lines = self.agree(synthetic(seed=1), synthetic(seed=2))
        self.assertEqual(status, 0)
        self.assertRegex(lines[-1], r"^agree: .* \d+ of \d+ medians, "
                                    r"\d+ of \d+ ratios to Go$")

    def test_a_runtime_that_became_slower(self):
        slower = synthetic(seed=2)
        for s in slower.samples:
            if s["runtime"] == "goro" and s["workload"] == "core/yield":
                s["value"] *= 1.5
        _, lines = self.agree(synthetic(seed=1), slower)
        found = [line for line in lines if line.startswith("core/yield ")]
        self.assertEqual(len(found), 4, lines)
        self.assertTrue(all(" goro, " in line for line in found), found)

    def test_a_machine_that_changed(self):
        slower = synthetic(seed=2)
        for s in slower.samples:
            if s["status"] == "ok":
                s["value"] *= 1.5
        status, lines = self.agree(synthetic(seed=1), slower)
        self.assertEqual(status, 0)
        medians, ratios = lines[-1].split(": ")[-1].split(", ")
        self.assertRegex(medians, r"^0 of ")
        same, n = (int(w) for w in ratios.split()[0:3:2])
        self.assertGreaterEqual(same, 0.95 * n)

    def test_another_go(self):
        slower = synthetic(seed=2)
        for s in slower.samples:
            if s["status"] == "ok" and s["runtime"] == "go":
                s["value"] *= 1.5
        status, _ = self.agree(synthetic(seed=1), slower)
        self.assertEqual(status, 1)

    def test_few_samples_are_no_interval(self):
        with self.assertRaisesRegex(Failure, "no medians"):
            self.agree(synthetic(rounds=4, seed=1), synthetic(seed=2))

    def test_without_go(self):
        alone = [synthetic(seed=n) for n in (1, 2)]
        for run in alone:
            run.samples = [s for s in run.samples if s["runtime"] != "go"]
        status, lines = self.agree(*alone)
        self.assertEqual(status, 0)
        self.assertNotIn("ratios", lines[-1])

    def test_what_cannot_be_compared(self):
        other = synthetic()
        other.header["machine"]["fingerprint"] = "another"
        with self.assertRaisesRegex(Failure, "two machines"):
            self.agree(synthetic(), other)
        with self.assertRaisesRegex(Failure, "no medians"):
            self.agree(synthetic(pattern="core/"), synthetic(pattern="chan/"))


if __name__ == "__main__":
    unittest.main()
