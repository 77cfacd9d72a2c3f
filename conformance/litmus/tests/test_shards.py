"""Shards: together they are the whole, and so are their reports."""
import json
import os
import subprocess
import tempfile
import unittest
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from assay_litmus import __main__ as tool

BUILD = Path(os.environ.get("LITMUS_BUILD", "build/release"))


class Shards(unittest.TestCase):
    def names(self, *argv: str) -> list[str]:
        args = tool.arguments(list(argv))
        return [p.name for p in tool.share(args, tool.chosen(args))]

    def test_together_they_are_the_whole(self):
        for what in ([], ["--only", "select"], ["--random", "7"]):
            whole = self.names(*what)
            parts = [self.names(*what, "--shard", f"{k}/3")
                     for k in (1, 2, 3)]
            self.assertEqual(sorted(whole), sorted(sum(parts, [])))
            self.assertLessEqual(len(parts[0]) - len(parts[2]), 1)

    def run_to(self, path: Path, *argv: str) -> str:
        with redirect_stdout(StringIO()):
            status = tool.main(["--build", str(BUILD), "-n", "1", "--only",
                                "select", "--json", str(path), *argv])
        self.assertEqual(status, 0)
        return str(path)

    def test_their_reports_are_merged(self):
        with tempfile.TemporaryDirectory() as folder:
            whole, merged = Path(folder, "whole"), Path(folder, "merged")
            self.run_to(whole)
            parts = [self.run_to(Path(folder, str(k)), "--shard", f"{k}/2")
                     for k in (2, 1)]
            subprocess.run([BUILD / "conformance", "merge", merged, *parts],
                           check=True, stdout=subprocess.DEVNULL)
            one, other = (json.loads(p.read_text()) for p in (whole, merged))
        self.assertGreater(len(one["results"]), 1)
        for name in ("suite", "shard", "runtimes", "options", "totals"):
            self.assertEqual(one[name], other[name])
        for name in ("id", "verdict", "rounds"):
            self.assertEqual([r.get(name) for r in one["results"]],
                             [r.get(name) for r in other["results"]])

    def test_a_report_goes_where_a_link_leads_and_into_a_pipe(self):
        with tempfile.TemporaryDirectory() as folder:
            there, link, pipe = (Path(folder, n) for n in "tlp")
            there.touch()
            link.symlink_to(there)
            self.run_to(link)
            os.mkfifo(pipe)
            with subprocess.Popen(["cat", pipe], stdout=-1) as reader:
                self.run_to(pipe)
                piped = reader.communicate()[0]
            self.assertTrue(link.is_symlink() and pipe.is_fifo())
            self.assertEqual(json.loads(piped)["totals"],
                             json.loads(there.read_text())["totals"])


if __name__ == "__main__":
    unittest.main()
