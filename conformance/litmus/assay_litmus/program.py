"""A litmus program: its text, its instructions, and how outcomes are written.

The language is described in ../README.md.  A goroutine's body becomes a list
of instructions without nesting: the head of a block knows where its end is,
and each instruction knows the innermost try or once round it.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

# As in ../litmus.h: a register has BITS of a word of 63.
REGISTERS, OBJECTS, ACTORS, LENGTH, ARMS, HIGHEST = 9, 8, 6, 60, 8, 99
BITS = 7
KINDS = ("chan", "mutex", "rwmutex", "waitgroup", "once", "cond")
NIL = -1  # the room of a nil channel

# What a caught panic leaves in a register, the text of an uncaught one.
PANICS = {101: ("send-closed", "send on closed channel"),
          102: ("close-closed", "close of closed channel"),
          103: ("close-nil", "close of nil channel"),
          105: ("negative-counter", "sync: negative WaitGroup counter"),
          120: ("boom", "boom"),  # 121 is any other
          122: ("not-held", "unlock of a lock that is not held"),
          123: ("poisoned", "poisoned")}
(SEND_CLOSED, CLOSE_CLOSED, CLOSE_NIL, NEGATIVE, BOOM, NOT_HELD,
 POISONED) = PANICS
FATALS = ("sync: unlock of unlocked mutex",
          "sync: Unlock of unlocked RWMutex",
          "sync: RUnlock of unlocked RWMutex")

# The most words after an operation's first; what is not here has its own rule.
MOST = {"chan": 2, "cond": 2, "mutex": 1, "rwmutex": 1, "waitgroup": 1,
        "linger": 0, "go": 1, "select": 1, "default": 0, "end": 0, "add": 2,
        "done": 1, "sleep": 1, "once": 1, "try": 1}
LONGEST = 1 << 16  # bytes of a program's text

# Each operation on objects: which kinds it takes, and how many registers.
USES = {"close": ("chan", 0), "lock": ("mutex rwmutex", 0),
        "unlock": ("mutex rwmutex", 0), "trylock": ("mutex rwmutex", 1),
        "rlock": ("rwmutex", 0), "runlock": ("rwmutex", 0),
        "tryrlock": ("rwmutex", 1),
        "wait": ("waitgroup cond", 0), "signal": ("cond", 0),
        "broadcast": ("cond", 0)}


class Bad(Exception):
    """A program that is not one; the text says where and why."""


def clip(text: str) -> str:
    """The text as it can go to a terminal, cut to one line."""
    text = "".join(c if c.isprintable() else "?" for c in text[:81])
    return text if len(text) <= 80 else text[:77] + "..."


@dataclass(frozen=True)
class Value:
    """A number, or what a register holds, with a number added."""
    number: int = 0
    reg: int = -1


@dataclass(frozen=True)
class Arm:
    """A send or a receive, alone or as a case of a select."""
    send: bool
    obj: int
    value: Value = Value()
    regs: tuple[int, int] = (-1, -1)  # of a receive: the value and ok


@dataclass(frozen=True)
class Op:
    do: str
    text: str
    obj: int = -1
    value: Value = Value()
    reg: int = -1
    arms: tuple[Arm, ...] = ()
    default: bool = False
    to: int = -1      # a block: past its end; the end of a loop: its head
    inside: int = -1  # the head of the innermost try or once round it

    @property
    def selects(self) -> bool:
        return self.do == "comm" and self.text.split()[0] == "select"


@dataclass(frozen=True)
class Thing:
    name: str
    kind: str
    size: int = 0  # a channel's room, NIL; a cond's mutex


@dataclass
class Program:
    name: str = ""
    shows: str = ""
    linger: bool = False
    things: list[Thing] = field(default_factory=list)
    regs: list[str] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)
    code: list[list[Op]] = field(default_factory=list)
    allows: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def main(self) -> int:
        """The goroutine whose return ends the program; -1: there is none."""
        return self.actors.index("main") if "main" in self.actors else -1

    @property
    def sleeps(self) -> bool:
        return any(op.do == "sleep" for body in self.code for op in body)


@dataclass(frozen=True, order=True)
class Outcome:
    """How a program ended.

    end is "done", "stuck", "panic N" or "fatal TEXT"; left are those that can
    never go on, each with the instruction that it is in.
    """
    end: str
    regs: tuple[int, ...] = ()
    left: tuple[tuple[int, int], ...] = ()

    def show(self, p: Program) -> str:
        """The outcome as the program's author would write it."""
        end = self.end
        if end == "stuck":
            lingers = p.linger and p.main not in dict(self.left)
            end = "left" if lingers else "deadlock"
        if end.startswith("panic"):
            end = "panic " + PANICS.get(int(end[6:]), ("", "other"))[1]
        regs = " ".join(f"{name}={shown(value)}" for name, value in
                        zip(p.regs, self.regs))
        left = ", ".join(f"{p.actors[g]} in {p.code[g][pc].text}"
                         for g, pc in self.left)
        return end + (f": {regs}" if regs else "") + (
            f" | {left}" if left else "")


