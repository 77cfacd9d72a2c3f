"""report, agree, gate and history on files that are not what they should be.

What is broken ends in one line and status 2, never in a traceback; the gate
calls nothing a regression then.
"""
import io
import json
import sys
import tempfile
import unittest
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay_report import __main__ as reports
from assay_report import history
from assay_report.errors import Failure
from assay_report.results import load_results

from . import hostile
from .tool import gate

AMOUNTS = st.one_of(st.sampled_from([0, 1, 1e-30, 1e30, 10**18]),
                    st.floats(1e-30, 1e30), st.floats(1, 1000))
FEW = settings(derandomize=True, deadline=None, max_examples=60,
               database=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=600)
PAGES = settings(FEW, max_examples=16)  # of seconds each


def call(main, *words):
    """A main() that looks at sys.argv: its status, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), \
            mock.patch.object(sys, "argv", [main.__module__, *words]):
        status = main()
    return status, out.getvalue(), err.getvalue()


class WithFiles(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.good = self.write("good", json.dumps(hostile.good()).encode())

    def write(self, name, data):
        """A folder of that name, with the data as its results."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "results.json").write_bytes(data)
        return folder

    def programs(self, bad, ours):
        """Every program that reads results files, on one: (name, call)."""
        file, whole = str(bad / "results.json"), str(ours / "results.json")
        kept = str(self.folder / "history.jsonl")
        yield "report", lambda: call(reports.main, "report", "--out", str(bad))
        yield "agree", lambda: call(reports.main, "agree", str(ours),
                                    "--out", str(bad))
        yield "history", lambda: call(history.main, "append", "--file", kept,
                                      file)
        for sides in ((file, whole), (whole, file)):
            yield "gate", lambda s=sides: self.gate(*s)

    def gate(self, base, head):
        done = gate("--base", base, "--head", head)
        return done.returncode, done.stdout, done.stderr

    def check_refused(self, name, status, err):
        self.assertEqual(status, 2, err)
        self.assertEqual(err.count("\n"), 1, err[:2000])
        self.assertTrue(err.startswith(f"{name}: "), err[:200])
        self.assertTrue(err[:-1].isprintable(), err[:2000])
        self.assertLess(len(err), 1000)


class Broken(WithFiles):
    def test_results(self):
        for what, data in hostile.broken().items():
            bad = self.write("bad", data)
            for name, run in self.programs(bad, self.good):
                with self.subTest(what, program=name):
                    status, _, err = run()
                    self.check_refused(name, status, err)
                    self.assertIn("results.json", err)

    def test_what_is_no_file(self):
        bad = self.folder / "bad"
        (bad / "results.json").mkdir(parents=True)
        for name, run in self.programs(bad, self.good):
            with self.subTest(name):
                status, _, err = run()
                self.check_refused(name, status, err)

    def test_good_is_taken(self):
        for name, run in self.programs(self.good, self.good):
            status, _, err = run()
            self.assertEqual(status, 0, (name, err))

    def test_history(self):
        path = self.folder / "history.jsonl"
        for what, line in hostile.broken_lines().items():
            path.write_text(json.dumps(hostile.history_line()) + "\n" + line
                            + "\n")
            for words in (("steps", "--file", str(path)),
                          ("append", "--file", str(path),
                           str(self.good / "results.json"))):
                with self.subTest(what, words=words[0]):
                    status, _, err = call(history.main, *words)
                    self.check_refused("history", status, err)
                    self.assertIn("history.jsonl:2: ", err)
        self.check_refused("report", *call(
            reports.main, "report", "--out", str(self.good), "--history",
            str(path))[::2])

    def test_a_history_without_its_last_newline(self):
        path = self.folder / "history.jsonl"
        path.write_text(json.dumps(hostile.history_line()))
        self.assertEqual(call(history.main, "append", "--file", str(path),
                              str(self.good / "results.json"))[0], 0)
        self.assertGreater(len(history.load(path)), 1)

    def test_cases(self):
        rows = '{"results": [{"id": "CH-001", "verdict": "pass"}]}'
        whole = self.folder / "whole.json"
        whole.write_text(rows)
        bad = self.folder / "bad.json"
        for text in ("", rows[:30], "[]", "{}", "\0", '{"results": 5}',
                     '{"results": []}', "[" * 100000,
                     '{"complete": false, ' + rows[1:],
                     '{"complete": 1, ' + rows[1:], rows.replace(
                         '"pass"', "NaN"), rows.replace('"pass"', '"fine"'),
                     rows.replace('"pass"', "null"), rows.replace(
                         '"CH-001"', "5"), rows.replace(
                         "CH", "\\ud800"), rows.replace("CH", "a\\nb"),
                     rows.replace("[{", '[{"id": "CH-001", "verdict": '
                                  '"fail"}, {')):
            bad.write_text(text)
            for files in ((bad, whole), (whole, bad)):
                with self.subTest(text[:60]):
                    done = gate("--base", str(self.good / "results.json"),
                                "--head", str(self.good / "results.json"),
                                "--base-conformance", str(files[0]),
                                "--head-conformance", str(files[1]))
                    self.check_refused("gate", done.returncode, done.stderr)


