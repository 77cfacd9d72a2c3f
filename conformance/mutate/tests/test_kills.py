"""The table of what each row has killed."""
import json
import tempfile
import unittest
from pathlib import Path

from assay_mutate.kills import read, update


def line(name, what, case):
    return json.dumps({"id": name, "verdict": {"what": what, "case": case}})


class KillsTest(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.table = Path(held.name, "kills.tsv")
        self.state = Path(held.name, "state.jsonl")

    def test_each_fault_counts_once_for_a_row(self):
        self.state.write_text("\n".join([
            line("a", "killed", "CH-001/full"), line("b", "killed", "CH-001"),
            line("a", "killed", "CH-002"),
            line("a", "killed", "CH-001/empty"), line("c", "survived", ""),
            line("d", "killed", "-"), '{"id": "cut']))
        update(self.table, self.state, "CH-001 MU-001@1 MU-001")
        self.assertEqual(read(self.table), {
            "CH-001": (1, 2), "CH-002": (0, 1), "MU-001": (2, 0)})

    def test_earlier_draws_stay(self):
        self.table.write_text("# head\nCH-001\t5\t7\n")
        update(self.table, self.state, "CH-001")
        self.assertEqual(read(self.table), {"CH-001": (1, 7)})
