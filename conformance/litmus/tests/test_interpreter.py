"""The protocol: against interpreters that are good, and bad in many ways."""
import contextlib
import io
import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

from assay_litmus import __main__ as tool
from assay_litmus.child import Broken
from assay_litmus.interpreter import Interpreter, Talk, program_told
from assay_litmus.judge import Plan, Task
from assay_litmus.program import Outcome, load, parse
from assay_litmus.terms import FEATURES, features
from assay_litmus.variants import VARIANTS

from . import fake

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "programs"
BUILD = Path(os.environ.get("LITMUS_BUILD", "build/release"))
HEAD = "litmus x\nshows y\n"
SETS = parse(HEAD + "go a\n\tx = 1\n")
WAITS = parse(HEAD + "chan c\ngo a\n\trecv c x\n")

# What is said about a way to be bad while a program is asked.
TROUBLES = {
    "garbage": "what is no object of JSON: ?[31mpanic!",
    "array": "no object of JSON: []", "null": "no object", "empty": "no object",
    "number": "no object", "deep": "no object", "bytes": "no object",
    "surrogate": "answers ?", "two": "more than one line",
    "half-line": "ends with 0 within a line",
    "endless": "a line of more than", "hang": "says nothing for 4 s",
    "deaf": "says nothing for 4 s", "die": "ends with 3 and says: it hurts",
    "loud": "ends with 1 and says: no!",
    "kill": "ends with -9", "leaves": "ends with 0 and says: nothing",
    "close": "closes its output", "unknown-end": "an end that is not known",
    "no-end": "an end", "no-main": "an end", "panic": "an end",
    "panicless": "an end", "panic-list": "an end", "panic-real": "an end",
    "few-registers": "registers that cannot be: []",
    "registers": "registers that", "high-register": "registers that",
    "true": "registers that", "nowhere": "where each goroutine is",
    "placeless": "where each", "far": "a goroutine at 99",
    "before": "a goroutine at -2", "waits-not": "in x = 1, which never waits",
    "negative": "a count that cannot be: -1", "zero": "a count", "half": "a co",
    "too-many": "a count", "huge": "a count", "countless": "a count",
    "few": "ran 1 rounds of 50", "no-seen": "what was seen",
    "unseen": "ran 0 rounds of 50", "words": "a count", "id": "to 1",
    "id-true": "answers True to 1", "sorry": "says: no such operation",
    "full-of-nothing": "ran 0 rounds of 50"}
# And about a bad hello.
BROKEN = {
    "mute": "says nothing for 1 s", "dead": "ends with 1 and says: no such ma",
    "old": "version 0 of the protocol", "true-hello": "version True of",
    "nameless": "no name and version",
    "feature": "a feature that is not known: wings",
    "variant": "a variant that is not known: upside-down",
    "model": "a model that is not known: M:N",
    "variants": "no list", "unreasoned": "no reason", "list": "no reason"}


def fake_one(way: str) -> Interpreter:
    """One that is waited for long if it is not one that says nothing.

    Of those all but the mute one say hello first, once Python has started."""
    silence = {"mute": 1, "hang": 4, "deaf": 4, "close": 4}.get(way, 30)
    return Interpreter([sys.executable, str(HERE / "fake.py"), way],
                       silence=silence)


def saying(hello: dict, said: dict) -> Interpreter:
    """One that says what it was given, whatever it is asked."""
    script = ("import sys; print(sys.argv[1], flush=True); "
              "[print(sys.argv[2], flush=True) for _ in sys.stdin]")
    return Interpreter([sys.executable, "-c", script, json.dumps(hello),
                        json.dumps(said)], silence=20)


