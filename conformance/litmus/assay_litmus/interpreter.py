"""Asks an interpreter in any language: JSON lines, see ../PROTOCOL.md.

An interpreter is a process that is told a program in a line and answers in
another.  Nothing that it does is trusted: whatever is not an answer, or none in
time, is one trouble of the program that was asked, and another process is
started for the next.
"""
from __future__ import annotations

import collections
import json
import os
import resource
import select
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

from .child import FATAL, SILENCE, Broken, Result
from .program import (BITS, FATALS, PANICS, Arm, Op, Outcome, Program, clip)
from .terms import FEATURES, Terms
from .variants import VARIANTS

PROTOCOL = 1
LONGEST = 1 << 20       # bytes of a line
MOST_WRITTEN = 1 << 30  # bytes of a file, as of its standard error
SHARE = 200             # rounds that are asked for at once
OTHER_PANIC = 121
MODELS = ("", "1:1", "N:1", "N:M")

# The operations that a goroutine can be left in.
WAITS = ("comm", "lock-mutex", "lock-rwmutex", "rlock-rwmutex",
         "wait-waitgroup", "wait-cond", "once")


class Trouble(Exception):
    """What an interpreter did that it must not do."""


class Hung(Trouble):
    """It said nothing in time."""


class Fatal(Exception):
    """It ended with a fatal error of Go's, which may be an outcome."""


# ---- what it is told ------------------------------------------------------


def arm_told(arm: Arm) -> dict:
    return {"send": arm.send, "obj": arm.obj, "number": arm.value.number,
            "from": arm.value.reg, "value": arm.regs[0], "ok": arm.regs[1]}


def op_told(op: Op) -> dict:
    return {"do": "select" if op.selects else op.do, "obj": op.obj,
            "number": op.value.number, "from": op.value.reg, "reg": op.reg,
            "to": op.to, "default": op.default,
            "arms": [arm_told(arm) for arm in op.arms]}


def program_told(p: Program) -> dict:
    return {"name": p.name, "main": -1 if p.linger else p.main,
            "registers": len(p.regs),
            "objects": [{"kind": thing.kind, "size": thing.size}
                        for thing in p.things],
            "goroutines": [[op_told(op) for op in body] for body in p.code]}


# ---- what it says ---------------------------------------------------------


