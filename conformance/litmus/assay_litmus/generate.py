"""Makes litmus programs: all of some small shapes, and random ones.

A program is made as text, so that what fails can be read, kept and shrunk.
Each send has a value of its own, each result a register of its own as long as
there are any.
"""
from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from .program import REGISTERS

Body = tuple[str, ...]
STATES = 5000             # a random program has no more
NUMBERED = REGISTERS - 2  # n and f are the others


class Writer:
    """Writes a program whose operations are in short: see line()."""

    def __init__(self, name: str, shows: str, things: list[str]):
        self.lines = [f"litmus {name}", f"shows  {shows}", ""] + things
        self.values = 0
        self.regs = 0

    def reg(self) -> str:
        self.regs += 1
        return f"r{self.regs}" if self.regs <= NUMBERED else "_"

    def actor(self, head: str, body: Body) -> None:
        self.lines += ["", head]
        for op in body:
            self.lines += ["\t" + line for line in self.op(op)]

    def arm(self, op: str) -> str:
        """send C or recv C"""
        if op.startswith("send"):
            self.values += 1
            return f"{op} {self.values}"
        return f"{op} {self.reg()}"

    def select(self, arms: list[str]) -> list[str]:
        index = self.reg()
        body = [arm if arm == "default" else self.arm(arm) for arm in arms]
        return [f"select {index}".removesuffix(" _")] + [
            "\t" + line for line in body] + ["end"]

    def section(self, op: str) -> list[str]:
        """A change of n between a lock and its unlock; a try may fail."""
        do, lock = op.split()[1:]
        end = "runlock" if do in ("rlock", "tryrlock") else "unlock"
        inner = ["n = n + 1"] if end == "unlock" else ["yield"]
        reg = self.reg() if do.startswith("try") else "_"
        if reg == "_":
            return [f"{do.removeprefix('try')} {lock}"] + inner + [
                f"{end} {lock}"]
        return [f"{do} {lock} {reg}", f"if {reg} == 1"] + [
            "\t" + line for line in inner + [f"{end} {lock}"]] + ["end"]

    def op(self, op: str) -> list[str]:
        first, *rest = op.split()
        if first in ("send", "recv"):
            return [self.arm(op)]
        if first in ("trysend", "tryrecv"):
            return self.select([first[3:] + " " + rest[0], "default"])
        if first == "select":
            return self.select(" ".join(rest).split(", "))
        if first == "section":
            return self.section(op)
        if first == "caught":
            inner = self.op(" ".join(rest))
            return [f"try {self.reg()}".removesuffix(" _")] + [
                "\t" + line for line in inner] + ["end"]
        if first == "once":
            return [op, "\tn = n + 1", "end"]
        if first == "await":
            return ["lock m", "while f == 0", f"\twait {rest[0]}", "end",
                    "unlock m"]
        if first == "announce":
            return ["lock m", "f = 1", f"{rest[1]} {rest[0]}", "unlock m"]
        if first == "waitonce":
            return ["lock m", f"wait {rest[0]}", "unlock m"]
        return [op]

    def text(self) -> str:
        """The program, without objects that it does not use."""
        words = {word.rstrip(",") for line in self.lines
                 if line.startswith("\t") for word in line.split()}
        if "k" in words:
            words.add("m")
        return "\n".join(
            line for line in self.lines if line.startswith("\t") or
            line.split()[:1] in ([], ["litmus"], ["shows"], ["linger"],
                                 ["go"], ["main"]) or
            line.split()[1] in words) + "\n"


# ---- all small shapes -----------------------------------------------------


def bodies(ops: list[str], length: int) -> list[Body]:
    return [body for n in range(1, length + 1)
            for body in itertools.product(ops, repeat=n)]


def shape(name: str, things: list[str], actors: tuple[Body, ...]) -> str:
    writer = Writer(name, "a small shape", things)
    for i, body in enumerate(actors):
        writer.actor("go " + "pqst"[i], body)
    return writer.text()


def chan_shapes() -> Iterator[tuple[list[str], tuple[Body, ...]]]:
    ops = ["send c", "recv c", "close c", "trysend c", "tryrecv c"]
    for room in ("nil", "0", "1"):
        things = [f"chan c {room}"]
        for pair in itertools.combinations_with_replacement(bodies(ops, 2), 2):
            yield things, pair
        for three in itertools.combinations_with_replacement(
                bodies(ops, 1), 3):
            yield things, three


def select_shapes() -> Iterator[tuple[list[str], tuple[Body, ...]]]:
    arms = ["send c", "recv c", "send d", "recv d"]
    ops = arms + ["close c"]
    for two in itertools.combinations_with_replacement(arms, 2):
        for default in ("", ", default"):
            chosen = (f"select {two[0]}, {two[1]}{default}",)
            for body in bodies(ops, 2):
                yield ["chan c", "chan d 1"], (chosen, body)
        for other in itertools.combinations_with_replacement(arms, 2):
            yield ["chan c", "chan d 1"], (
                (f"select {two[0]}, {two[1]}",),
                (f"select {other[0]}, {other[1]}",))


