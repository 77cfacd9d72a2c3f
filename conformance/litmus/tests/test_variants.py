"""What each variant of the model changes, worked out by hand."""
import itertools
import unittest
from pathlib import Path

from assay_litmus.model import Unmodelled
from assay_litmus.program import load, parse
from assay_litmus.variants import VARIANTS, model_of

FOLDER = Path(__file__).resolve().parent.parent
LOCKS = "mutex-owned rw-owned guards"


def computed(variants: str, text: str) -> list[str]:
    p = parse("litmus x\nshows y\n" + text)
    model = model_of(tuple(variants.split()))
    return sorted(o.show(p) for o in model(p).outcomes(9000))


FULL = ("chan c 1\ngo a\nsend c 1\nsend c 2\ngo b\nsleep 1\nrecv c x\n"
        "select s\nsend c 3\ndefault\nend\n")

POLL = "select t\nrecv c y\ndefault\nend\n"

# Variants, a program, and what it may do with them.
SETS = (
    # Another may come between a receive and the sender that waits for room.
    ("retry", FULL, ["deadlock: x=1 s=1 | a in send c 2", "done: x=1 s=2"]),
    ("", FULL, ["done: x=1 s=2"]),
    ("retry", FULL + POLL,
     ["done: x=1 s=1 t=1 y=3", "done: x=1 s=2 t=1 y=2"]),
    ("reserve", FULL + POLL, [
        "done: x=1 s=1 t=1 y=3", "done: x=1 s=2 t=1 y=2",
        "done: x=1 s=2 t=2 y=0"]),
    ("retry", "chan c 1\ngo a\nrecv c x ok\ngo b\nsend c 1\nclose c\n",
     ["done: x=1 ok=1"]),
    ("retry", "chan c\nchan d 1\ngo a\nselect s\nrecv c\nrecv d x\nend\n"
     "go b\nsend d 1\n", ["done: s=2 x=1"]),
    # The last sender's end closes, and that of the last receiver.
    ("ends", "chan c\ngo a\nrecv c x ok\ngo b\nsend c 5\ngo d\n"
     "recv c y k\n", ["done: x=0 ok=0 y=5 k=1", "done: x=5 ok=1 y=0 k=0"]),
    ("ends", "chan c\ngo a\nrecv c\ngo b\nsend c 1\ntry r\nsend c 2\nend\n",
     ["done: r=send-closed"]),
    ("ends", "chan c 2\ngo b\ntry r\nsend c 2\nend\n",
     ["done: r=send-closed"]),
    ("ends", "chan c\ngo a\nclose c\ntry r\nsend c 1\nend\ntry s\nclose c\n"
     "end\ngo b\nrecv c x ok\n",
     ["done: r=send-closed s=close-closed x=0 ok=0"]),
    # Two senders: the close of one is not that of the channel.
    ("ends retry", "chan c 1\ngo a\nclose c\ngo b\nsend c 4\ngo d\n"
     "recv c x ok\n", ["done: x=4 ok=1"]),
    ("ends retry", "chan c 1\ngo a\nsend c 4\nrecv c y k\ngo b\nrecv c x\n",
     ["deadlock: y=0 k=0 x=4 | a in recv c y k",
      "done: y=4 k=1 x=0"]),
    ("close-mild", "chan c\ngo a\nsend c 1\ngo b\nselect s\nrecv c x\n"
     "default\nend\nclose c\nclose c\n",
     ["deadlock: s=2 x=0 | a in send c 1", "done: s=1 x=1",
      "panic send on closed channel: s=2 x=0"]),
    ("close-mild", "chan c\ngo a\nclose c\ngo b\nrecv c x ok\n",
     ["done: x=0 ok=0"]),
    ("mutex-checked", "mutex m\ngo a\ntry r\nunlock m\nend\n",
     ["done: r=not-held"]),
    ("mutex-checked", "mutex m\ngo a\nlock m\ngo b\ntry r\nunlock m\nend\n",
     ["done: r=0", "done: r=not-held"]),
    ("mutex-owned", "mutex m\ngo a\nlock m\ngo b\ntry r\nunlock m\nend\n",
     ["done: r=not-held"]),
    ("mutex-owned", "mutex m\ngo a\nlock m\nlock m\n",
     ["deadlock | a in lock m"]),
    ("mutex-owned", "mutex m\ncond k m\ngo a\ntry r\nwait k\nend\n",
     ["done: r=not-held"]),
    ("mutex-reentrant", "mutex m\ngo a\nlock m\ntrylock m x\nunlock m\n"
     "unlock m\ntry r\nunlock m\nend\n", ["done: x=1 r=not-held"]),
    ("mutex-reentrant", "mutex m\ngo a\nlock m\nlock m\nunlock m\ngo b\n"
     "trylock m x\n", ["deadlock: x=1 | a in lock m", "done: x=0"]),
    ("cond-spurious", "mutex m\ncond k m\ngo a\nlock m\nwait k\nx = 1\n",
     ["deadlock: x=0 | a in wait k", "done: x=1"]),
    ("cond-monitor", "mutex m\ncond k m\ngo a\ntry r\nsignal k\nend\n"
     "lock m\nbroadcast k\nsignal k\n", ["done: r=not-held"]),
    # A second read lock beside a writer that waits: both are possible.
    ("rw-any", "rwmutex w\ngo a\nrlock w\nrlock w\nx = 1\nrunlock w\n"
     "runlock w\ngo b\nlock w\nunlock w\n",
     ["deadlock: x=0 | a in rlock w, b in lock w", "done: x=1"]),
    ("rw-any", "rwmutex w\ngo a\nlock w\ngo b\ntry r\nunlock w\nend\n"
     "try s\nrunlock w\nend\n",
     ["done: r=0 s=not-held", "done: r=not-held s=not-held"]),
    ("rw-owned", "rwmutex w\ngo a\nrlock w\ngo b\ntry r\nrunlock w\nend\n",
     ["done: r=not-held"]),
    ("rw-any", "rwmutex w\ngo a\nlock w\ngo b\ntryrlock w y\n",
     ["deadlock: y=1 | a in lock w", "done: y=0"]),
    (LOCKS, "mutex m\nrwmutex w\ngo a\nlock m\nrlock w\nrlock w\ngo b\n"
     "lock m\nlock w\nx = 1\n", ["done: x=1"]),
    (LOCKS, "rwmutex w\ngo a\nlock w\ngo b\nrlock w\n", ["done"]),
    ("once-poisoned", "once o\ngo a\ntry r\nonce o\npanic\nend\nend\n"
     "try s\nonce o\nx = 1\nend\nend\n", ["done: r=boom s=poisoned x=0"]),
    ("once-again", "once o\ngo a\ntry r\nonce o\npanic\nend\nend\n"
     "try s\nonce o\nx = 1\nend\nend\n", ["done: r=boom s=0 x=1"]),
)


class Variants(unittest.TestCase):
    maxDiff = None

    def test_sets(self):
        for variants, text, expected in SETS:
            with self.subTest(variants=variants, text=text):
                self.assertEqual(computed(variants, text), sorted(expected))
        tested = " ".join(variants for variants, _, _ in SETS).split()
        self.assertEqual(set(VARIANTS) - set(tested), set())

    def test_any_can_be_mixed(self):
        programs = [load(path) for path in
                    sorted((FOLDER / "programs").glob("*.lit"))[::7]]
        for some in (*itertools.combinations(VARIANTS, 2), tuple(VARIANTS)):
            for p in programs:
                try:
                    self.assertTrue(model_of(some)(p, False).outcomes(5000))
                except Unmodelled:
                    pass

    def test_the_readme_says_each(self):
        readme = " ".join((FOLDER / "README.md").read_text(
            encoding="utf-8").split())
        for name, variant in VARIANTS.items():
            text = " ".join((variant.__doc__ or "").split())
            self.assertIn(f"| `{name}` | {text} |", readme)
