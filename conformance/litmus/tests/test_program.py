"""The text form: what is understood, and what is refused with a reason."""
import unittest
from pathlib import Path

from assay_litmus.program import Bad, Outcome, load, parse

HEAD = "litmus x\nshows y\n"
FOLDER = Path(__file__).resolve().parent.parent / "programs"


class Reading(unittest.TestCase):
    def refused(self, text: str, why: str) -> None:
        with self.assertRaises(Bad) as caught:
            parse(HEAD + text)
        self.assertIn(why, str(caught.exception))

    def test_every_program_says_what_it_shows_and_what_is_allowed(self):
        paths = sorted(FOLDER.glob("*.lit"))
        self.assertGreaterEqual(len(paths), 60)
        for path in paths:
            program = load(path)
            self.assertTrue(program.shows and program.allows, path.name)

    def test_refused(self):
        for text, why in (
                ("", "it has no goroutine"),
                ("send c 1\n", "line 3: send c 1: an operation outside"),
                ("go a\nsend c 1\n", "line 4: send c 1: c is no object"),
                ("go a\nfly\n", "not an operation"),
                ("go a\nif x == 1\n", "a block without its end"),
                ("go a\nend\n", "not an operation"),
                ("go a\nselect s\nyield\nend\n", "not a case"),
                ("go a\nselect\ndefault\ndefault\nend\n", "not a case"),
                ("go a\ngo a\n", "a is no new name"),
                ("mutex m\ngo a\nrlock m\n", "m is a mutex"),
                ("mutex m\ngo a\nm = 1\n", "m is no register"),
                ("mutex m\ngo a\ntrylock m\n", "takes 2 words"),
                ("chan c\ngo a\nsend c 100\n", "not from 0 to 99"),
                ("chan c\ngo a\nsend c\n", "not a value"),
                ("chan c -1\ngo a\n", "not from 0 to 99"),
                ("cond k m\ngo a\n", "m is no object"),
                ("chan c 1 2\ngo a\n", "chan takes no more than 2 words"),
                ("chan c 1_0\ngo a\n", "1_0 is no number"),
                ("go\nyield\n", "a goroutine without a name"),
                ("go a b\nyield\n", "go takes no more than 1 words"),
                ("go a\nsleep 1 2\n", "sleep takes no more than 1 words"),
                ("go a\nif x == 1\nend 6\n", "end takes no more than 0"),
                ("waitgroup g\ngo a\nadd g 3000000000\n", "is no number"),
                ("waitgroup g\ngo a\nadd g -100\n", "not from -99 to 99"),
                ("go a\n\x1b[31m" + "x" * 500 + "\n", "?[31mxxx"),
                ("go a\n" + "x" * 500 + "\n", "xxx...: not an operation"),
                ("linger\ngo a\n", "linger needs a main"),
                ("go a\n" + "yield\n" * 61, "more than 60 instructions"),
                ("go a\n" + "".join(f"r{i} = 1\n" for i in range(10)),
                 "more than 9 registers"),
                ("".join(f"chan c{i}\n" for i in range(9)),
                 "more than 8 objects"),
                ("".join(f"go g{i}\n" for i in range(7)),
                 "more than 6 goroutines")):
            self.refused(text, why)
        with self.assertRaises(Bad):
            parse("go a\n")

    def test_what_is_no_file_of_a_program(self):
        for path in (Path("/dev/zero"), FOLDER):
            with self.assertRaises(Bad) as caught:
                load(path)
            self.assertIn("it is no file", str(caught.exception))

    def test_a_register_may_be_called_as_an_operation_begins(self):
        op = parse(HEAD + "go a\nselected = 3\n").code[0][0]
        self.assertFalse(op.selects)

    def test_blocks(self):
        body = parse(HEAD + "once o\ngo a\ntry r\nonce o\npanic\nend\nend\n"
                     "while r == 0\nyield\nend\n").code[0]
        self.assertEqual([op.do for op in body],
                         ["try", "once", "panic", "endonce", "endtry",
                          "while", "yield", "loop"])
        self.assertEqual([op.inside for op in body],
                         [-1, 0, 1, 0, -1, -1, -1, -1])
        self.assertEqual([body[i].to for i in (0, 1, 5, 7)], [5, 4, 8, 5])

    def test_outcomes_are_written(self):
        p = parse(HEAD + "chan c\nlinger\ngo a\nrecv c x # why\nmain\ny = 1\n")
        for outcome, text in (
                (Outcome("done", (1, 2)), "done: x=1 y=2"),
                (Outcome("stuck", (0, 1), ((0, 0),)),
                 "left: x=0 y=1 | a in recv c x"),
                (Outcome("stuck", (0, 0), ((0, 0), (1, 0))),
                 "deadlock: x=0 y=0 | a in recv c x, main in y = 1"),
                (Outcome("panic 103", (101, 0)),
                 "panic close of nil channel: x=send-closed y=0"),
                (Outcome("fatal why"), "fatal why")):
            self.assertEqual(outcome.show(p), text)