def lock_shapes() -> Iterator[tuple[list[str], tuple[Body, ...]]]:
    ops = [f"section {do} w" for do in ("lock", "rlock", "trylock",
                                        "tryrlock")]
    for three in itertools.combinations_with_replacement(bodies(ops, 1), 3):
        yield ["rwmutex w"], three
    for pair in itertools.combinations_with_replacement(bodies(ops, 2), 2):
        yield ["rwmutex w"], pair
    ops = ["section lock m", "section trylock m", "section lock n"]
    for pair in itertools.combinations_with_replacement(bodies(ops, 2), 2):
        yield ["mutex m", "mutex o"], tuple(
            tuple(op.replace("lock n", "lock o") for op in body)
            for body in pair)


def wait_shapes() -> Iterator[tuple[list[str], tuple[Body, ...]]]:
    things = ["waitgroup g", "once o", "mutex m", "cond k m"]
    ops = ["add g 1", "done g", "wait g", "once o"]
    yield from ((things[:2], pair) for pair in
                itertools.combinations_with_replacement(bodies(ops, 2), 2))
    ops = ["waitonce k", "signal k", "broadcast k", "await k",
           "announce k signal"]
    for three in itertools.combinations_with_replacement(bodies(ops, 1), 3):
        yield things[2:], three


def systematic() -> Iterator[str]:
    """Every program of the families above, in a fixed order."""
    for family, shapes in (("chan", chan_shapes), ("select", select_shapes),
                           ("lock", lock_shapes), ("wait", wait_shapes)):
        for n, (things, actors) in enumerate(shapes(), 1):
            yield shape(f"small-{family}-{n}", things, actors)


# ---- random ones ----------------------------------------------------------


class Draw:
    """One random program of a seed and a number."""

    def __init__(self, seed: int, number: int):
        self.rnd = random.Random(f"{seed}/{number}")
        self.name = f"random-{seed}-{number}"
        self.chans = ["c", "d"][:self.rnd.choice((1, 2, 2))]
        self.kinds = self.rnd.choice((
            "chan", "chan", "chan select", "chan select", "lock",
            "chan lock", "wait chan", "select wait", "once cond",
            "chan select lock wait once cond sleep")).split()

    def chan(self) -> str:
        return self.rnd.choice(self.chans)

    def one(self) -> str:
        return getattr(self, "draw_" + self.rnd.choice(self.kinds))()

    def draw_chan(self) -> str:
        op = self.rnd.choice("send send recv recv recv close trysend "
                             "tryrecv".split())
        caught = op in ("send", "close", "trysend") and self.rnd.random() < .4
        return ("caught " if caught else "") + f"{op} {self.chan()}"

    def draw_select(self) -> str:
        arms = [self.rnd.choice(("send ", "recv ")) + self.chan()
                for _ in range(self.rnd.choice((2, 2, 3)))]
        if self.rnd.random() < .3:
            arms.append("default")
        return "select " + ", ".join(arms)

    def draw_lock(self) -> str:
        do = self.rnd.choice("lock rlock trylock tryrlock".split())
        lock = self.rnd.choice("wm")
        return f"section {do.replace('rlock', 'lock')} {lock}" if (
            lock == "m") else f"section {do} {lock}"

    def draw_wait(self) -> str:
        return self.rnd.choice(("add g 1", "done g", "caught done g",
                                "wait g"))

    def draw_once(self) -> str:
        return "once o"

    def draw_cond(self) -> str:
        return self.rnd.choice(("await k", "announce k signal", "waitonce k",
                                "announce k broadcast", "signal k"))

    def draw_sleep(self) -> str:
        return f"sleep {self.rnd.randint(1, 3)}"

    def text(self) -> str:
        things = [f"chan {c} {self.rnd.choice(('0', '0', '1', '2', 'nil'))}"
                  for c in self.chans]
        things += ["mutex m", "rwmutex w", "waitgroup g", "once o",
                   "cond k m"]
        writer = Writer(self.name, "a random program", things)
        main = self.rnd.random()
        if main < .2:
            writer.lines += ["linger"]
        for i in range(self.rnd.choice((2, 2, 3, 3, 4))):
            head = "main" if i == 0 and main < .3 else "go " + "pqst"[i]
            writer.actor(head, tuple(
                self.one() for _ in range(self.rnd.randint(1, 3))))
        return writer.text()


def draw(seed: int, number: int) -> str:
    return Draw(seed, number).text()
