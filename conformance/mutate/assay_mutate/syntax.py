"""C as a tree: what tree-sitter makes of a file, macros not expanded."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assay_report.errors import Failure

try:
    import tree_sitter
    import tree_sitter_c
except ImportError as e:  # what needs it says so
    tree_sitter, MISSING = None, e

Node = Any


def _parser() -> Any:
    if tree_sitter is None:
        raise Failure(f"{MISSING}: scripts/setup.sh mutate installs it")
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))


@dataclass(frozen=True)
class Function:
    """A function of a file; the rest of the file is one with no name."""

    name: str
    node: Node


class Source:
    """A file of C."""

    def __init__(self, path: str, text: bytes):
        self.path, self.text = path, text
        self.root = _parser().parse(text).root_node

    def of(self, node: Node) -> str:
        """The text of a node."""
        return self.text[node.start_byte:node.end_byte].decode()

    @cached_property
    def functions(self) -> list[Function]:
        """All functions with a body."""
        return [Function(self._name(node), node) for node in walk(self.root)
                if node.type == "function_definition"]

    def _name(self, node: Node) -> str:
        while (inner := node.child_by_field_name("declarator")) is not None:
            node = inner
        return self.of(node)

    @cached_property
    def enums(self) -> list[list[str]]:
        """The names of each enum."""
        return [[self.of(e.child_by_field_name("name")) for e in
                 node.named_children if e.type == "enumerator"]
                for node in walk(self.root)
                if node.type == "enumerator_list"]

    @cached_property
    def names(self) -> set[str]:
        """Every identifier."""
        return {self.of(node) for node in walk(self.root)
                if node.type in ("identifier", "field_identifier")}


def walk(node: Node, into=lambda node: True) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    if not into(node):
        return
    yield node
    for child in node.children:
        yield from walk(child, into)


def callee(source: Source, node: Node) -> str:
    """The name that a call calls; "" for another node."""
    if node.type != "call_expression":
        return ""
    return source.of(node.child_by_field_name("function")).split(
        "->")[-1].split(".")[-1]
