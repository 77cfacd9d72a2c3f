"""Asks a runtime: runs programs in a child process and counts the outcomes.

The child is the runner with a runtime loaded, or a host; both have the
interpreter of ../*.c.  A batch of programs goes to it in a file that ../load.c
describes, what it prints is described in ../run.c.  When the child has left too
many goroutines behind it stops, and another goes on.
"""
from __future__ import annotations

import collections
import os
import re
import select
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from .program import BITS, FATALS, Op, Outcome, Program, Value
from .terms import Terms

SILENCE = 120.0  # seconds after which a child that says nothing hangs
FATAL = re.compile(r"^fatal error: (.*)$", re.M)


class Broken(Exception):
    """A runtime that cannot be asked; the text says why."""


@dataclass
class Runtime:
    conformance: str
    path: str
    seed: int = 1
    silence: float = SILENCE
    env: dict[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        if self.path.endswith(".so"):
            return [self.conformance, "--assay-runtime", self.path]
        return [self.path]

    def terms(self) -> Terms:
        """The functions that the runtime has, as in "chan->send"."""
        try:
            done = subprocess.run([*self.command, "--assay-describe"],
                                  env={**os.environ, **self.env}, text=True,
                                  errors="replace", capture_output=True,
                                  timeout=self.silence)
        except subprocess.TimeoutExpired as e:
            raise Broken(f"{self.path}: says nothing of itself for "
                         f"{self.silence:g} s") from e
        if done.returncode != 0:
            why = (done.stderr.strip().splitlines() or ["it fails"])[-1]
            raise Broken(f"{self.path}: {why}")
        found = set(re.findall(r"^has (\S+)$", done.stdout, re.M))
        if not found:
            raise Broken(f"{self.path}: it has no function, or is no runtime")
        said = dict(re.findall(r"^(name|version|model) (.*)$", done.stdout,
                               re.M))
        return Terms(frozenset(found), **said)

    def run(self, jobs: list[tuple[Program, int]], procs: int, virtual: bool,
            one_by_one: bool = False) -> list[Result]:
        """All of them; one by one if a round may end the process."""
        return Batch(self, procs, virtual).run(jobs, one_by_one)

    def close(self) -> None:
        """A batch leaves nothing open."""


@dataclass
class Result:
    """What one program did: how often each outcome, under which clock."""
    virtual: bool = False
    seen: collections.Counter[Outcome] = field(
        default_factory=collections.Counter)
    trouble: str = ""  # a crash, a hang: the text says which
    hung: bool = False


# ---- the batch ------------------------------------------------------------


def number_of(v: Value) -> str:
    return f"{v.number} {v.reg}"


def op_lines(op: Op) -> list[str]:
    do = "select" if op.selects else op.do
    head = (f"op {do} {op.obj} {number_of(op.value)} {op.reg} {op.to} "
            f"{int(op.default)} {len(op.arms)}")
    return [head] + [f"arm {int(a.send)} {a.obj} {number_of(a.value)} "
                     f"{a.regs[0]} {a.regs[1]}" for a in op.arms]


def lines_of(p: Program, number: int, rounds: int) -> list[str]:
    main = -1 if p.linger else p.main
    lines = [f"program {number} {rounds} {main}"]
    lines += [f"thing {thing.kind} {thing.size}" for thing in p.things]
    for body in p.code:
        lines.append(f"actor {len(body)}")
        for op in body:
            lines += op_lines(op)
    return lines + ["run"]


# ---- the answers ----------------------------------------------------------


def outcome(p: Program, words: list[str]) -> Outcome:
    """An outcome from END REGISTERS PC ..."""
    end, word = int(words[0]), int(words[1], 16)
    regs = tuple(word >> BITS * i & (1 << BITS) - 1
                 for i in range(len(p.regs)))
    left = tuple((g, int(pc)) for g, pc in
                 enumerate(words[2:2 + len(p.actors)]) if int(pc) >= 0)
    if end == 0:
        return Outcome("stuck" if left else "done", regs, left)
    return Outcome("done" if end == 1 else f"panic {end}", regs)


def whole_lines(text: bytes) -> list[str]:
    """Without the last one if the child ended in the middle of it."""
    return text.decode(errors="replace").split("\n")[:-1]


def lines_from(child: subprocess.Popen[bytes],
               silence: float) -> tuple[list[str], bool]:
    """All that a child prints; whether it was killed for its silence."""
    assert child.stdout
    text, heard = b"", time.monotonic()
    while True:
        left = heard + silence - time.monotonic()
        if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
            child.kill()
            return whole_lines(text), True
        part = os.read(child.stdout.fileno(), 1 << 16)
        if not part:
            return whole_lines(text), False
        text, heard = text + part, time.monotonic()


class Heard:
    """What a child has said of its programs."""

    def __init__(self, jobs: list[tuple[Program, int]],
                 results: list[Result], asked: set[int]):
        self.jobs, self.results, self.asked = jobs, results, asked
        self.ran: collections.Counter[int] = collections.Counter()
        self.at, self.last, self.virtual = -1, -1, False

    def read(self, lines: list[str]) -> str:
        """Takes lines up to the first odd one; returns what is odd."""
        for line in lines:
            word, *rest = line.split() or [""]
            try:
                self.take(word, rest)
            except (ValueError, IndexError):
                return f"says what no runner says: {line[:100]!r}"
        return ""

    def take(self, word: str, rest: list[str]) -> None:
        """Other words are the runtime's own."""
        if word == "virtual":
            self.virtual = rest == ["1"]
        elif word == "begin":
            at = int(rest[0])
            if at not in self.asked:
                raise IndexError(at)
            self.at = self.last = at
            self.results[at].virtual = self.virtual
        elif word == "seen":
            seen = outcome(self.program(), rest[1:])
            self.results[self.at].seen[seen] += int(rest[0])
        elif word == "end":
            self.program()
            self.ran[self.at] += int(rest[1])
            self.at = -1

    def program(self) -> Program:
        """The one that runs."""
        if self.at < 0:
            raise IndexError(self.at)
        return self.jobs[self.at][0]


class Batch:
    """Some programs, a number of rounds each, on one number of procs."""

    def __init__(self, runtime: Runtime, procs: int, virtual: bool):
        self.runtime, self.procs, self.virtual = runtime, procs, virtual
        self.starts, self.share = 0, 1

    def run(self, jobs: list[tuple[Program, int]],
            one_by_one: bool = False) -> list[Result]:
        """All of them; one by one if a round may end the process."""
        self.share = 1 if one_by_one else 1 << 30
        results = [Result() for _ in jobs]
        work = [(i, rounds) for i, (_, rounds) in enumerate(jobs)]
        while work:
            work = self.once(jobs, results, work)
        return results

    def once(self, jobs: list[tuple[Program, int]], results: list[Result],
             work: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Runs one child; returns what is left to do."""
        lines, status, err, hung = self.ask(
            [line for i, rounds in work
             for n in range(0, rounds, self.share)
             for line in lines_of(jobs[i][0], i,
                                  min(self.share, rounds - n))])
        heard = Heard(jobs, results, {i for i, _ in work})
        odd = heard.read(lines)
        last = heard.last
        left = [(i, rounds - heard.ran[i]) for i, rounds in work]
        if last < 0:
            raise Broken(f"{self.runtime.path}: the interpreter ends with "
                         f"{status}: {(odd or err).strip()[-200:]}")
        if odd or heard.at >= 0 or status != 0 or hung:
            # After an end it was one that the last program has left behind.
            if odd:
                results[last].trouble = odd
            else:
                self.died(results[last], status, err, hung)
            lost = 1 << 30 if results[last].trouble else int(heard.at >= 0)
            left = [(i, rounds - lost * (i == last)) for i, rounds in left]
        elif left == work:
            results[last].trouble = "ends without a round"
            left = [(i, rounds * (i != last)) for i, rounds in left]
        return [(i, rounds) for i, rounds in left if rounds > 0]

    def ask(self, batch: list[str]) -> tuple[list[str], int, str, bool]:
        self.starts += 1
        clock = "clock " + ("virtual" if self.virtual else "real")
        with tempfile.TemporaryDirectory() as folder:
            path, err = Path(folder) / "batch", Path(folder) / "err"
            path.write_text("\n".join([clock, *batch]) + "\n")
            with err.open("wb") as stderr, subprocess.Popen(
                    [*self.runtime.command, "--assay-litmus", str(path),
                     "--procs", str(self.procs), "--seed",
                     str(self.runtime.seed * 1000 + self.starts)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=stderr, env={**os.environ, **self.runtime.env}
                    ) as child:
                lines, hung = lines_from(child, self.runtime.silence)
            return (lines, child.returncode,
                    err.read_text(errors="replace"), hung)

    def died(self, result: Result, status: int, err: str,
             hung: bool) -> None:
        """A fatal error of Go's is an outcome, anything else is trouble."""
        fatal = FATAL.search(err)
        if fatal and fatal[1] in FATALS and not hung:
            result.seen[Outcome("fatal " + fatal[1])] += 1
        elif hung:
            result.hung = True
            result.trouble = f"says nothing for {self.runtime.silence:.0f} s"
        else:
            said = (err.strip().splitlines() or ["nothing"])[0]
            result.trouble = f"ends with {status} and says: {said}"