def is_number(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def read(line: bytes) -> dict:
    try:
        said = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Trouble("says what is no object of JSON: " +
                      clip(line.decode(errors="replace")))
    return said


def terms_of(hello: dict) -> Terms:
    """What the first line says; Trouble if it is not one."""
    if not is_number(hello.get("litmus"), PROTOCOL, PROTOCOL):
        raise Trouble(f"speaks version {clip(str(hello.get('litmus')))} of "
                      f"the protocol, not {PROTOCOL}")
    lacks, variants = hello.get("lacks", {}), hello.get("variants", [])
    if not isinstance(hello.get("name"), str) or not isinstance(
            hello.get("version"), str):
        raise Trouble("says no name and version")
    if not isinstance(lacks, dict) or not all(
            isinstance(why, str) for why in lacks.values()):
        raise Trouble("lacks what has no reason")
    if not isinstance(variants, list):
        raise Trouble("names variants that are no list")
    for what, known, words in (("feature", FEATURES, lacks),
                               ("variant", tuple(VARIANTS), variants)):
        for word in words:
            if word not in known:
                raise Trouble(f"names a {what} that is not known: "
                              f"{clip(str(word))}")
    if hello.get("model", "") not in MODELS:
        raise Trouble("names a model that is not known: "
                      f"{clip(str(hello['model']))}")
    return Terms(None, {word: clip(why) for word, why in lacks.items()},
                 tuple(variants), clip(hello["name"]), clip(hello["version"]),
                 hello.get("model", ""))


def left(p: Program, at: object) -> tuple[tuple[int, int], ...]:
    """Who is left, each in an operation that can wait."""
    if not isinstance(at, list) or len(at) != len(p.actors):
        raise Trouble("does not say where each goroutine is")
    for g, pc in enumerate(at):
        if not is_number(pc, -1, len(p.code[g]) - 1):
            raise Trouble(f"has a goroutine at {clip(str(pc))}")
        op = p.code[g][pc] if pc >= 0 else None
        if op and (op.do not in WAITS or op.default):
            raise Trouble(f"leaves one in {op.text}, which never waits")
    return tuple((g, pc) for g, pc in enumerate(at) if pc >= 0)


def outcome(p: Program, said: object) -> Outcome:
    if not isinstance(said, dict):
        raise Trouble("has an outcome that is no object")
    end, regs = said.get("end"), said.get("registers")
    if not isinstance(regs, list) or len(regs) != len(p.regs) or not all(
            is_number(value, 0, (1 << BITS) - 1) for value in regs):
        raise Trouble(f"has registers that cannot be: {clip(str(regs))}")
    if end == "quiet":
        at = left(p, said.get("at"))
        return Outcome("stuck" if at else "done", tuple(regs), at)
    if end == "returned" and p.main >= 0 and not p.linger:
        return Outcome("done", tuple(regs))
    panic = said.get("panic")
    if end == "panic" and type(panic) is int and (
            panic in PANICS or panic == OTHER_PANIC):
        return Outcome(f"panic {panic}", tuple(regs))
    raise Trouble(f"has an end that is not known: {clip(str(said))}")


def outcomes_of(p: Program, said: dict, number: int,
                asked: int) -> tuple[collections.Counter[Outcome], bool]:
    """How often each outcome was seen; whether the process is full."""
    if said.get("id") != number or type(said.get("id")) is not int:
        raise Trouble(f"answers {clip(str(said.get('id')))} to {number}")
    if "error" in said:
        raise Trouble(f"says: {clip(str(said['error']))}")
    if not isinstance(said.get("seen"), list):
        raise Trouble("does not say what was seen")
    seen: collections.Counter[Outcome] = collections.Counter()
    for one in said["seen"]:
        count = one.get("count") if isinstance(one, dict) else None
        if not is_number(count, 1, asked):
            raise Trouble(f"has a count that cannot be: {clip(str(count))}")
        seen[outcome(p, one)] += count
    full = said.get("full", False) is True
    if seen.total() > asked or seen.total() < (1 if full else asked):
        raise Trouble(f"ran {seen.total()} rounds of {asked}")
    return seen, full


# ---- a process ------------------------------------------------------------


def limit() -> None:
    """In the process: its complaints fill no disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))


class Talk:
    """One process of an interpreter, and its hello."""

    def __init__(self, command: list[str], procs: int, env: dict[str, str],
                 silence: float):
        self.heard, self.silence = b"", silence
        self.errors = tempfile.TemporaryFile()
        try:
            self.child = subprocess.Popen(
                [*command, str(procs)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self.errors, bufsize=0,
                env={**os.environ, **env}, start_new_session=True,
                preexec_fn=limit)
        except OSError:
            self.errors.close()
            raise
        assert self.child.stdin and self.child.stdout
        self.stdin = self.child.stdin.fileno()
        self.stdout = self.child.stdout.fileno()
        os.set_blocking(self.stdin, False)

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *what: object) -> None:
        """Ends it, and what it has started."""
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except OSError:
            pass
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout, self.errors):
            assert pipe
            pipe.close()

    def exchange(self, ask: bytes, silence: float) -> dict:
        """Says a line, or nothing, and returns what it says then."""
        until = time.monotonic() + silence
        while ask or b"\n" not in self.heard:
            ready, open_for, _ = select.select(
                [self.stdout], [self.stdin] if ask else [], [],
                max(0.0, until - time.monotonic()))
            if ready:
                self.hear()
            elif open_for:
                ask = self.tell(ask)
            else:
                raise Hung(f"says nothing for {silence:.0f} s")
        line, _, self.heard = self.heard.partition(b"\n")
        if self.heard:
            raise Trouble("says more than one line: " +
                          clip(self.heard.decode(errors="replace")))
        return read(line)

    def tell(self, ask: bytes) -> bytes:
        """Writes a part; returns the rest.  Who hears no more says so."""
        try:
            return ask[os.write(self.stdin, ask[:1 << 16]):]
        except BrokenPipeError:
            return b""

    def hear(self) -> None:
        part = os.read(self.stdout, 1 << 16)
        if not part:
            raise self.death()
        self.heard += part
        if len(self.heard) > LONGEST:
            raise Trouble(f"says a line of more than {LONGEST} bytes")

    def death(self) -> Exception:
        try:
            status = self.child.wait(min(5, self.silence))
        except subprocess.TimeoutExpired:
            return Trouble("closes its output")
        self.errors.seek(0)
        err = self.errors.read(LONGEST).decode(errors="replace")
        fatal = FATAL.search(err)
        if fatal and fatal[1] in FATALS:
            return Fatal(fatal[1])
        if self.heard:
            return Trouble(f"ends with {status} within a line")
        said = (err.strip().splitlines() or ["nothing"])[0]
        return Trouble(f"ends with {status} and says: {clip(said)}")


@dataclass
class Interpreter:
    """An interpreter, with a process for each number of procs."""
    command: list[str]
    seed: int = 1
    silence: float = SILENCE
    env: dict[str, str] = field(default_factory=dict)
    talks: dict[int, Talk] = field(default_factory=dict)
    asked: int = 0

    def terms(self) -> Terms:
        try:
            with Talk(self.command, 1, self.env, self.silence) as talk:
                return terms_of(talk.exchange(b"", self.silence))
        except (Trouble, Fatal, OSError) as e:
            raise Broken(f"{clip(' '.join(self.command))}: {e}") from e

    def run(self, jobs: list[tuple[Program, int]], procs: int, virtual: bool,
            one_by_one: bool = False) -> list[Result]:
        """All of them, in real time; one by one if a round may end it."""
        results = [Result() for _ in jobs]
        for (program, rounds), result in zip(jobs, results):
            try:
                self.one(program, rounds, procs, result,
                         1 if one_by_one else SHARE)
            except (Trouble, OSError) as e:
                result.trouble, result.hung = str(e), isinstance(e, Hung)
                self.stop(procs)
            if one_by_one:
                self.stop(procs)  # who is left behind may end it later
        return results

    def one(self, program: Program, rounds: int, procs: int, result: Result,
            share: int) -> None:
        while rounds > 0:
            some = min(rounds, share)
            try:
                seen, full = self.ask(program, some, procs)
            except Fatal as e:
                result.seen[Outcome(f"fatal {e}")] += 1
                self.stop(procs)
                rounds -= 1 if share == 1 else rounds
                continue
            result.seen += seen
            rounds -= seen.total()
            if full:
                self.stop(procs)

    def ask(self, program: Program, rounds: int,
            procs: int) -> tuple[collections.Counter[Outcome], bool]:
        self.asked += 1
        line = json.dumps({"id": self.asked, "rounds": rounds,
                           "seed": self.seed * 1000 + self.asked,
                           "program": program_told(program)})
        said = self.talk(procs).exchange(line.encode() + b"\n", self.silence)
        return outcomes_of(program, said, self.asked, rounds)

    def talk(self, procs: int) -> Talk:
        """The process for a number of procs, which has said hello."""
        if procs not in self.talks:
            talk = self.talks[procs] = Talk(self.command, procs, self.env,
                                            self.silence)
            terms_of(talk.exchange(b"", self.silence))
        return self.talks[procs]

    def stop(self, procs: int) -> None:
        if procs in self.talks:
            self.talks.pop(procs).__exit__()

    def close(self) -> None:
        for procs in list(self.talks):
            self.stop(procs)
