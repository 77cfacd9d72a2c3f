"""The draw is a function of the seed and the sources; keys outlive moves."""
import tempfile
import unittest
from pathlib import Path

from assay_mutate.__main__ import HERE, ROOT
from assay_mutate.areas import Areas
from assay_mutate.draw import draw, in_files, mutants, read, shard
from assay_mutate.known import Known, line_of
from assay_mutate.syntax import Source
from assay_report.errors import Failure

AREAS = Areas([("never/*", 0, ["*"]), ("*", 1, ["CH", "SE"])])
TEXT = b"\n\t".join([
    b"int f(int a, int b)\n{", b"if (a < b && b > 2)",
    b"\treturn g(a, b) + 1;", b"a = b;", b"a = b;", b"return h(b);\n}\n"])


def all_of(*files):
    return mutants([Source(path, text) for path, text in files], AREAS)


class DrawTest(unittest.TestCase):
    def setUp(self):
        self.every = all_of(("wait/a.c", TEXT), ("net/b.c", TEXT))

    def ids(self, *args):
        return [m.id for m in draw(self.every, *args)]

    def test_same_seed_same_draw(self):
        self.assertEqual(self.ids(1, 20), self.ids(1, 20))
        self.assertNotEqual(self.ids(1, 20), self.ids(2, 20))

    def test_a_larger_draw_contains_the_smaller(self):
        self.assertEqual(self.ids(1, 20)[:5], self.ids(1, 5))

    def test_order_of_the_files_does_not_matter(self):
        before = self.ids(1, 20)
        self.every.reverse()
        self.assertEqual(self.ids(1, 20), before)

    def test_shards_are_the_draw(self):
        whole = draw(self.every, 1, 20)
        parts = [shard(whole, k, 3) for k in (1, 2, 3)]
        self.assertEqual(sorted(m.id for p in parts for m in p),
                         sorted(m.id for m in whole))

    def test_files(self):
        for glob in ("wait/a.c", "a.c", "wait/*"):
            self.assertEqual({m.file for m in in_files(self.every, [glob])},
                             {"wait/a.c"})
        with self.assertRaises(Failure):
            in_files(self.every, ["c.c"])

    def test_no_weight_no_draw(self):
        self.assertEqual(draw(all_of(("never/a.c", TEXT)), 1, 9), [])

    def test_each_change_once(self):
        self.assertEqual(len({m.id for m in self.every}), len(self.every))

    def test_planted(self):
        found = next(m for m in self.every if m.new == "a = b; ;" or
                     m.change.operator == "statement_dropped")
        self.assertEqual(found.planted(TEXT).count(b"a = b;"), 1)

    def test_two_equal_lines_are_told_apart(self):
        dropped = [m.function for m in self.every if m.old == "a = b;"
                   and m.new == ";" and m.file == "wait/a.c"]
        self.assertEqual(dropped, ["f", "f#2"])


class KnownTest(unittest.TestCase):
    def known(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "known.tsv")
            path.write_text("file\tfunction\told\tnew\treason\n" + text)
            return Known(path)

    def test_outlives_moves_of_lines_and_files(self):
        mutant = all_of(("wait/a.c", TEXT))[3]
        known = self.known(line_of(mutant, "slower, not wrong") + "\n")
        moved = all_of(("sched/a.c", b"int x;\n\n" + TEXT.replace(
            b"\t", b"    ")))
        self.assertEqual(sum(m in known for m in moved), 1)
        self.assertEqual(known.stale(moved), [])

    def test_stale(self):
        mutant = all_of(("wait/a.c", TEXT))[3]
        known = self.known(line_of(mutant, "it is so") + "\n")
        changed = all_of(("wait/a.c", TEXT.replace(b"a < b", b"a != b")))
        self.assertEqual(len(known.stale(changed)), 1)

    def test_that_of_the_tree_is_not_stale(self):
        every = mutants(read(ROOT / "reference" / "src"), AREAS)
        self.assertEqual(Known(HERE / "known.tsv").stale(every), [])

    def test_a_reason_is_needed(self):
        for bad in ("a.c\tf\told\tnew\t \n", "a.c\tf\told\tnew\n",
                    "a.c\tf\to\tn\tr\na.c\tf\to\tn\tr\n"):
            with self.subTest(line=bad), self.assertRaises(Failure):
                self.known(bad)