def shown(value: int) -> str:
    return PANICS[value][0] if value in PANICS else str(value)


class Parser:
    """Reads a program line by line; an error names the line."""

    def __init__(self, text: str):
        self.p = Program(text=text)
        self.body: list[Op] = []
        self.open: list[int] = []      # heads of the blocks that are open
        self.selecting = False         # between a select and its end
        self.words: list[str] = []

    def parse(self) -> Program:
        for number, line in enumerate(self.p.text.splitlines(), 1):
            self.words = line.split("#")[0].split()
            if not self.words:
                continue
            try:
                self.line()
            except (Bad, ValueError, IndexError) as e:
                why = str(e) if isinstance(e, Bad) else "not understood"
                raise Bad(f"line {number}: {clip(line.strip())}: {clip(why)}")
        self.finish()
        return self.p

    def finish(self) -> None:
        self.close_body()
        for what, is_bad in (("it has no name", not self.p.name),
                             ("it has no goroutine", not self.p.actors),
                             ("linger needs a main",
                              self.p.linger and self.p.main < 0)):
            if is_bad:
                raise Bad(what)

    def line(self) -> None:
        first, rest = self.words[0], self.words[1:]
        if len(rest) > MOST.get(first, len(rest)) and "=" not in rest[:1]:
            raise Bad(f"{first} takes no more than {MOST[first]} words")
        if first in ("litmus", "shows", "allow", "linger"):
            self.header(first, rest)
        elif first in KINDS and not self.p.actors:
            self.thing(first, rest)
        elif self.words == ["go"]:
            raise Bad("a goroutine without a name")
        elif first == "go" or self.words == ["main"]:
            self.close_body()
            self.goroutine(self.words[-1])
        elif not self.p.actors:
            raise Bad("an operation outside of a goroutine")
        else:
            self.op(first, rest)
            if len(self.body) > LENGTH:
                raise Bad(f"more than {LENGTH} instructions")

    def header(self, first: str, rest: list[str]) -> None:
        text = " ".join(rest)
        if first == "litmus":
            self.p.name = text
        elif first == "shows":
            self.p.shows = (self.p.shows + " " + text).strip()
        elif first == "allow":
            self.p.allows.append(text)
        else:
            self.p.linger = True

    def thing(self, kind: str, rest: list[str]) -> None:
        name, size = self.name(rest[0]), 0
        if kind == "chan" and len(rest) > 1:
            size = NIL if rest[1] == "nil" else self.number(rest[1])
        elif kind == "cond":
            size = self.object(rest[1], "mutex")
        if len(self.p.things) == OBJECTS:
            raise Bad(f"more than {OBJECTS} objects")
        self.p.things.append(Thing(name, kind, size))

    def goroutine(self, name: str) -> None:
        if len(self.p.actors) == ACTORS:
            raise Bad(f"more than {ACTORS} goroutines")
        self.p.actors.append(self.name(name))

    def close_body(self) -> None:
        if self.open or self.selecting:
            raise Bad("a block without its end")
        if self.p.actors:
            self.p.code.append(self.body)
        self.body = []

    # ---- words ----------------------------------------------------------

    def name(self, word: str) -> str:
        taken = [t.name for t in self.p.things] + self.p.actors
        if not re.fullmatch(r"[a-z][a-z0-9]*", word) or word in taken:
            raise Bad(f"{word} is no new name")
        return word

    def number(self, word: str, least: int = 0) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", word):
            raise Bad(f"{word} is no number from {least} to {HIGHEST}")
        if not least <= int(word) <= HIGHEST:
            raise Bad(f"{word} is not from {least} to {HIGHEST}")
        return int(word)

    def object(self, word: str, kinds: str) -> int:
        for i, thing in enumerate(self.p.things):
            if thing.name == word:
                if thing.kind in kinds.split():
                    return i
                raise Bad(f"{word} is a {thing.kind}")
        raise Bad(f"{word} is no object")

    def reg(self, word: str) -> int:
        if word == "_":
            return -1
        if word not in self.p.regs:
            taken = [t.name for t in self.p.things]
            if not re.fullmatch(r"[a-z][a-z0-9]*", word) or word in taken:
                raise Bad(f"{word} is no register")
            if len(self.p.regs) == REGISTERS:
                raise Bad(f"more than {REGISTERS} registers")
            self.p.regs.append(word)
        return self.p.regs.index(word)

    def value(self, words: list[str]) -> Value:
        """N, R or R + N"""
        if len(words) == 3 and words[1] == "+":
            return Value(self.number(words[2]), self.reg(words[0]))
        if len(words) != 1:
            raise Bad("not a value")
        if words[0][0] in "0123456789":
            return Value(self.number(words[0]))
        return Value(0, self.reg(words[0]))

    # ---- operations -----------------------------------------------------

    def arm(self, first: str, rest: list[str]) -> Arm:
        if first == "send":
            return Arm(True, self.object(rest[0], "chan"),
                       self.value(rest[1:]))
        regs = [self.reg(word) for word in rest[1:]] + [-1, -1]
        if len(rest) > 3:
            raise Bad("too many registers")
        return Arm(False, self.object(rest[0], "chan"), Value(),
                   (regs[0], regs[1]))

    def add(self, do: str, **fields: object) -> None:
        inside = next((h for h in reversed(self.open)
                       if self.body[h].do in ("try", "once")), -1)
        fields.setdefault("text", " ".join(self.words))
        self.body.append(Op(do, inside=inside, **fields))  # type: ignore

    def op(self, first: str, rest: list[str]) -> None:
        if self.selecting:
            self.in_select(first, rest)
        elif first in ("send", "recv"):
            self.add("comm", arms=(self.arm(first, rest),))
        elif first == "select":
            self.add("comm", reg=self.reg(rest[0]) if rest else -1)
            self.selecting = True
        elif first in USES:
            kinds, regs = USES[first]
            if len(rest) != 1 + regs:
                raise Bad(f"{first} takes {1 + regs} words")
            obj = self.object(rest[0], kinds)
            do = first + "-" + self.p.things[obj].kind
            self.add(do, obj=obj, reg=self.reg(rest[1]) if regs else -1)
        elif first in ("add", "done"):
            n = self.number(rest[1], -HIGHEST) if first == "add" else -1
            self.add("add", obj=self.object(rest[0], "waitgroup"),
                     value=Value(n))
        elif first == "sleep":
            self.add("sleep", value=Value(self.number(rest[0])))
        elif first in ("yield", "panic") and not rest:
            self.add(first)
        elif first in ("try", "once", "if", "while"):
            self.block(first, rest)
        elif first == "end" and self.open:
            self.end()
        elif len(rest) > 1 and rest[0] == "=":
            self.add("set", reg=self.reg(first), value=self.value(rest[1:]))
        else:
            raise Bad("not an operation")

    def in_select(self, first: str, rest: list[str]) -> None:
        head = self.body[-1]
        if first == "end":
            self.selecting = False
        elif first == "default" and not head.default:
            self.body[-1] = replace(head, default=True)
        elif first in ("send", "recv") and len(head.arms) < ARMS:
            self.body[-1] = replace(
                head, arms=head.arms + (self.arm(first, rest),))
        else:
            raise Bad("not a case")

    def block(self, first: str, rest: list[str]) -> None:
        if first == "once":
            self.add("once", obj=self.object(rest[0], "once"))
        elif first == "try":
            self.add("try", reg=self.reg(rest[0]) if rest else -1)
        elif len(rest) == 3 and rest[1] == "==":
            self.add(first, reg=self.reg(rest[0]), value=self.value(rest[2:]))
        else:
            raise Bad("not a condition")
        self.open.append(len(self.body) - 1)

    def end(self) -> None:
        head = self.open.pop()
        do = self.body[head].do
        if do != "if":  # which needs no instruction where it ends
            self.add("loop" if do == "while" else "end" + do, to=head,
                     obj=self.body[head].obj, text=self.body[head].text)
        self.body[head] = replace(self.body[head], to=len(self.body))


def parse(text: str) -> Program:
    return Parser(text).parse()


def load(path: Path) -> Program:
    if path.exists() and not path.is_file():
        raise Bad(f"{path}: it is no file")
    try:
        if path.stat().st_size > LONGEST:
            raise Bad(f"it has more than {LONGEST} bytes")
        program = parse(path.read_text(encoding="utf-8"))
    except (Bad, UnicodeDecodeError) as e:
        raise Bad(f"{path}: {e}") from e
    if program.name != path.stem:
        raise Bad(f"{path}: its name is {program.name}")
    return program
