"""Faults planted in the enumerator, one rule at a time: each is noticed.

A fault is a change of the text of model.py; it is noticed if the set of some
program of the folder, computed with it, is not the one worked out by hand.
"""
import importlib.util
import sys
import unittest
from pathlib import Path
from types import ModuleType

from assay_litmus import model
from assay_litmus.program import Program, load

FOLDER = Path(__file__).resolve().parent.parent / "programs"
SOURCE = Path(model.__file__).read_text(encoding="utf-8")

FAULTS = (
    ("only the first that can go on does",
     "                yield step\n        if able:\n            return\n",
     "                yield step\n            if able:\n                return"
     "\n"),
    ("nobody is left in a deadlock",
     '"stuck" if left else "done"', '"done"'),
    ("main's return ends nothing",
     "self.main = -1 if program.linger else program.main", "self.main = -1"),
    ("time passes while somebody works",
     "mode == ASLEEP and not self.virtual", "mode == ASLEEP"),
    ("of several that sleep one wakes",
     "left = a[2][0] - span", "left = a[2][0] - span + (g > 0)"),
    ("default is taken though a case is ready",
     "if not able and op.default:", "if op.default:"),
    ("default is never taken",
     "if not able and op.default:", "if able and op.default:"),
    ("the first ready case is taken",
     "able = True\n                yield step\n        if not able and",
     "yield step\n                able = True\n            if able:\n"
     "                return\n        if not able and"),
    ("a nil channel is an unbuffered one",
     "        if self.p.things[arm.obj].size == NIL:\n            return\n",
     ""),
    ("closing a nil channel is no panic",
     "if self.p.things[op.obj].size == NIL or s[1][op.obj][0]:",
     "if s[1][op.obj][0]:"),
    ("closing twice is no panic",
     "if self.p.things[op.obj].size == NIL or s[1][op.obj][0]:",
     "if self.p.things[op.obj].size == NIL:"),
    ("a send on a closed channel is no panic",
     "if arm.send and closed:", "if arm.send and closed and not buf:"
     " pass\n        if False:"),
    ("an unbuffered channel has room",
     "len(buf) < self.p.things[arm.obj].size:",
     "len(buf) < max(1, self.p.things[arm.obj].size):"),
    ("a buffer has one more room",
     "len(buf) < self.p.things[arm.obj].size:",
     "len(buf) < 1 + self.p.things[arm.obj].size > 1:"),
    ("a buffer gives the newest first",
     "(closed, buf + (value,))", "(closed, (value,) + buf)"),
    ("a full buffer loses the value of the sender that waits",
     "more = buf[1:] + (s[0][h][2][j],)", "more = buf[1:]"),
    ("a closed channel drops its buffer",
     "        elif buf:\n", "        elif buf and not closed:\n"),
    ("a closed channel says ok",
     "self.taken(s, g, k, 0, False))", "self.taken(s, g, k, 0, True))"),
    ("close wakes nobody",
     "states = woken or states", "states = states"),
    ("close does not wake senders",
     "[(a[0], PANIC, (SEND_CLOSED,)) if arm.send\n", "[a if arm.send\n"),
    ("a receiver gets nothing",
     "self.taken(s, g, k, got, True), *changes)",
     "self.taken(s, g, k, 0, True), *changes)"),
    ("a panic passes every try",
     "if op.inside < 0:", "if True:"),
    ("a mutex excludes nobody",
     "        if not s[1][op.obj]:\n            yield self.go_on(s, g, "
     "(op.obj, 1))\n        elif mode",
     "        if True:\n            yield self.go_on(s, g, "
     "(op.obj, 1))\n        elif mode"),
    ("unlocking a free mutex is fine",
     "        if not s[1][op.obj]:\n            yield Outcome(\"fatal \" + "
     "FATALS[0])", "        if False:\n            pass"),
    ("a try-lock never fails",
     "if s[1][op.obj] or waiters:", "if False:"),
    ("a try-lock beside a holder cannot fail",
     "if s[1][op.obj] or waiters:", "if waiters:"),
    ("a writer does not wait for readers",
     "if mode == PENDING and not readers or", "if mode == PENDING or"),
    ("readers exclude each other",
     "if mode == READY and self.kept_out(s, op.obj):",
     "if mode == READY and (self.kept_out(s, op.obj) or readers):"),
    ("a writer excludes no reader",
     "return bool(s[1][obj][1] or self.waiting(",
     "return bool(self.waiting("),
    ("a writer that waits lets readers in",
     "return bool(s[1][obj][1] or self.waiting(s, (PENDING,),",
     "return bool(s[1][obj][1] or self.waiting(s, (),"),
    ("a writer's unlock lets nobody in",
     'readers = self.waiting(s, (WAIT,), "rlock-rwmutex", op.obj)\n',
     "readers = []\n"),
    ("wait does not wait",
     "if mode == READY and s[1][op.obj]:", "if False:"),
    ("one waiter is released",
     "for h in waiters if new == 0", "for h in waiters[:1] if new == 0"),
    ("a negative counter is no panic",
     "        if new < 0:\n", "        if False:\n"),
    ("once runs again",
     "        if s[1][op.obj] == 0:\n            yield self.go_on(",
     "        if s[1][op.obj] != 1:\n            yield self.go_on("),
    ("once does not wait for the first",
     "elif s[1][op.obj] == 2:", "elif s[1][op.obj] >= 1:"),
    ("a once that panics has not run",
     "(head.obj, 2))", "(head.obj, 0))"),
    ("a signal wakes all",
     "yield self.move(after, h, (s[0][h][0], RELOCK, ()))\n        if not w",
     "after = self.move(after, h, (s[0][h][0], RELOCK, ()))\n"
     "        yield after\n        if not w"),
    ("a broadcast wakes one",
     'for h in self.waiting(s, (WAIT,), "wait-cond", op.obj):\n            s =',
     'for h in self.waiting(s, (WAIT,), "wait-cond", op.obj)[:1]:\n'
     '            s ='),
    ("wait keeps the lock",
     "self.wait(s, g, (mutex, 0))", "self.wait(s, g, (mutex, 1))"),
    ("wait returns without the lock",
     "self.go_on(s, g, (mutex, 1))", "self.go_on(s, g, (mutex, 0))"),
    ("an addition is one step",
     "yield self.give(s, g, self.value(s, op.value))",
     "yield put(s[0], g, self.at(g, s[0][g][0] + 1)), s[1], put("
     "s[2], op.reg, self.value(s, op.value))"),
)


def planted(old: str, new: str) -> ModuleType:
    spec = importlib.util.spec_from_loader("assay_litmus.planted", None)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # for its annotations
    exec(compile(SOURCE.replace(old, new), "planted", "exec"),
         module.__dict__)
    return module


def differs(module: ModuleType, p: Program) -> bool:
    try:
        return {o.show(p) for o in module.outcomes(p)} != set(p.allows)
    except module.Unmodelled:
        return True


class Planted(unittest.TestCase):
    def test_each_is_noticed(self):
        programs = [load(path) for path in sorted(FOLDER.glob("*.lit"))]
        self.assertGreaterEqual(len(FAULTS), 15)
        for name, old, new in FAULTS:
            with self.subTest(name):
                self.assertEqual(SOURCE.count(old), 1, "it has no one place")
                module = planted(old, new)
                self.assertTrue(any(differs(module, p) for p in programs))

    def test_without_a_fault_none_is(self):
        module = planted("", "")
        for path in sorted(FOLDER.glob("*.lit")):
            self.assertFalse(differs(module, load(path)), path.name)
