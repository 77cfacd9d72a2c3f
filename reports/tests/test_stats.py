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


class MannWhitney(unittest.TestCase):
    def test_a_slowdown_shows(self):
        chance = np.random.default_rng(3)
        p = stats.mann_whitney(chance.normal(100, 2, 12),
                               chance.normal(115, 2, 12))
        self.assertLess(p, 0.01)

    def test_the_same_does_not(self):
        chance = np.random.default_rng(4)
        low = sum(stats.mann_whitney(chance.normal(100, 2, 12),
                                     chance.normal(100, 2, 12)) < 0.01
                  for _ in range(60))
        self.assertLessEqual(low, 3)

    def test_equal_samples(self):
        self.assertEqual(stats.mann_whitney([5.0] * 8, [5.0] * 8), 1)

    def test_few_samples_show_nothing(self):
        self.assertGreater(stats.mann_whitney([1, 2, 3], [4, 5, 6]), 0.05)


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


if __name__ == "__main__":
    unittest.main()
