"""The history and the steps in it."""
import json
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np

from assay_report import history
from assay_report.errors import Failure
from assay_report.results import Results
from assay_report.steps import find_steps


def series(*parts, spread=0.02, seed=1):
    """Figures: each part is (level, how many)."""
    chance = np.random.default_rng(seed)
    return [level * math.exp(spread * chance.standard_t(4))
            for level, n in parts for _ in range(n)]


class Steps(unittest.TestCase):
    def test_one(self):
        step, = find_steps(series((100, 20), (115, 12)))
        self.assertEqual(step.index, 20)
        self.assertAlmostEqual(step.change, 0.15, delta=0.03)

    def test_up_and_down_again(self):
        found = find_steps(series((100, 20), (130, 15), (100, 20)))
        self.assertEqual([s.index for s in found], [20, 35])
        self.assertGreater(found[0].change, 0.2)
        self.assertLess(found[1].change, -0.15)

    def test_none(self):
        for seed in range(200):
            self.assertEqual(find_steps(series((100, 40), seed=seed)), [])

    def test_one_bad_day_is_none(self):
        values = series((100, 30))
        values[15:18] = [300, 280, 290]
        self.assertEqual(find_steps(values), [])

    def test_less_than_the_floor_is_none(self):
        self.assertEqual(find_steps(
            series((100, 30), (103, 30), spread=0.001)), [])

    def test_too_few(self):
        self.assertEqual(find_steps([1.0] * 4 + [2.0] * 4), [])
        self.assertEqual(find_steps([]), [])

    def test_no_figure(self):
        with self.assertRaises(ValueError):
            find_steps([1.0, 0.0])


def line(**more):
    return {"date": "2025-01-01T00:00:00+00:00", "commit": "c", "machine": "m",
            "runtime": "goro", "workload": "core/yield", "procs": 1,
            "value": 10.0, "ci_low": 9.0, "ci_high": 11.0} | more


def results(**header):
    return Results({"options": {}, "started": "2025-01-01T00:00:00+00:00",
                    "build": {"commit": "abc", "dirty": False},
                    "machine": {"fingerprint": "m"}} | header,
                   [{"runtime": "goro", "workload": "core/yield", "procs": 1,
                     "status": "ok", "value": float(v)} for v in range(1, 12)]
                   + [{"runtime": "go", "workload": "core/yield", "procs": 1,
                       "status": "error"}])


class File(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "history.jsonl")
        self.addCleanup(self.folder.cleanup)

    def test_a_line_for_each_cell(self):
        made, = history.lines_of(results())
        self.assertEqual(made, line(commit="abc", value=6.0, ci_low=2.0,
                                    ci_high=10.0))
        self.assertEqual(history.lines_of(results(build={
            "commit": "abc", "dirty": True}))[0]["commit"], "abc+")

    def test_the_quick_mode_is_not_kept(self):
        with self.assertRaises(Failure):
            history.lines_of(results(options={"quick": True}))

    def test_nothing_is_there_twice(self):
        self.assertEqual(history.append(self.path, [line()]), 1)
        self.assertEqual(history.append(self.path, [line(), line(procs=2)]),
                         1)
        self.assertEqual(history.load(self.path), [line(), line(procs=2)])

    def test_steps_of_a_file(self):
        days = [line(date=f"2025-01-{d:02}", commit=f"c{d}", value=float(v))
                for d, v in enumerate([10] * 9 + [13] * 9, 1)]
        history.append(self.path, days[::-1])
        found, = history.steps(history.load(self.path))
        self.assertEqual((found["commit"], found["workload"]),
                         ("c10", "core/yield"))
        self.assertAlmostEqual(found["change"], 0.3)

    def test_broken_lines(self):
        for text in ("{", "[]", json.dumps(line(value="x")),
                     json.dumps(line(procs=None)),
                     json.dumps(line(commit=1))):
            self.path.write_text(json.dumps(line()) + "\n" + text + "\n")
            with self.assertRaisesRegex(Failure, ":2: "):
                history.load(self.path)
