"""Which cases judge a fault, and the notes of what they run."""
import unittest

from assay_mutate.areas import Areas
from assay_mutate.draw import Mutant
from assay_mutate.operators import Change
from assay_mutate.order import Order
from assay_mutate.reach import Reach, _note_of, exactly

AREAS = Areas([("a.c", 1, ["CH"]), ("*", 1, ["GO"])])


def fault(file, line, body):
    return Mutant(file, "f" if body else "", line, Change("test", 0, 1, ""),
                  "a", "b", 1, line, body or (0, 0))


class OrderTest(unittest.TestCase):
    def setUp(self):
        self.order = Order(Reach(
            {"a.c": {10: frozenset(["CH-001", "GO-001"]),
                     11: frozenset(["GO-001"]), 20: frozenset()}},
            {"CH-001": 0.5, "CH-002": 0.1, "GO-001": 0.1},
            dict.fromkeys(["CH-001", "CH-002", "GO-001"], "1,4")), AREAS)

    def cases(self, mutant):
        return [r.cases for r in self.order.rounds(mutant)]

    def test_the_area_first(self):
        self.assertEqual(self.cases(fault("a.c", 10, (10, 12))),
                         [["CH-001"], ["GO-001"]])

    def test_the_line_before_the_function(self):
        self.assertEqual(self.cases(fault("a.c", 11, (10, 12))),
                         [["GO-001"], ["CH-001"]])

    def test_what_has_killed_there_before_all(self):
        self.order.killed("a.c", "g", "GO-001")
        self.order.killed("b.c", "g", "CH-002")
        self.assertEqual(self.cases(fault("a.c", 10, (10, 12))),
                         [["GO-001"], ["CH-001"]])

    def test_what_no_case_runs(self):
        mutant = fault("a.c", 20, (19, 21))
        self.assertEqual(self.cases(mutant), [])
        self.assertTrue(self.order.never(mutant))
        self.assertFalse(self.order.never(fault("a.c", 10, (10, 12))))

    def test_all_for_what_is_no_code(self):
        self.assertEqual(sorted(sum(self.cases(fault("a.c", 2, None)), [])),
                         ["CH-001", "CH-002", "GO-001"])

    def test_a_case_that_runs_at_one_number_alone(self):
        self.order.reach.procs["GO-001"] = "2"
        self.assertEqual([(r.cases, r.procs) for r in self.order.rounds(
            fault("a.c", 10, (10, 12)))], [(["CH-001"], "1,2,4"),
                                           (["GO-001"], "2")])

    def test_rounds_grow(self):
        names = [f"GO-{i:03}" for i in range(99)]
        self.order.reach = Reach({"b.c": {1: frozenset(names)}},
                                 {n: 0.5 for n in names},
                                 {n: "1,4" for n in names})
        sizes = [len(c) for c in self.cases(fault("b.c", 1, (1, 2)))]
        self.assertEqual((sizes[0], sum(sizes)), (4, 99))
        self.assertEqual(sorted(sizes[:-1]), sizes[:-1])


class ReachTest(unittest.TestCase):
    def test_a_row_is_not_its_variants(self):
        self.assertEqual(
            exactly(["A-001"], ["A-001", "A-001/x", "A-002/y"]),
            ["--run", "A-001", "--skip", "A-001/x"])

    def test_blocks(self):
        starts, notes = [100, 200, 300], [110, 150, 220]
        self.assertEqual([_note_of(at, starts, notes) for at in (
            99, 100, 109, 110, 149, 150, 199, 200, 250, 300)],
            [None, 110, 110, 110, 110, 150, 150, 220, 220, None])
