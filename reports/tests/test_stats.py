"""Statistics on made-up samples whose truth is known."""
import math
import unittest

import numpy as np

from assay_report import stats


def rounds(values):
    return dict(enumerate(values))


class Median(unittest.TestCase):
    def test_even_and_odd(self):
        self.assertEqual(stats.median([3, 1, 2]), 2)
        self.assertEqual(stats.median([4, 1, 2, 3]), 2.5)

    def test_nothing_and_nonsense_are_errors(self):
        for bad in ([], [1, math.nan], [math.inf]):
            with self.assertRaises(ValueError):
                stats.median(bad)

    def test_interval_of_ten_is_second_and_ninth(self):
        i = stats.median_interval(list(range(1, 11)))
        self.assertEqual((i.value, i.low, i.high, i.n), (5.5, 2, 9, 10))
        self.assertAlmostEqual(i.coverage, 0.978515625)

    def test_interval_of_few_is_the_range_and_says_so(self):
        i = stats.median_interval([5, 1, 3])
        self.assertEqual((i.low, i.high), (1, 5))
        self.assertAlmostEqual(i.coverage, 0.75)
        self.assertEqual(stats.median_interval([7]).coverage, 0)

    def test_covers_the_truth_as_often_as_it_says(self):
        chance = np.random.default_rng(1)
        hit = 0
        for _ in range(400):
            i = stats.median_interval(chance.lognormal(0, 1, 11))
            hit += i.low <= 1 <= i.high
        self.assertGreaterEqual(hit, 0.93 * 400)


class Ratio(unittest.TestCase):
    def test_drift_cancels(self):
        drift = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
        base = rounds([10 * d for d in drift])
        head = rounds([5 * d for d in drift])
        i = stats.ratio_interval(head, base)
        self.assertEqual((i.value, i.low, i.high, i.n), (0.5, 0.5, 0.5, 10))

    def test_only_rounds_in_common(self):
        i = stats.ratio_interval({0: 1, 1: 2, 5: 9}, {1: 4, 2: 1, 5: 18})
        self.assertEqual((i.value, i.n), (0.5, 2))
        self.assertIsNone(stats.ratio_interval({0: 1}, {1: 1}))
        self.assertIsNone(stats.ratio_interval({0: 1}, {0: 0}))

    def test_geomean_over_workloads(self):
        i = stats.geomean_ratio([({0: 1, 1: 1}, {0: 2, 1: 2}),
                                 ({0: 4, 1: 4}, {0: 2, 1: 2})])
        self.assertAlmostEqual(i.value, 1)
        self.assertEqual(i.n, 2)
        self.assertIsNone(stats.geomean_ratio([]))


class Bootstrap(unittest.TestCase):
    def test_same_seed_same_interval(self):
        xs = np.random.default_rng(2).normal(100, 5, 20)
        a, b = stats.bootstrap_interval(xs), stats.bootstrap_interval(xs)
        self.assertEqual(a, b)
        self.assertTrue(a.low <= a.value <= a.high)
        self.assertTrue(a.low <= 101 and a.high >= 99)


class Compare(unittest.TestCase):
    def test_a_slowdown_shows(self):
        chance = np.random.default_rng(3)
        base = rounds(chance.normal(100, 2, 12))
        head = rounds(chance.normal(115, 2, 12))
        c = stats.compare(base, head)
        self.assertLess(c.p, 0.01)
        self.assertAlmostEqual(c.change, 0.15, delta=0.03)

    def test_the_same_does_not(self):
        chance = np.random.default_rng(4)
        low = 0
        for _ in range(60):
            c = stats.compare(rounds(chance.normal(100, 2, 12)),
                              rounds(chance.normal(100, 2, 12)))
            low += c.p < 0.01
        self.assertLessEqual(low, 3)

    def test_equal_samples(self):
        same = rounds([5.0] * 8)
        self.assertEqual(stats.compare(same, same).p, 1)

    def test_few_rounds_are_not_paired(self):
        c = stats.compare(rounds([1, 2, 3]), rounds([4, 5, 6]))
        self.assertIsNone(c.p_paired)
        self.assertGreater(c.p, 0.05)


class Noise(unittest.TestCase):
    def test_follows_the_scatter(self):
        chance = np.random.default_rng(5)
        calm = stats.aa_noise(chance.normal(100, 1, 20))
        wild = stats.aa_noise(chance.normal(100, 10, 20))
        self.assertLess(calm, 0.02)
        self.assertGreater(wild, 5 * calm)
        self.assertEqual(stats.aa_noise([3, 3, 3, 3]), 0)

    def test_more_samples_less_noise(self):
        xs = np.random.default_rng(6).normal(100, 10, 30)
        self.assertLess(stats.aa_noise(xs, 30), stats.aa_noise(xs, 5))

    def test_spread(self):
        self.assertAlmostEqual(stats.spread([90, 100, 110]), 0.1)
        self.assertEqual(stats.spread([0, 0]), 0)


if __name__ == "__main__":
    unittest.main()
