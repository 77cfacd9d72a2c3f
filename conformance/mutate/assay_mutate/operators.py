"""The operators: what can be wrong with a piece of C.

Each takes a node and yields replacements of pieces of the text.  What is left
out: attributes, assembler, sizeof, and the arguments of what ends the process
with a message; a statement that does nothing else is not dropped.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from .syntax import Node, Source, callee, walk

# The process ends there, an assertion stands there, or what a thread that is
# none of the runtime's may call is told apart: no row is about such threads.
ENDS = re.compile(r"(^|_)(fatal|die|abort|throw|assert|trap)(_|$)|"
                  r"^(FROM_OUTSIDE|AS_GOROUTINE)", re.I)
SKIPPED = {"attribute_specifier", "gnu_asm_expression", "sizeof_expression",
           "alignof_expression", "string_literal", "comment", "ERROR",
           "static_assert_declaration", "attribute_declaration"}


@dataclass(frozen=True)
class Change:
    """text[start:end] becomes new."""

    operator: str
    start: int
    end: int
    new: str


@dataclass(frozen=True)
class Context:
    """What an operator may look at beside the node."""

    source: Source
    function: Node
    enums: dict[str, list[str]]   # a name of an enum to the others
    names: set[str]               # every identifier of the program

    @cached_property
    def returns(self) -> list[str]:
        """The different return statements of the function."""
        return list(dict.fromkeys(
            self.source.of(n) for n in walk(self.function)
            if n.type == "return_statement"))

    @cached_property
    def variables(self) -> dict[str, str]:
        """The types of its parameters and local variables, but arrays."""
        found: dict[str, str] = {}
        for node in walk(self.function):
            if node.type in ("parameter_declaration", "declaration"):
                kind = self.source.of(_field(node, "type"))
                for name in node.children_by_field_name("declarator"):
                    found |= self._declared(name, kind)
        return found

    def _declared(self, name: Node, kind: str) -> dict[str, str]:
        while name.type in ("pointer_declarator", "init_declarator"):
            kind += "*" if name.type == "pointer_declarator" else ""
            name = _field(name, "declarator")
        return {self.source.of(name): kind} if name.type == "identifier" \
            else {}


@dataclass(frozen=True)
class _Span:
    start_byte: int
    end_byte: int


Operator = Callable[[Node, Context], Iterator[tuple[Node, str]]]
OPERATORS: dict[str, tuple[float, Operator]] = {}


def operator(weight: float) -> Callable[[Operator], Operator]:
    """Registers an operator; its name is that of the function."""
    def register(function: Operator) -> Operator:
        OPERATORS[function.__name__] = (weight, function)
        return function
    return register


def changes(node: Node, context: Context) -> Iterator[tuple[float, Change]]:
    """Every change at or below a node, but in functions below it."""
    source = context.source

    def into(inner: Node) -> bool:
        return inner == node or (
            inner.type not in SKIPPED and inner.type != "function_definition"
            and not ENDS.search(callee(source, inner)))

    for inner in walk(node, into):
        for name, (weight, op) in OPERATORS.items():
            for piece, new in op(inner, context):
                if new != source.of(piece):
                    yield weight * _care(inner, source), Change(
                        name, piece.start_byte, piece.end_byte, new)


# What is said to a mistake that Go's types do not allow, and to a machine
# without memory: the suite does neither.
OUTSIDE_OF_GO = re.compile(r"\breturn \w*(EINVAL|ENOMEM)\b")


def _care(node: Node, source: Source) -> float:
    """Less for what only such a mistake, or the end of the process, shows."""
    while node is not None and not node.type.endswith("statement"):
        node = node.parent
    if node is None or node.type not in ("if_statement", "return_statement"):
        return 1
    body = _field(node, "consequence") or node
    inner = body.named_children if body.type == "compound_statement" else [
        body]
    last = inner[-1] if inner else body
    seldom = OUTSIDE_OF_GO.search(source.of(last)) or any(
        ENDS.search(callee(source, child)) for child in last.named_children)
    return 0.2 if seldom else 1


def _field(node: Node, name: str) -> Node:
    return node.child_by_field_name(name)


def _condition(node: Node) -> Node | None:
    """The condition of a branch or loop, without its parentheses."""
    if node.type not in ("if_statement", "while_statement", "do_statement",
                         "for_statement", "conditional_expression"):
        return None
    found = _field(node, "condition")
    if found is not None and found.type == "parenthesized_expression":
        found = found.named_children[0]
    return found


@operator(2)
def condition_negated(node: Node, c: Context):
    """if (a) -> if (!(a))"""
    if (found := _condition(node)) is not None:
        yield found, f"!({c.source.of(found)})"


@operator(1)
def condition_dropped(node: Node, c: Context):
    """if (a) -> if (1), if (0); a loop is not made endless"""
    if (found := _condition(node)) is not None:
        yield found, "0"
        if node.type in ("if_statement", "conditional_expression"):
            yield found, "1"


BINARY = {"&&": ["||"], "||": ["&&"], "<": ["<=", ">"], "<=": ["<", ">="],
          ">": [">=", "<"], ">=": [">", "<="], "==": ["!="], "!=": ["=="],
          "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"],
          "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "^": ["|"],
          "+=": ["-=", "="], "-=": ["+=", "="], "|=": ["&=", "="],
          "&=": ["|=", "="], "++": ["--"], "--": ["++"]}


@operator(1)
def operator_replaced(node: Node, c: Context):
    """a < b -> a <= b, a && b -> a || b, a + b -> a - b, a += b -> a -= b"""
    if node.type in ("binary_expression", "assignment_expression",
                     "update_expression"):
        sign = _field(node, "operator")
        for new in BINARY.get(c.source.of(sign), []):
            yield sign, new


@operator(2)
def operand_dropped(node: Node, c: Context):
    """a && b -> a, b; a + b -> a; the same for || | & -"""
    if node.type != "binary_expression":
        return
    sign = c.source.of(_field(node, "operator"))
    if sign in ("&&", "||", "+", "-", "|", "&"):
        yield node, c.source.of(_field(node, "left"))
    if sign in ("&&", "||"):
        yield node, c.source.of(_field(node, "right"))


@operator(0.7)
def operands_swapped(node: Node, c: Context):
    """a - b -> b - a; the same for / % << >> and comparisons by size"""
    if node.type != "binary_expression":
        return
    sign = c.source.of(_field(node, "operator"))
    if sign in ("-", "/", "%", "<<", ">>"):
        yield node, (f"{c.source.of(_field(node, 'right'))} {sign} "
                     f"{c.source.of(_field(node, 'left'))}")


@operator(1)
def unary_dropped(node: Node, c: Context):
    """!a -> a; the same for - and ~"""
    if node.type == "unary_expression" and c.source.of(
            _field(node, "operator")) in "!-~":
        yield node, c.source.of(_field(node, "argument"))


NUMBER = re.compile(r"(0x[0-9a-f]+|\d+)([ul]*)$", re.I)


def _off_by_one(text: str) -> Iterator[str]:
    if (found := NUMBER.match(text)) is None:
        return
    octal = re.fullmatch("0[0-7]+", found[1])
    value, suffix = int(found[1], 8 if octal else 0), found[2]
    yield f"{value + 1}{suffix}"
    if value > 0:
        yield f"{value - 1}{suffix}"


@operator(1)
def constant_off_by_one(node: Node, c: Context):
    """2 -> 1, 3; true -> false; also in a macro that is a number"""
    text = c.source.of(node)
    if node.type in ("number_literal", "preproc_arg"):
        for new in _off_by_one(text):
            yield node, new
    elif node.type in ("true", "false"):
        yield node, "false" if node.type == "true" else "true"


UNLOCK = re.compile(r"unlock|release|put|leave|free|close|wake|ready|clear")


def _droppable(node: Node, c: Context) -> bool:
    if node.type != "expression_statement" or not node.named_children:
        return False
    inner = node.named_children[0]
    return not ENDS.search(callee(c.source, inner)) and not (
        inner.type in ("cast_expression", "gnu_asm_expression"))


@operator(3)
def cleanup_dropped(node: Node, c: Context):
    """lock_release(a); return; -> return; before statement_dropped does it"""
    if _droppable(node, c) and UNLOCK.search(
            callee(c.source, node.named_children[0])):
        after = node.next_named_sibling
        if after is not None and after.type in (
                "return_statement", "goto_statement", "break_statement"):
            yield node, ";"


@operator(2)
def statement_dropped(node: Node, c: Context):
    """f(a); -> nothing; the same for assignments, break and continue"""
    if _droppable(node, c) or node.type in ("break_statement",
                                            "continue_statement"):
        yield node, ";"


@operator(1)
def else_dropped(node: Node, c: Context):
    """if (a) b; else c; -> if (a) b;"""
    if node.type == "else_clause":
        yield node, ""


@operator(1)
def case_dropped(node: Node, c: Context):
    """case A: -> gone: what follows belongs to the case before, or to none"""
    if node.type == "case_statement":
        colon = next(n for n in node.children if n.type == ":")
        yield _Span(node.start_byte, colon.end_byte), ""


@operator(1)
def loop_runs_once(node: Node, c: Context):
    """while (a) b; -> if (a) b;"""
    if node.type == "while_statement":
        body = c.source.of(node)
        if "break;" not in body and "continue;" not in body:
            yield node.children[0], "if"


@operator(1)
def jump_replaced(node: Node, c: Context):
    """break; -> continue; and back"""
    inside = {n.type for n in _above(node, c)}
    if inside & {"while_statement", "for_statement", "do_statement"}:
        if node.type == "break_statement":
            yield node, "continue;"
        if node.type == "continue_statement":
            yield node, "break;"


def _above(node: Node, c: Context) -> Iterator[Node]:
    while node is not None and node != c.function:
        yield node
        node = node.parent


@operator(0.5)
def return_replaced(node: Node, c: Context):
    """return a; -> another return of the function"""
    if node.type == "return_statement":
        text = c.source.of(node)
        for other in [o for o in c.returns if o != text][:2]:
            yield node, other


@operator(0.5)
def returns_early(node: Node, c: Context):
    """f(a); -> a return of the function"""
    if _droppable(node, c) and node.parent != _field(c.function, "body"):
        yield node, (c.returns or ["return;"])[-1]


@operator(1)
def statements_swapped(node: Node, c: Context):
    """f(a); g(b); -> g(b); f(a);"""
    after = node.next_named_sibling
    if _droppable(node, c) and after is not None and _droppable(after, c):
        between = c.source.text[node.end_byte:after.start_byte].decode()
        if not between.strip():
            yield _Span(node.start_byte, after.end_byte), (
                c.source.of(after) + between + c.source.of(node))


@operator(0.7)
def arguments_swapped(node: Node, c: Context):
    """f(a, b) -> f(b, a)"""
    if node.type != "argument_list":
        return
    args = node.named_children
    for left, right in zip(args, args[1:]):
        yield _Span(left.start_byte, right.end_byte), (
            c.source.of(right) + ", " + c.source.of(left))


WEAKER = {"seq_cst": ["acq_rel", "relaxed"], "seq": ["relaxed"],
          "acq_rel": ["acquire", "release"], "acquire": ["relaxed"],
          "release": ["relaxed"]}


@operator(0.3)
def order_weakened(node: Node, c: Context):
    """memory_order_release -> memory_order_relaxed, load_seq -> load_relaxed"""
    if node.type != "identifier" or _declares(node):
        return
    name = c.source.of(node)
    for strong, weak in WEAKER.items():
        if name.endswith(f"_{strong}"):
            for order in weak:
                other = name.removesuffix(strong) + order
                if other in c.names:
                    yield node, other


@operator(1)
def enum_replaced(node: Node, c: Context):
    """A -> another name of its enum"""
    if node.type == "identifier" and node.parent.type != "enumerator":
        for new in c.enums.get(c.source.of(node), []):
            yield node, new


def _declares(node: Node) -> bool:
    return node == _field(node.parent, "declarator") or node.type == (
        "field_identifier") and node.parent.type == "field_declaration"


ANTONYMS = [pair.split("/") for pair in (
    "front/back first/last head/tail next/prev min/max read/write "
    "reader/writer readers/writers recv/send recvq/sendq receiver/sender "
    "lock/rlock one/all begin/end before/after old/new old/now up/down "
    "add/sub and/or signal/broadcast global/local deadline/timeout").split()]
SUFFIXED = ("push", "append", "insert", "put")


@operator(2)
def antonym(node: Node, c: Context):
    """q_first -> q_last, recvq -> sendq, push -> push_front, if there is one"""
    if node.type not in ("identifier", "field_identifier") or _declares(node):
        return
    name = c.source.of(node)
    words = name.split("_")
    for pair in ANTONYMS:
        for old, new in (pair, pair[::-1]):
            other = "_".join(new if w == old else w for w in words)
            if old in words and other in c.names:
                yield node, other
    for verb in SUFFIXED:
        if verb in words:
            for other in (f"{name}_front", f"{name}_head", f"{name}_last"):
                if other in c.names:
                    yield node, other
        for end in ("_front", "_head"):
            if name.endswith(verb + end) and name[:-len(end)] in c.names:
                yield node, name[:-len(end)]


@operator(0.7)
def variable_replaced(node: Node, c: Context):
    """a -> another variable of the same type in the function"""
    if node.type != "identifier" or _declares(node):
        return
    types = c.variables
    name = c.source.of(node)
    others = [o for o in types if o != name and types[o] == types.get(name)]
    yield from ((node, other) for other in others[:2])