class Fakes(unittest.TestCase):
    def asked(self, way: str, *programs, rounds: int = 50):
        with contextlib.closing(fake_one(way)) as one:
            return one.run([(p, rounds) for p in programs], 1, False)

    def test_a_good_one(self):
        sets, waits = self.asked("good", SETS, WAITS, rounds=450)
        self.assertEqual(sets.seen, {Outcome("done", (1,)): 450})
        self.assertEqual(waits.seen, {Outcome("stuck", (0,), ((0, 0),)): 450})
        self.assertEqual(sets.trouble + waits.trouble, "")

    def test_a_goroutine_that_does_nothing(self):
        p = parse(HEAD + "go a\n\tx = 1\ngo b\n")
        said = {"id": 1, "seen": [{"count": 9, "end": "quiet",
                                   "registers": [1], "at": [-1, -1]}]}
        with contextlib.closing(saying(fake.HELLO, said)) as one:
            result = one.run([(p, 9)], 1, False)[0]
        self.assertEqual((result.seen.total(), result.trouble), (9, ""))

    def test_one_that_is_full_is_started_again(self):
        result = self.asked("full", SETS, rounds=50)[0]
        self.assertEqual((result.seen.total(), result.trouble), (50, ""))

    @mock.patch("assay_litmus.interpreter.MOST_WRITTEN", 1 << 20)
    def test_a_bad_one_is_one_trouble_of_each_program(self):
        for way, why in TROUBLES.items():
            with self.subTest(way):
                for result in self.asked(way, SETS)[:1]:
                    self.assertIn(why, result.trouble)
                    self.assertTrue(result.trouble.isprintable())
        self.assertLessEqual(set(fake.OUTCOMES) | set(fake.ANSWERS),
                             set(TROUBLES))

    def test_the_next_program_has_another_process(self):
        for way in ("die", "two", "negative"):
            results = self.asked(way, SETS, WAITS)
            self.assertTrue(all(r.trouble for r in results), way)

    def test_a_bad_hello(self):
        for way, why in BROKEN.items():
            with self.subTest(way), self.assertRaises(Broken) as caught:
                fake_one(way).terms()
            self.assertIn(why, str(caught.exception))
        self.assertEqual(set(fake.HELLOS) - set(BROKEN), set())

    def test_a_fatal_error_is_an_outcome_that_may_be_forbidden(self):
        with contextlib.closing(fake_one("fatal")) as one:
            result = one.run([(SETS, 3)], 1, False, one_by_one=True)[0]
            self.assertEqual(result.seen, {
                Outcome("fatal sync: unlock of unlocked mutex"): 3})
            task = Task.of(SETS, one.terms())
            Plan(one, 10, (1,)).run([task])
        self.assertTrue(task.failed)

    def test_nothing_is_left_running(self):
        one = fake_one("good")
        one.run([(SETS, 1)], 1, False)
        child = one.talks[1].child
        one.close()
        self.assertEqual(child.returncode, -9)


