"""A field of runtimes that are made up: runner and litmus are scripts."""
import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import field

REPORT = {"runtimes": [{"version": "2.1", "model": "N:1"}],
          "totals": {"passed": 7, "failed": 0, "skipped": 3, "known": 1}}
RUNNER = """#!/bin/sh
# Writes the report of the name behind --runtime, and ends with its status.
while [ $# -gt 0 ]; do
    case $1 in
    --runtime) name=$2 ;;
    --json) out=$2 ;;
    --run) echo "only $2" ;;
    esac
    shift
done
dir=$(dirname "$0")
cat "$dir/$name.out" 2>/dev/null
cp "$dir/$name.report" "$out" 2>/dev/null
exit "$(cat "$dir/$name.status")"
"""


class Field(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)
        self.script(self.build / "conformance")
        self.script(self.build / "litmus" / "litmus")
        (self.build / "litmus" / "programs").mkdir()
        (self.build / "runtimes").mkdir()

    def script(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(RUNNER)
        path.chmod(0o755)

    def add(self, name: str, status: int, report: object = REPORT,
            kind: str = "runtimes", out: str = "") -> None:
        suffix = ".so" if kind == "runtimes" else ""
        home = self.build if kind == "runtimes" else self.build / kind
        (self.build / kind / f"{name}{suffix}").touch()
        (home / f"{name}.status").write_text(str(status))
        (home / f"{name}.out").write_text(out)
        if report is not None:
            (home / f"{name}.report").write_text(json.dumps(report))

    def run_field(self, *argv: str) -> tuple[int, str]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(
                io.StringIO()), mock.patch.object(
                    field, "LITMUS", self.build / "litmus"):
            status = field.main(["--build", str(self.build), *argv])
        return status, out.getvalue()

    def row(self, out: str, name: str) -> list[str]:
        rows = [line.split() for line in out.splitlines()]
        return next(row[:-1] for row in rows if row[:1] == [name])

    def test_a_line_for_each(self):
        self.add("a", 0)
        self.add("speaker", 0, kind="litmus")
        status, out = self.run_field("a", "speaker", "b=Debian package libb")
        self.assertEqual(status, 0)
        self.assertEqual(self.row(out, "a"), [
            "a", "2.1", "N:1", "cases", "7", "0", "3", "1"])
        self.assertEqual(self.row(out, "speaker")[3], "litmus")
        self.assertIn("b: left out, Debian package libb", out)
        self.assertTrue(out.endswith("field: 2 passed, 0 failed, 1 skipped\n"))
        self.assertTrue((self.build / "field" / "a.json").is_file())

    def test_what_is_unexpected_is_told_and_the_others_run(self):
        self.add("a", 1, out="noise\nFAIL CH-001 a value gets lost\n")
        self.add("b", 0)
        status, out = self.run_field("a", "b")
        self.assertEqual(status, 1)
        self.assertIn("FAIL CH-001 a value gets lost", out)
        self.assertNotIn("noise", out)
        self.assertEqual(self.row(out, "b")[0], "b")
        self.assertTrue(out.endswith("field: 1 passed, 1 failed, 0 skipped\n"))

    def test_one_that_cannot_be_judged(self):
        self.add("a", 2, None, out="conformance: a: no symbol\n")
        self.add("b", 2, {"runtimes": []})
        status, out = self.run_field("a", "b")
        self.assertEqual(status, 1)
        self.assertIn("conformance: a: no symbol", out)
        self.assertEqual(self.row(out, "b"), [
            "b", "-", "-", "cases", "-", "-", "-", "-"])

    def test_one_that_skips_everything_has_not_failed(self):
        self.add("a", 3)
        self.assertEqual(self.run_field("a")[0], 0)

    def test_options_go_to_the_runner(self):
        self.add("a", 0)
        self.run_field("a", "--", "--run", "CH")
        self.assertIn("only CH",
                      (self.build / "field" / "a.log").read_text())

    def test_none(self):
        status, out = self.run_field("a")
        self.assertEqual(status, 3)
        self.assertTrue(out.endswith("field: 0 passed, 0 failed, 1 skipped\n"))
