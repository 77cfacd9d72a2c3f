"""Which faults are planted: a function of the seed and the sources alone.

Every fault that an operator can make has a number between 0 and 1, hashed
from the seed and from what the fault is; the lowest, by weight, are drawn.  So
a larger draw contains the smaller one, another part of the tree may change
without moving it, and shards need no word from each other.
"""
from __future__ import annotations

import fnmatch
import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay_report.errors import Failure

from .areas import Areas
from .operators import Change, Context, changes
from .syntax import Function, Source

# Of other machines and of sanitizers: not what is built here.
NOT_BUILT = ("base/arch/", "base/san/")


@dataclass(frozen=True)
class Mutant:
    """One fault.  Its key does not change when lines move."""

    file: str          # under the folder of sources
    function: str      # "" outside of all; name#2: the second such line in it
    line: int
    change: Change
    old: str           # the lines touched, blanks collapsed
    new: str
    weight: float
    last: int = 0      # line of it
    body: tuple[int, int] = (0, 0)   # lines of the function

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last that it touches."""
        return self.line, max(self.line, self.last)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is called in known.tsv; a file may move between folders."""
        return self.file.split("/")[-1], self.function, self.old, self.new

    @property
    def id(self) -> str:
        """A short name."""
        return _hash(*self.key).hexdigest()[:10]

    def planted(self, text: bytes) -> bytes:
        """The file with the fault."""
        c = self.change
        return text[:c.start] + c.new.encode() + text[c.end:]


def _hash(*words: str):
    return hashlib.sha256("\0".join(words).encode())


def read(folder: Path) -> list[Source]:
    """The sources under the folder that are built on this machine."""
    paths = sorted(p.relative_to(folder).as_posix()
                   for p in folder.rglob("*.[ch]"))
    return [Source(p, (folder / p).read_bytes()) for p in paths
            if not p.startswith(NOT_BUILT)]


def mutants(sources: Sequence[Source], areas: Areas) -> list[Mutant]:
    """Every fault that can be planted, each once."""
    enums: dict[str, list[str]] = {}
    for source in sources:
        for names in source.enums:
            for i, name in enumerate(names):
                around = names[i + 1:i + 2] + names[max(i - 1, 0):i]
                enums[name] = around
    known = set().union(*(s.names for s in sources))
    found: dict[tuple[str, ...], Mutant] = {}
    for source in sources:
        for mutant in _of(source, enums, known, areas.weight(source.path)):
            found.setdefault((source.path, *mutant.key[1:]), mutant)
    return list(found.values())


def _of(source: Source, enums: dict[str, list[str]], names: set[str],
        weight: float) -> Iterator[Mutant]:
    outside = Function("", source.root)
    for function in [outside, *source.functions]:
        context = Context(source, function.node, enums, names)
        seen: Counter[str] = Counter()
        body = (function.node.start_point[0] + 1,
                function.node.end_point[0] + 1)
        last = -1
        for part, change in changes(function.node, context):
            start = source.text.rfind(b"\n", 0, change.start) + 1
            end = source.text.find(b"\n", change.end)
            old = _flat(source.text[start:end])
            if start > last:
                seen[old] += 1
                last = start
            new = _flat(source.text[start:change.start] + change.new.encode()
                        + source.text[change.end:end])
            name = function.name + (
                f"#{seen[old]}" if seen[old] > 1 else "")
            first, end = (source.text.count(b"\n", 0, at) + 1
                          for at in (change.start, change.end))
            yield Mutant(source.path, name, first, change, old, new,
                         weight * part, end, body)


def _flat(text: bytes) -> str:
    return " ".join(text.decode().split())


def draw(every: Sequence[Mutant], seed: int, n: int) -> list[Mutant]:
    """The n faults of this seed, the first to be tried first."""
    def place(m: Mutant) -> float:
        number = int.from_bytes(_hash(str(seed), *m.key).digest()[:7], "big")
        return -math.log((number + 1) / 2 ** 56) / m.weight
    return sorted((m for m in every if m.weight > 0), key=place)[:n]


def shard(drawn: Sequence[Mutant], k: int, of: int) -> list[Mutant]:
    """Every of-th, from the k-th: all shards together are the draw."""
    return list(drawn[k - 1::of])


def in_files(every: Sequence[Mutant], globs: Sequence[str]) -> list[Mutant]:
    """Those in files that match one of the globs; all without a glob."""
    if not globs:
        return list(every)
    for glob in globs:
        if not any(_matches(m.file, glob) for m in every):
            raise Failure(f"no source file is called {glob}")
    return [m for m in every if any(_matches(m.file, g) for g in globs)]


def _matches(file: str, glob: str) -> bool:
    return fnmatch.fnmatch(file, glob) or fnmatch.fnmatch(file, f"*/{glob}")