class Tool(unittest.TestCase):
    def said(self, way: str, *argv: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        command = f"'{sys.executable}' '{HERE / 'fake.py'}' {way}"
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = tool.main(["--interpreter", command, "-n", "9",
                                "--procs", "1", *argv])
        return status, out.getvalue(), err.getvalue()

    def program(self, name: str) -> str:
        return str(FOLDER / f"{name}.lit")

    def test_good_bad_and_lacking(self):
        waits, once = self.program("open-recv-waits"), self.program(
            "once-runs-once")
        status, out, _ = self.said("good", waits, once)
        self.assertIn("skip  once-runs-once: no once: it is a fake", out)
        self.assertIn("litmus: 1 passed, 0 failed, 1 skipped", out)
        self.assertEqual(status, 0)
        status, out, _ = self.said("forbidden", waits)
        self.assertIn("NOT ALLOWED", out)
        self.assertEqual(status, 1)
        status, out, _ = self.said("die", waits)
        self.assertIn("ends with 3 and says: it hurts", out)
        self.assertIn("litmus: 0 passed, 1 failed, 0 skipped", out)
        self.assertEqual(status, 1)

    def test_one_that_hangs_is_asked_once(self):
        start = time.monotonic()
        status, out, _ = self.said("hang", "--silence", "1", "--procs",
                                   "1 2 4", self.program("rendezvous"))
        self.assertLess(time.monotonic() - start, 15)
        self.assertEqual(out.count("says nothing for 1 s"), 1)
        self.assertEqual(status, 1)

    def test_one_that_hears_nothing_is_no_broken_pipe(self):
        done = subprocess.run(
            [str(HERE.parent / "litmus"), "--interpreter",
             f"'{sys.executable}' '{HERE / 'fake.py'}' leaves", "--procs", "1",
             self.program("open-recv-waits"), self.program("rendezvous")],
            capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("litmus: 0 passed, 2 failed, 0 skipped", done.stdout)

    def test_who_reads_no_more(self):
        done = subprocess.run(
            f"'{HERE.parent / 'litmus'}' --outcomes | head -n 1", shell=True,
            capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_none(self):
        status, _, err = self.said("dead", self.program("rendezvous"))
        self.assertEqual(status, 2)
        self.assertIn("no such machine", err)
        self.assertEqual(len(err.splitlines()), 1)
        status, _, err = self.said("good", "--interpreter", "/nonexistent")
        self.assertEqual((status, len(err.splitlines())), (2, 1))
        status, _, err = self.said("good", "--interpreter", "")
        self.assertEqual((status, len(err.splitlines())), (2, 1))


class Features(unittest.TestCase):
    def test_each_is_of_some_program(self):
        used = {feature: name for name in FOLDER.glob("*.lit")
                for feature in features(load(name))}
        extra = parse(HEAD + "chan c\nchan d\ngo a\n\tselect\n\t\tsend c 1\n"
                      "\t\tsend d 1\n\t\tdefault\n\tend\n\tselect\n\tend\n")
        self.assertEqual(set(FEATURES) - set(used) - features(extra), set())
        self.assertEqual(set(used) - set(FEATURES), set())


class Page(unittest.TestCase):
    """The session of PROTOCOL.md is one that there can be."""

    def setUp(self):
        self.page = (HERE.parent / "PROTOCOL.md").read_text(encoding="utf-8")

    def test_the_words(self):
        for word in FEATURES:
            self.assertIn(f"`{word}`", self.page)
        readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
        for word in VARIANTS:
            self.assertIn(f"`{word}`", readme)

    def test_the_session(self):
        part = self.page.split("## A session", 1)[1]
        text = part.split("```\n")[1]
        lines = part.split("```\n")[3].splitlines()
        hello, ask, said = (json.loads(line[2:]) for line in lines)
        self.assertEqual([line[:2] for line in lines], ["< ", "> ", "< "])
        self.assertEqual(ask["program"], program_told(parse(text)))
        task = Task.of(parse(text), fake_one("good").terms())
        with contextlib.closing(saying(hello, said)) as one:
            Plan(one, ask["rounds"], (1,)).run([task])
        self.assertEqual(task.results[0].trouble, "")
        self.assertFalse(task.failed)

    def test_the_session_is_what_go_says(self):
        """What is asked in the page, asked of an interpreter."""
        path = BUILD / "litmus/go-native"
        if not path.exists():
            self.skipTest(f"no {path}")
        ask = self.page.split("## A session", 1)[1].split("> ")[1]
        with Talk([str(path)], 1, {}, 20) as talk:
            self.assertEqual(talk.exchange(b"", 20)["litmus"], 1)
            said = talk.exchange(ask.split("\n")[0].encode() + b"\n", 20)
        self.assertEqual(sum(one["count"] for one in said["seen"]), 100)
        self.assertEqual({one["end"] for one in said["seen"]}, {"quiet"})


class Installed(unittest.TestCase):
    """Each interpreter that is built, on the programs of the folder."""

    def run_on(self, path: Path) -> None:
        with contextlib.closing(Interpreter([str(path)], silence=60)) as one:
            terms = one.terms()
            tasks = [Task.of(load(name), terms)
                     for name in sorted(FOLDER.glob("*.lit"))]
            Plan(one, 10, (2,)).run(tasks)
        for task in tasks:
            self.assertFalse(task.failed, (task.program.name, task.results))
        self.assertGreater(sum(bool(task.results) for task in tasks), 15)

    def test_the_folder(self):
        for path in sorted((BUILD / "litmus").glob("*")):
            if os.access(path, os.X_OK) and path.is_file():
                with self.subTest(path.name):
                    self.run_on(path)


if __name__ == "__main__":
    unittest.main()
