"""Who is best, by how much and how sure; and that no ratio says otherwise."""
import itertools
import unittest

import numpy as np

from assay_report.analysis import Analysis
from assay_report.first_screen import first_screen, verdicts
from assay_report.leads import (AGREE, ONE, SURE, TIE, best, lead, standing,
                                versus)
from assay_report.stats import ratio_interval
from assay_report.targets import load_targets
from assay_report.workloads import load_workloads

from .synthetic import synthetic

YIELD = "core/yield"


def analyse(results, subject=""):
    return Analysis(results, load_workloads(), load_targets(), subject)


def measured(values, **more):
    """An analysis of core/yield at procs 1: the samples of each runtime."""
    results = synthetic(rounds=max(map(len, values.values())), procs=(1,),
                        runtimes=tuple(values), pattern=YIELD, **more)
    for s in results.samples:
        s["value"] = values[s["runtime"]][s["round"]]
    return analyse(results)


class Ratios(unittest.TestCase):
    def test_the_other_way_round_is_one_over_it(self):
        a, b = {0: 95, 1: 100}, {0: 100, 1: 95}
        self.assertAlmostEqual(ratio_interval(a, b).value, 1)
        self.assertAlmostEqual(ratio_interval(b, a).value, 1)
        self.assertEqual(ratio_interval({0: 0, 1: 2}, {0: 1, 1: 1}).value, 0)


class Best(unittest.TestCase):
    def check(self, a):
        """Nobody is ahead of the best one, and nobody's ratio to it is."""
        first = best(a, YIELD, 1)
        for r in a.runtimes:
            ratio = a.ratio(YIELD, 1, r, first)
            self.assertTrue(ratio.value >= 1 or ratio.low <= 1 <= ratio.high)
        return first

    def test_agrees_with_the_ratios(self):
        chance = np.random.default_rng(7)
        for n, runtimes in itertools.product((1, 2, 3, 10), (
                ("neco", "pth"), ("neco", "go", "pth"))):
            for _ in range(20):
                self.check(measured({r: chance.lognormal(0, 0.1, n)
                                     for r in runtimes}))

    def test_the_median_alone_does_not_decide(self):
        # y has the lesser median; in most rounds x is ahead of it.
        a = measured({"x": [10, 20, 30], "y": [11, 18, 31],
                      "go": [20, 40, 60]})
        self.assertEqual(self.check(a), "x")

    def test_nobody_is_the_best_of_one_or_of_a_circle(self):
        self.assertIsNone(best(measured({"neco": [1, 2]}), YIELD, 1))
        a = measured({"x": [1, 2, 3], "y": [2, 3, 1], "z": [3, 1, 2]})
        self.assertEqual(lead(a, YIELD, 1).sure, TIE)


class HowSure(unittest.TestCase):
    def sure(self, one, other):
        return lead(measured({"x": one, "y": other}), YIELD, 1).sure

    def test_each(self):
        self.assertEqual(self.sure([1] * 6, [2] * 6), SURE)
        self.assertEqual(self.sure([1] * 5, [2] * 5), AGREE)
        self.assertEqual(self.sure([1], [2]), ONE)
        self.assertEqual(self.sure([1, 3] * 5, [2, 2] * 5), TIE)

    def test_the_closest_rival_counts(self):
        a = measured({"x": [1, 3] * 5, "y": [2, 2] * 5, "z": [9] * 10})
        found = lead(a, YIELD, 1)
        self.assertEqual((found.best, found.next, found.sure),
                         ("x", "y", TIE))

    def test_a_figure_of_0_has_no_ratio(self):
        self.assertIsNone(lead(measured({"x": [0, 0], "y": [1, 1]}),
                               YIELD, 1))


class Families(unittest.TestCase):
    def test_standing(self):
        a = analyse(synthetic(pattern="core/", runtimes=("neco", "goro")))
        found = standing(a, 1, "core")
        self.assertEqual(found.winners, [("goro", 11)])
        self.assertEqual((found.ties, len(found.behind)), (0, 11))
        self.assertTrue(all(i.value > 2 for i in found.behind))
        self.assertEqual(standing(a, 1, "chan").leads, [])

    def test_versus(self):
        a = analyse(synthetic(pattern=YIELD, runtimes=("goro", "go")))
        self.assertEqual(versus(a, "go"), (2, 2, 2))
        a = analyse(synthetic(pattern=YIELD, runtimes=("pthread", "go")))
        self.assertEqual(versus(a, "go"), (0, 0, 2))


class Words(unittest.TestCase):
    def test_of_a_few_rounds(self):
        for rounds, word in ((1, "one sample"), (3, "likely"), (10, "sure")):
            made = first_screen(analyse(synthetic(
                rounds=rounds, pattern=YIELD, runtimes=("neco", "goro"))))
            self.assertEqual(made["best"][0]["rows"][0]["sure"], word)
            self.assertEqual([w for w, _ in made["sure_means"]], [word])
            self.assertEqual(made["evidence"]["interval"], rounds == 10)
            self.assertEqual(bool(made["evidence"]["half"]), rounds > 1)

    def test_where_the_subject_is(self):
        a = analyse(synthetic(pattern=YIELD, runtimes=("neco", "goro")))
        row = first_screen(a)["best"][0]["rows"][0]
        self.assertEqual(row["winners"], [("goro", 1)])
        self.assertRegex(row["subject"][0], r"^(2.9|3.0)\d\u00a0\u00d7$")
        a = analyse(a.results, "goro")
        row = first_screen(a)["best"][0]["rows"][0]
        self.assertEqual(row["subject"], ("best", ""))

    def test_alone_there_is_nothing_to_say(self):
        made = first_screen(analyse(synthetic(pattern=YIELD,
                                              runtimes=("neco",))))
        self.assertEqual((made["best"], made["leading"]), ([], []))

    def test_conformance_counts_if_it_is_whole(self):
        self.assertEqual(verdicts(analyse(synthetic(1, pattern=YIELD)), "go"),
                         {"passed": 40, "failed": 0, "skipped": 2,
                          "known": 0})
        quick = analyse(synthetic(1, pattern=YIELD, quick=True))
        self.assertIsNone(verdicts(quick, "go"))


if __name__ == "__main__":
    unittest.main()
