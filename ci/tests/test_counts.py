"""Instructions under callgrind, of programs that spin."""
import unittest

from assay_gate import counts
from assay_gate.progress import Progress
from assay_report.errors import Failure
from assay_report.samples import Program

from .tool import WithSpin


class Verdict(unittest.TestCase):
    def check(self, base, head, regression, change):
        one = counts.Count("w", base, head, 0.02)
        self.assertEqual(one.regression, regression)
        if change is None:
            self.assertIsNone(one.change)
        else:
            self.assertAlmostEqual(one.change, change)

    def test_over_the_bound(self):
        self.check(100, 103, True, 0.03)
        self.check(100, 101, False, 0.01)
        self.check(100, 50, False, -0.5)

    def test_without_a_figure(self):
        self.check(100, None, True, None)
        self.check(None, None, False, None)


@unittest.skipUnless(counts.available(), counts.PACKAGE)
class Real(WithSpin):
    def setUp(self):
        few, many = counts.FEW, counts.MANY
        counts.FEW, counts.MANY = 100, 1100
        self.addCleanup(setattr, counts, "FEW", few)
        self.addCleanup(setattr, counts, "MANY", many)

    def side(self, label, factor=1.0, kind=""):
        return Program(label, (str(self.spin), "--factor", str(factor),
                               "--kind", kind), True)

    def compare(self, head):
        one, = counts.count_all(self.side("base"), head, ["core/yield"],
                                0.02, Progress())
        return one

    def test_the_same_twice(self):
        one = self.compare(self.side("head"))
        self.assertLess(abs(one.change), 0.005)
        self.assertGreater(one.base, 200)
        self.assertFalse(one.regression)

    def test_three_percent_more(self):
        one = self.compare(self.side("head", 1.03))
        self.assertTrue(one.regression)
        self.assertAlmostEqual(one.change, 0.03, delta=0.005)

    def test_programs_that_fail(self):
        self.assertTrue(self.compare(self.side("head", 1, "error"))
                        .regression)
        one, = counts.count_all(self.side("base", 1, "crash"),
                                self.side("head"), ["core/yield"], 0.02,
                                Progress())
        self.assertFalse(one.regression)
        self.assertIn("under callgrind", one.reason)
        with self.assertRaises(Failure):
            counts.count(self.side("head", 1, "cut"), "core/yield")
