"""The arithmetic of a verdict."""
import math
import unittest

import numpy as np

from assay_gate.decide import (Arms, Cell, Rules, aa_limit, compare, holm,
                               judge, least_rounds)
from assay_gate.measure import SIDES, order_of

RULES = Rules()
ONE = Cell("core/yield", 1)


def arms(factor=1.0, n=16, spread=0.01, seed=1):
    """Samples of a base and of a head that takes `factor` as long."""
    chance = np.random.default_rng(seed)
    made = Arms()
    for number in range(n):
        for side in SIDES:
            value = 100 * math.exp(spread * chance.standard_normal())
            getattr(made, side)[number] = value * (
                factor if side == "head" else 1)
    return made


def verdict(made):
    return judge({ONE: compare(made, RULES)}, RULES.alpha)[ONE]


class Compare(unittest.TestCase):
    def test_the_same(self):
        found = verdict(arms())
        self.assertFalse(found.slower or found.faster)
        self.assertLess(abs(found.change), 0.02)
        self.assertEqual(found.limit, 0.05)

    def test_slower_and_faster(self):
        found = verdict(arms(1.15))
        self.assertTrue(found.slower)
        self.assertAlmostEqual(found.change, 0.15, delta=0.02)
        self.assertLess(found.low, found.change)
        self.assertLess(found.change, found.high)
        self.assertAlmostEqual(found.base, 100, delta=2)
        self.assertTrue(verdict(arms(1 / 1.15)).faster)

    def test_under_the_floor_is_none(self):
        found = verdict(arms(1.04, spread=0.001))
        self.assertLess(found.p, 1e-3)
        self.assertFalse(found.slower)

    def test_under_the_noise_is_none(self):
        found = verdict(arms(1.15, spread=0.5))
        self.assertGreater(found.limit, 0.15)
        self.assertFalse(found.slower)

    def test_a_drift_that_hits_all_is_none(self):
        made = arms(spread=0.002)
        for side in SIDES:
            getattr(made, side).update(
                {r: v * 1.05 ** r for r, v in getattr(made, side).items()})
        found = verdict(made)
        self.assertTrue(found.paired)
        self.assertEqual(found.limit, 0.05)
        self.assertFalse(found.slower)

    def test_samples_gone_astray_do_not_hide_it(self):
        made = arms(1.15)
        for number, side in ((0, "base"), (5, "again"), (9, "head")):
            getattr(made, side)[number] *= 1e5
        self.assertTrue(verdict(made).slower)

    def test_figures_that_never_change(self):
        made = arms(1.2, spread=0)
        self.assertTrue(verdict(made).slower)
        self.assertEqual(compare(arms(spread=0), RULES).p, 1)

    def test_zero_is_a_figure(self):
        zeros = dict.fromkeys(range(16), 0.0)
        same = Arms(dict(zeros), dict(zeros), dict(zeros))
        self.assertFalse(verdict(same).slower)
        same.head = dict.fromkeys(range(16), 500.0)
        self.assertTrue(verdict(same).slower)

    def test_only_whole_rounds_count(self):
        made = arms(1.15)
        del made.head[3], made.base[4], made.again[5]
        self.assertEqual(compare(made, RULES).n, 13)


class Family(unittest.TestCase):
    def test_holm(self):
        ps = {Cell("a", 1): 0.01, Cell("b", 1): 0.02, Cell("c", 1): 0.04}
        self.assertEqual(list(holm(ps, 0.05).values()), [True, True, True])
        ps[Cell("c", 1)] = 0.06
        self.assertEqual(list(holm(ps, 0.05).values()), [True, True, False])
        ps[Cell("a", 1)] = 0.02
        self.assertEqual(set(holm(ps, 0.05).values()), {False})

    def test_the_least_rounds_can_be_significant(self):
        for cells in (1, 7, 20, 100):
            n = least_rounds(cells, 0.05)
            found = {Cell(str(i), 1): compare(
                arms(2 if i == 0 else 1, n, 0.0 if i else 0.01), RULES)
                for i in range(cells)}
            self.assertTrue(judge(found, 0.05)[Cell("0", 1)].slower, cells)


class Noise(unittest.TestCase):
    def test_the_limit_keeps_its_promise(self):
        chance = np.random.default_rng(3)
        limit, medians = [], []
        for _ in range(2000):
            d = chance.laplace(size=15)
            limit.append(math.log1p(aa_limit(d, 0.99)))
            medians.append(abs(np.median(chance.laplace(size=15))))
        over = np.mean(np.array(medians) > np.array(limit))
        self.assertLess(over, 0.05)
        self.assertLess(np.median(limit), 3 * np.quantile(medians, 0.99))

    def test_few_rounds_give_their_range(self):
        self.assertAlmostEqual(aa_limit([math.log(1.5), 0.1], 0.99), 0.5)


class Order(unittest.TestCase):
    def test_each_side_is_everywhere_equally_often(self):
        for place in range(3):
            there = [order_of(n)[place] for n in range(6)]
            self.assertEqual({s: there.count(s) for s in SIDES},
                             dict.fromkeys(SIDES, 2))

    def test_forwards_and_backwards(self):
        self.assertEqual(order_of(1), order_of(0)[::-1])
