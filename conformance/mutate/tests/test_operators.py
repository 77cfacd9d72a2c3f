"""Each operator on a piece of C: what it makes of it, and what it leaves."""
import unittest

from assay_mutate.areas import Areas
from assay_mutate.draw import mutants
from assay_mutate.operators import OPERATORS
from assay_mutate.syntax import Source

EVERYWHERE = Areas([("*", 1, ["*"])])

# operator, a line of a function, one of the lines that it may become
TABLE = [
    ("condition_negated", "if (a < b) f(a);", "if (!(a < b)) f(a);"),
    ("condition_negated", "x = a ? b : 2;", "x = !(a) ? b : 2;"),
    ("condition_negated", "do f(a); while (a);", "do f(a); while (!(a));"),
    ("condition_dropped", "if (a) f(a);", "if (1) f(a);"),
    ("condition_dropped", "while (a) f(a);", "while (0) f(a);"),
    ("operator_replaced", "x = a < b;", "x = a <= b;"),
    ("operator_replaced", "x = a && b;", "x = a || b;"),
    ("operator_replaced", "x += a;", "x -= a;"),
    ("operator_replaced", "x++;", "x--;"),
    ("operand_dropped", "if (a && f(b)) x = 1;", "if (f(b)) x = 1;"),
    ("operand_dropped", "x = a - 1;", "x = a;"),
    ("operands_swapped", "x = a - b;", "x = b - a;"),
    ("unary_dropped", "x = !a;", "x = a;"),
    ("constant_off_by_one", "x = 2;", "x = 3;"),
    ("constant_off_by_one", "x = 0x10u;", "x = 15u;"),
    ("constant_off_by_one", "x = 0666;", "x = 437;"),
    ("constant_off_by_one", "f(true);", "f(false);"),
    ("statement_dropped", "f(a);", ";"),
    ("statement_dropped", "while (a) break;", "while (a) ;"),
    ("cleanup_dropped", "unlock(a); return;", "; return;"),
    ("else_dropped", "if (a) f(a); else f(b);", "if (a) f(a);"),
    ("case_dropped", "switch (a) { case 1: f(a); default: break; }",
     "switch (a) { f(a); default: break; }"),
    ("loop_runs_once", "while (a) f(a);", "if (a) f(a);"),
    ("jump_replaced", "for (;;) if (a) continue;",
     "for (;;) if (a) break;"),
    ("return_replaced", "if (a) return x; return b;",
     "if (a) return x; return x;"),
    ("returns_early", "if (a) f(a); return;", "if (a) return; return;"),
    ("statements_swapped", "f(a); x = b;", "x = b; f(a);"),
    ("arguments_swapped", "g(a, b);", "g(b, a);"),
    ("order_weakened", "at(&x, memory_order_release, memory_order_relaxed);",
     "at(&x, memory_order_relaxed, memory_order_relaxed);"),
    ("order_weakened", "store_release(&x); store_relaxed(&x);",
     "store_relaxed(&x); store_relaxed(&x);"),
    ("enum_replaced", "x = RED;", "x = GREEN;"),
    ("antonym", "x = q_first(a) + q_last(a);", "x = q_last(a) + q_last(a);"),
    ("antonym", "push(a); push_front(a);", "push_front(a); push_front(a);"),
    ("variable_replaced", "f(a);", "f(b);"),
]
UNTOUCHED = [
    "__attribute__((aligned(8))) char c[sizeof(a)];",
    "__asm__(\"nop\" : : \"r\"(a + 1));",
    "goro__fatal(\"no %d\", a + 1);",
    "assert(a < 1);",
    "/* f(a); */",
]


def results(line):
    """Operator and line of everything that is made of it."""
    text = ("enum color { RED, GREEN };\n"
            "static int f(int a, int b)\n{\n\t%s\n}\n" % line)
    return {(m.change.operator, m.new)
            for m in mutants([Source("a.c", text.encode())], EVERYWHERE)
            if m.line == 4}


class OperatorsTest(unittest.TestCase):
    def test_table(self):
        for name, line, new in TABLE:
            with self.subTest(operator=name, line=line):
                self.assertIn((name, new), results(line))

    def test_every_operator_is_in_the_table(self):
        self.assertEqual(set(OPERATORS), {row[0] for row in TABLE})

    def test_untouched(self):
        for line in UNTOUCHED:
            with self.subTest(line=line):
                self.assertEqual(results(line), set())

    def test_nothing_stays_the_same(self):
        for _, line, _ in TABLE:
            self.assertNotIn(line, {new for _, new in results(line)})

    def test_macro_and_enum(self):
        source = Source("a.h", b"#define SPINS 30\nenum { LEAST = 4 };\n")
        self.assertEqual({m.new for m in mutants([source], EVERYWHERE)},
                         {"#define SPINS 31", "#define SPINS 29",
                          "enum { LEAST = 5 };", "enum { LEAST = 3 };"})

    def test_guard_of_a_message_or_mistake_is_seldom_drawn(self):
        for body in (b"die(a);", b"{ f(a); die(a); }", b"return GORO_EINVAL;"):
            source = Source("a.c", b"int f(int a)\n{\n\tif (a)\n" + body +
                            b"\n\tif (!a)\n\t\tg(a);\n}\n")
            found = [m.weight for m in mutants([source], EVERYWHERE)
                     if m.change.operator == "condition_negated"]
            with self.subTest(body=body):
                self.assertEqual(len(found), 2)
                self.assertLess(found[0], found[1])
