"""The page of a gate: base and head beside each other."""
import tempfile
import unittest
from pathlib import Path

from assay_gate.page import write_page
from assay_gate.sides import Side
from assay_report.samples import OK, Program

MACHINE = {"cpu": "Made-up CPU", "cpus": 2, "fingerprint": "0123456789ab"}


def sample(side, number, value):
    return {"run": "first run", "workload": "core/yield", "procs": 1,
            "round": number, "side": side, "status": OK, "value": value,
            "cpu_ns": value, "reason": "", "tries": 1, "disturbed": False}


class Page(unittest.TestCase):
    def test_both_sides_are_on_it(self):
        sides = [Side(x, x, Program(x, (x,), True)) for x in ("base", "head")]
        samples = [sample(side, n, value + n) for n in range(8)
                   for side, value in (("base", 100), ("again", 101),
                                       ("head", 200))]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "report.html")
            self.assertEqual(write_page(path, sides, 8, 0.1, samples,
                                        MACHINE), "")
            html = path.read_text()
        self.assertIn("<h1>head next to base</h1>", html)
        self.assertIn("all these leads are sure", html)
        self.assertNotIn("Targets", html)
        self.assertNotIn('id="conformance"', html)


if __name__ == "__main__":
    unittest.main()
