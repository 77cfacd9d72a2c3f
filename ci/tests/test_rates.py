"""How often the decision is wrong, in short: simulate.py does it at length."""
import os
import unittest

from .noise import MODELS, recorded
from .simulate import simulate

SESSIONS = int(os.environ.get("GATE_SESSIONS", "25"))


class Rates(unittest.TestCase):
    def check(self, model, found):
        r = simulate(model, SESSIONS, 0.15, count=3)
        self.assertLess(r.false_alarms, 0.005)
        self.assertLessEqual(r.suspected, 0.16)
        self.assertGreaterEqual(r.found, found)
        return r

    def test_quiet(self):
        self.check(MODELS["quiet"], 1)

    def test_heavy_tails(self):
        self.check(MODELS["heavy tails"], 0.9)

    def test_drift(self):
        self.check(MODELS["drift"], 0.95)

    def test_bursts(self):
        self.check(MODELS["bursts"], 0.75)

    def test_two_modes(self):
        self.check(MODELS["two modes"], 0.5)

    def test_recorded_cpu_time(self):
        self.check(recorded("cpu"), 0.2)

    def test_recorded_wall_time_says_that_it_sees_little(self):
        r = self.check(recorded("wall"), 0)
        self.assertGreater(r.limit, 0.15)
