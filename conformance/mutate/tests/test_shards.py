"""The reports of shards, and what is made of them."""
from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

from assay_mutate import shards, show
from assay_mutate.__main__ import make_parser
from assay_mutate.draw import draw, shard
from assay_mutate.judge import Verdict
from assay_report.errors import Failure

from .test_draw import TEXT, all_of

DRAWN = draw(all_of(("wait/a.c", TEXT)), 1, 7)


def report(drawn, k_of=None, **other):
    head = {"seed": 1, "n": 7, "suite": "s", "shard": k_of and {
        "k": k_of[0], "of": k_of[1], "drawn": len(DRAWN)}}
    return show.as_json(head | other, [
        (m, Verdict("killed", case=f"CH-{i:03}")) for i, m in enumerate(DRAWN)
        if m in drawn])


class ShardsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def four(self):
        return [self.file(f"{k}.json", report(shard(DRAWN, k, 4), (k, 4)))
                for k in (3, 1, 4, 2)]

    def refused(self, paths, why):
        with self.assertRaisesRegex(Failure, why):
            shards.merged(paths)

    def test_four_are_the_whole(self):
        out = self.folder / "whole.json"
        four = [str(p) for p in self.four()]
        self.assertEqual(shards.merge(out, four, 0), 0)
        self.assertEqual(out.read_text(), report(DRAWN))

    def test_the_status_is_that_of_the_whole(self):
        four = self.four()
        for path in four[:2]:
            path.write_text(path.read_text().replace("killed", "survived", 1))
        out, names = self.folder / "whole.json", [str(p) for p in four]
        self.assertEqual([shards.merge(out, names, allow)
                          for allow in (0, 1, 2)], [1, 1, 0])

    def test_missing_or_twice(self):
        four = self.four()
        self.refused(four[1:], "shard 3 of 4 is missing")
        self.refused(four + four[:1], "shard 3 again")

    def test_foreign(self):
        four = self.four()
        for other in ({"seed": 2}, {"suite": "t"}):
            four[0] = self.file("x.json", report(shard(DRAWN, 3, 4), (3, 4),
                                                 **other))
            self.refused(four, "of another draw, suite or goro")

    def test_not_a_shard(self):
        whole = report(DRAWN)
        cut = json.loads(report(shard(DRAWN, 3, 4), (3, 4)))
        cut["mutants"].pop()
        for text, why in ((whole, "no shard"), ("{}", "no shard"),
                          (whole[:-9], "not the report"),
                          (json.dumps(cut), "not judged to its end")):
            with self.subTest(why=why):
                self.refused([self.file("x.json", text)], why)

    def test_each_may_have_a_folder_anywhere(self):
        out = make_parser().parse_args(["--out", "here"]).out
        self.assertEqual(out, Path.cwd() / "here")


if __name__ == "__main__":
    unittest.main()
