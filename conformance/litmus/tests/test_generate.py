"""What is generated, and how what fails shrinks."""
import unittest

from assay_litmus import generate
from assay_litmus.model import Unmodelled, outcomes
from assay_litmus.program import Bad, parse
from assay_litmus.shrink import shrink


class Generating(unittest.TestCase):
    def test_all_small_shapes_are_programs(self):
        texts = list(generate.systematic())
        self.assertGreater(len(texts), 2000)
        self.assertEqual(len({text.split("\n", 2)[2] for text in texts}),
                         len(texts), "two are the same")
        for text in texts:
            parse(text)

    def test_random_ones_are_of_the_seed(self):
        first = [generate.draw(7, i) for i in range(50)]
        self.assertEqual(first, [generate.draw(7, i) for i in range(50)])
        self.assertNotEqual(first, [generate.draw(8, i) for i in range(50)])

    def test_random_ones_are_programs(self):
        sets = 0
        for i in range(300):
            try:
                sets += bool(outcomes(parse(generate.draw(3, i)), limit=500))
            except Unmodelled:
                pass
        self.assertGreater(sets, 200)

    def test_every_operation_is_drawn(self):
        drawn = {op.do for i in range(400)
                 for body in parse(generate.draw(1, i)).code for op in body}
        self.assertEqual(
            {"comm", "close-chan", "lock-mutex", "trylock-mutex",
             "lock-rwmutex", "rlock-rwmutex", "trylock-rwmutex",
             "tryrlock-rwmutex", "add", "wait-waitgroup", "wait-cond",
             "signal-cond", "broadcast-cond", "once", "try", "if", "while",
             "sleep", "set"} - drawn, set())


class Shrinking(unittest.TestCase):
    def test_to_what_fails(self):
        text = generate.draw(1, 5) + "\tselect s9\n\t\tdefault\n\tend\n"

        def fails(candidate: str) -> bool:
            try:
                bodies = parse(candidate).code
            except Bad:
                return False
            return any(op.default for body in bodies for op in body)

        small = shrink(text, fails)
        self.assertEqual(len(small.splitlines()), 6, small)
        self.assertEqual(small.splitlines()[3].split()[0], "select")

    def test_a_block_goes_with_what_is_in_it_or_without(self):
        text = ("litmus x\nshows y\nonce o\ngo a\n\tonce o\n\t\ttry r\n"
                "\t\t\tx = 1\n\t\tend\n\tend\n")

        def fails(candidate: str) -> bool:
            return "x = 1" in candidate and parse(candidate) is not None

        self.assertEqual(shrink(text, fails).split("\n")[2:],
                         ["go a", "\t\t\tx = 1", ""])
