"""What two runs make of a cell."""
import unittest

from assay_gate.decide import Arms, Cell, Rules
from assay_gate.session import (REGRESSIONS, Taken, Verdict, run_session,
                                usual_rounds)

from .test_decide import arms

ONE, TWO = Cell("core/yield", 1), Cell("sync/mutex", 1)


class Runs:
    """Gives out samples: of ONE as told, of TWO always alike."""

    def __init__(self, first, second=None, spread=0.01):
        self.told = {"first run": first, "second run": second or first}
        self.spread = spread
        self.calls = []

    def take(self, cells, rounds, what):
        self.calls.append((what, tuple(cells), rounds))
        return {c: self._taken(c, rounds, what) for c in cells}

    def _taken(self, cell, rounds, what):
        told = self.told[what.partition(",")[0]] if cell == ONE else 1.0
        if isinstance(told, Taken):
            return told
        made = arms(told, len(rounds), self.spread, seed=len(self.calls))
        shift = {side: {r + rounds.start: v
                        for r, v in getattr(made, side).items()}
                 for side in ("base", "again", "head")}
        return Taken(Arms(**shift))


def outcome(first, second=None):
    runs = Runs(first, second)
    return run_session([ONE, TWO], runs.take, Rules(), 16), runs


class Verdicts(unittest.TestCase):
    def check(self, verdict, first, second=None):
        made, runs = outcome(first, second)
        self.assertIs(made[ONE].verdict, verdict)
        self.assertIs(made[TWO].verdict, Verdict.SAME)
        return made[ONE], runs

    def test_same(self):
        _, runs = self.check(Verdict.SAME, 1.0)
        self.assertEqual(len(runs.calls), 1)

    def test_confirmed(self):
        made, runs = self.check(Verdict.SLOWER, 1.15)
        self.assertEqual(runs.calls[1][:2], ("second run", (ONE,)))
        self.assertIsNotNone(made.second)

    def test_not_confirmed(self):
        made, _ = self.check(Verdict.UNCONFIRMED, 1.15, 1.0)
        self.assertNotIn(made.verdict, REGRESSIONS)

    def test_faster_needs_no_second_run(self):
        _, runs = self.check(Verdict.FASTER, 0.8)
        self.assertEqual(len(runs.calls), 1)

    def test_broken_in_both_runs(self):
        broken = Taken(errors={"head": "ended by SIGSEGV"})
        made, _ = self.check(Verdict.BROKEN, broken)
        self.assertEqual(made.reason, "ended by SIGSEGV")

    def test_broken_once(self):
        broken = Taken(arms(), errors={"head": "sum is 1, not 2"})
        made, _ = self.check(Verdict.UNCONFIRMED, broken, 1.0)
        self.assertEqual(made.reason, "once: sum is 1, not 2")

    def test_skipped_now(self):
        made, _ = self.check(Verdict.GONE,
                             Taken(skipped={"head": "no net->dial"}))
        self.assertEqual(made.reason, "skipped: no net->dial")

    def test_a_base_without_figures_compares_with_nothing(self):
        for taken in (Taken(errors={"base": "x", "head": "x"}),
                      Taken(skipped={"base": "x"}),
                      Taken(skipped={"base": "x", "head": "x"})):
            self.check(Verdict.NOT_COMPARED, taken)

    def test_no_round_is_complete(self):
        self.check(Verdict.NOT_COMPARED, Taken(Arms(base={0: 1.0})))


class Patience(unittest.TestCase):
    def test_noisy_cells_get_more_rounds(self):
        runs = Runs(1.0, spread=0.5)
        made = run_session([ONE], runs.take, Rules(), 16)
        self.assertEqual([c[2] for c in runs.calls],
                         [range(0, 16), range(16, 32), range(32, 48)])
        self.assertEqual(made[ONE].first.n, 48)

    def test_cpu_time_where_wall_time_is_too_noisy(self):
        runs = Runs(Taken(arms(1.15, spread=0.6), cpu=arms(1.15)))
        found = run_session([ONE], runs.take, Rules(), 16)[ONE]
        self.assertIs(found.verdict, Verdict.SLOWER)
        self.assertTrue(found.second.by_cpu)

    def test_wall_time_where_it_can_be_used(self):
        runs = Runs(Taken(arms(1.15), cpu=arms(spread=0.001)))
        found = run_session([ONE], runs.take, Rules(), 16)[ONE]
        self.assertFalse(found.second.by_cpu)

    def test_rounds_grow_with_the_cells(self):
        self.assertEqual(usual_rounds(3, Rules()), 16)
        self.assertGreater(usual_rounds(1000, Rules()), 16)