class Odd(WithFiles):
    """What is unusual and right is shown, and shown as what it is."""

    def page(self, data):
        folder = self.write("odd", json.dumps(data).encode())
        status, _, err = call(reports.main, "report", "--out", str(folder))
        self.assertEqual((status, err), (0, ""))
        return [(folder / f"report.{x}").read_text(encoding="utf-8")
                for x in ("html", "md")]

    @PAGES
    @given(st.lists(AMOUNTS, min_size=2, max_size=8),
           st.lists(st.tuples(st.integers(0, 1 << 63), st.integers(1, 10**9)),
                    max_size=4), AMOUNTS)
    def test_amounts(self, values, bins, width):
        """Whatever was measured, if it can have been."""
        data = hostile.good(2, ("goro", "go", "base"), (
            "core/yield", "core/switch_set/n:2", "core/switch_set/n:1000",
            "core/spawn_many/n:100000", hostile.DETAILED, "base/call"))
        for n, sample in enumerate(data["samples"][:-1]):
            sample["value"] = values[n % len(values)]
            sample["counters"]["cpu_ns"] = values[n % len(values) - 1]
        for details in data["details"].values():
            details["hist"] = bins
            details["timeline"]["end_us"] = width or 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.page(data)
        path = str(self.folder / "odd" / "results.json")
        for base, head in ((path, str(self.good / "results.json")),
                           (str(self.good / "results.json"), path)):
            self.assertIn(self.gate(base, head)[0], (0, 1))

    def test_16_runtimes(self):
        data = hostile.good(runtimes=tuple(f"runtime{n}" for n in range(16)))
        html, markdown = self.page(data)
        self.assertIn("runtime15", html)
        self.assertIn("runtime15", markdown)

    def test_names_that_mark_up(self):
        name = '<b>|`*x*_[y](z)"$\\frac$&#1;\U0001f600'
        data = hostile.good(runtimes=("goro", name))
        data["missing"] = {name: name + "\n# x\r\n| y"}
        data["build"]["flags"] = data["machine"]["cpu"] = name
        data["samples"][-1]["reason"] = name + "\x1b[31m\n\n- x"
        html, markdown = self.page(data)
        self.assertNotIn("<b>|", html)
        self.assertNotIn("<b>|", markdown)
        self.assertNotIn("\x1b", markdown)
        self.assertIn(r"&lt;b&gt;\|\`\*x\*\_\[y\](z)", markdown)
        for line in markdown.splitlines():
            self.assertFalse(line.startswith("# "), line)
        for table in markdown.split("\n\n"):
            if table.startswith("|"):
                self.assertEqual(len({x.replace("\\|", "").count("|")
                                      for x in table.splitlines()}), 1)

    def test_the_gate_escapes_too(self):
        data = hostile.good(runtimes=("goro", "<b>|x"))
        path = self.write("<b>`x", json.dumps(data).encode())
        done = gate("--base", str(path / "results.json"), "--head",
                    str(path / "results.json"), "--runtime", "<b>|x",
                    "--out", str(self.folder / "out"))
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / "out" / "gate.md").read_text(encoding="utf-8")
        self.assertEqual(text.count("`"), 4)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
    st.sampled_from([10**30, -10**400, 1e300, 1e-300, -0.0, "\ud800", "\0",
                     "$\\frac$", "<b>", "x" * 1000, [], {}, [[]]]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2))
PLACES = list(hostile.places(hostile.good(rounds=2)))


def spoilt(draw_places, draw_values):
    """A good file with something else in a few places."""
    data = hostile.good(rounds=2)
    for path, value in zip(draw_places, draw_values):
        try:
            data = hostile.put(data, path, value)
        except (KeyError, IndexError, TypeError):
            continue  # the place has gone
    return json.dumps(data).encode()


SPOILT = st.builds(
    spoilt, st.lists(st.sampled_from(PLACES), min_size=1, max_size=3),
    st.lists(VALUES, min_size=3, max_size=3))


class Anything(WithFiles):
    """Whatever a file has in it."""

    def taken(self, folder):
        """Whether the reader takes it; a Failure is all it may raise."""
        try:
            load_results(folder / "results.json")
        except Failure as e:
            self.assertTrue(str(e).isprintable())
            return False
        return True

    @MANY
    @given(st.one_of(st.binary(), st.text().map(
        lambda t: t.encode(errors="surrogatepass")), VALUES.map(
        lambda v: json.dumps(v).encode()), SPOILT))
    def test_the_reader(self, data):
        self.taken(self.write("any", data))

    @FEW
    @given(SPOILT)
    def test_the_programs(self, data):
        bad = self.write("any", data)
        ours = self.write("two", json.dumps(hostile.good(rounds=2)).encode())
        taken = self.taken(bad)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for name, run in self.programs(bad, ours):
                status, _, err = run()
                if status == 2 or not taken:
                    self.check_refused(name, status, err)
                else:
                    self.assertIn(status, (0, 1))

    @MANY
    @given(st.one_of(st.binary(), st.builds(
        lambda key, value: json.dumps(
            {**hostile.history_line(), key: value}).encode(),
        st.sampled_from(list(hostile.history_line())), VALUES)))
    def test_a_history(self, data):
        path = self.folder / "history.jsonl"
        path.write_bytes(data)
        status, _, err = call(history.main, "steps", "--file", str(path))
        if status:
            self.check_refused("history", status, err)


class Nothing(WithFiles):
    def test_a_gate_with_all_switched_off(self):
        path = str(self.good / "results.json")
        for words in (("--no-timings", "--no-counts", "--no-conformance"),
                      ("--no-timings",)):
            done = gate("--base", path, "--head", path, *words)
            self.check_refused("gate", done.returncode, done.stderr)
            self.assertIn("nothing", done.stderr)
