"""The enumerator against sets that were worked out by hand."""
import unittest
from pathlib import Path

from assay_litmus.model import Unmodelled, outcomes
from assay_litmus.program import load, parse

FOLDER = Path(__file__).resolve().parent.parent / "programs"


def computed(text: str, virtual: bool = True) -> list[str]:
    p = parse("litmus x\nshows y\n" + text)
    return sorted(o.show(p) for o in outcomes(p, virtual))


class Sets(unittest.TestCase):
    maxDiff = None

    def test_the_programs_of_the_folder(self):
        for path in sorted(FOLDER.glob("*.lit")):
            with self.subTest(path.name):
                p = load(path)
                self.assertEqual(sorted(o.show(p) for o in outcomes(p)),
                                 sorted(p.allows))

    def test_results_are_written_after_the_call(self):
        """Main may return between a receive and the use of its value."""
        self.assertEqual(
            computed("chan c\ngo a\nrecv c x ok\nmain\nsend c 1\n"),
            ["done: x=0 ok=0", "done: x=1 ok=1"])

    def test_without_virtual_time_a_sleep_is_only_not_short(self):
        text = "go a\nsleep 1\nx = 1\ngo b\nsleep 2\ny = x\n"
        self.assertEqual(computed(text), ["done: x=1 y=1"])
        self.assertEqual(computed(text, False),
                         ["done: x=1 y=0", "done: x=1 y=1"])

    def test_what_is_sent_is_read_before_the_send(self):
        self.assertEqual(
            computed("chan c 1\ngo a\nsend c x\ngo b\nx = 1\n"
                     "go r\nrecv c y\n"),
            ["done: x=1 y=0", "done: x=1 y=1"])

    def test_waiting_receivers_and_a_buffer(self):
        self.assertEqual(
            computed("chan c 1\ngo a\nrecv c x\ngo b\nsend c 1\nsend c 2\n"
                     "close c\n"),
            ["done: x=1"])

    def test_three_who_want_one(self):
        self.assertEqual(
            computed("chan c\ngo a\nrecv c x\ngo b\nselect s\nrecv c y\n"
                     "default\nend\ngo d\nsend c 1\n"),
            ["deadlock: x=0 s=1 y=1 | a in recv c x",
             "done: x=1 s=2 y=0"])

    def test_a_writer_that_waits_for_a_writer_keeps_nobody_out(self):
        """The queue of writers has no part in keeping readers out."""
        self.assertEqual(
            computed("rwmutex w\nchan c\ngo a\nlock w\nunlock w\nrlock w\n"
                     "send c 0\nrlock w\nx = 1\ngo b\nrecv c\nlock w\n"),
            ["deadlock: x=0 | a in rlock w, b in lock w",
             "deadlock: x=1 | b in lock w"])

    def test_a_try_beside_a_try_may_fail(self):
        """Each is for a moment a writer at the lock."""
        self.assertIn(
            "done: x=0 y=0",
            computed("rwmutex w\ngo r\nrlock w\nrunlock w\ngo a\n"
                     "trylock w x\ngo b\ntrylock w y\n"))

    def test_a_try_beside_an_unlock_may_fail(self):
        """Readers are in before another writer could be."""
        self.assertEqual(
            computed("rwmutex w\nchan c\ngo a\nlock w\nsleep 1\nunlock w\n"
                     "go b\nrlock w\nrunlock w\nsend c 0\n"
                     "go d\nsleep 1\nrecv c\ntrylock w x\n"),
            ["done: x=0", "done: x=1"])

    def test_panic_in_a_select_in_a_once_in_a_try(self):
        self.assertEqual(
            computed("once o\nchan c\ngo a\ntry r\nonce o\nclose c\nselect\n"
                     "send c 1\nend\nend\nend\nonce o\nx = 1\nend\n"),
            ["done: r=send-closed x=0"])

    def test_not_modelled(self):
        for text, why in (
                ("go a\nwhile x == 0\nend\n", "it may run for ever"),
                ("waitgroup g\nchan c\ngo a\nadd g 1\nsend c 0\ndone g\n"
                 "add g 1\ngo b\nrecv c\nwait g\n", "misuse of a WaitGroup"),
                ("waitgroup g\ngo a\ntry\ndone g\nend\nwait g\n",
                 "misuse of a WaitGroup"),
                ("rwmutex w\ngo a\nlock w\nrunlock w\ngo b\nrlock w\n",
                 "RUnlock of a writer's lock"),
                ("rwmutex w\nchan k\ngo a\nrlock w\nsend k 1\ngo b\nrecv k\n"
                 "lock w\ngo c\nsleep 1\nunlock w\n", "Unlock of readers'"),
                ("go a\nx = 99\nx = x + 1\n", "a register gets more than"),
                ("go a\nx = 99\ny = x + 2\n", "a register gets more than"),
                ("".join(f"go {g}\nn = n + 1\nn = n + 1\nn = n + 1\n"
                         for g in "abcdef"), "more than 2000 states")):
            with self.subTest(why), self.assertRaises(Unmodelled) as caught:
                outcomes(parse("litmus x\nshows y\n" + text), limit=2000)
            self.assertIn(why, str(caught.exception))
