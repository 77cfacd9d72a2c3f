"""Conformance of two sides."""
import json
import tempfile
import unittest
from pathlib import Path

from assay_gate.cases import compare_cases, load_cases
from assay_report.errors import Failure


class Compare(unittest.TestCase):
    def test_what_passed_must_pass(self):
        base = dict.fromkeys("abcdefg", "pass") | {"x": "fail", "y": "skip"}
        head = {"a": "pass", "b": "fail", "c": "skip", "d": "crash",
                "e": "timeout", "f": "known", "x": "pass", "y": "fail",
                "new": "fail"}
        made = compare_cases(base, head)
        self.assertEqual(made.regressions, {
            "b": "fails now", "c": "is skipped now", "d": "crashes now",
            "e": "hangs now", "f": "is expected to fail now",
            "g": "is gone"})
        self.assertEqual((made.both, made.mended, made.new), (1, ["x"], 1))

    def test_an_unexpected_pass_is_a_fault_of_the_expectations(self):
        self.assertEqual(compare_cases(
            {"a": "pass"}, {"a": "unexpected pass"}).regressions,
            {"a": "fails now"})


class Load(unittest.TestCase):
    def load(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.json")
            path.write_text(text)
            return load_cases(path, "base")

    def test_the_runner_s_form(self):
        self.assertEqual(self.load(json.dumps({"results": [
            {"id": "CH-001", "verdict": "pass"}]})), {"CH-001": "pass"})

    def test_what_is_none(self):
        whole = '{"results": [{"id": "CH-001", "verdict": "pass"}]}'
        for text in ("", whole[:30], "[]", "{}", '{"results": []}',
                     '{"results": [{"id": "x"}]}', "\0"):
            with self.assertRaises(Failure, msg=text):
                self.load(text)
        with self.assertRaises(Failure):
            load_cases(Path("/nothing/here"), "base")
