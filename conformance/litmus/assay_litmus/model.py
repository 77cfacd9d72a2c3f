"""The enumerator: every outcome that Go's documents allow a program.

It takes each step that some goroutine can take, in every order, and remembers
the states that it has seen.  A step is what others cannot see in the middle
of: a call that can go on at once, a call that blocks, another's call that
completes it, and then, separately, the writing of its results into registers.
So a goroutine can be slow between a receive and the use of what it received.
Nothing has to be fair.  What is decided where Go's documents are silent, or
say less than its implementation does, stands in ../README.md; the functions
below say it where it happens.

A program that Go calls wrong in a way that it may or may not notice (misuse of
a WaitGroup), or that may run for ever, has no set: Unmodelled.
"""
from __future__ import annotations

from collections.abc import Iterator

from .program import (BOOM, CLOSE_CLOSED, CLOSE_NIL, FATALS, HIGHEST,
                      NEGATIVE, NIL, SEND_CLOSED, Arm, Op, Outcome,
                      Program, Value)

LIMIT = 100_000  # states

# What a goroutine does.  READY: before the instruction.  ARMED: the same, with
# the registers of the instruction read.  WAIT: in a call that blocks.  GOT:
# the call is over, its results not yet in the registers.
READY, ARMED, WAIT, GOT, PANIC, ASLEEP, ENDED = range(7)
# Other ways to be in a call: a cond's waiter that has been woken, writers of
# an RWMutex before and after they keep readers out, in a try, and in an unlock
# that has let readers in, and a WaitGroup's waiter that has been let go and has
# not returned.
RELOCK, QUEUED, PENDING, TRYING, LEAVING, RELEASED = range(7, 13)

SKIPPED = ("yield", "loop", "try", "endtry")  # these do nothing of their own

Actor = tuple[int, int, tuple]  # instruction, what it does, data of that
State = tuple[tuple[Actor, ...], tuple, tuple[int, ...]]
Step = State | Outcome


class Unmodelled(Exception):
    """A program without a set of outcomes; the text says why."""


def put(items: tuple, i: int, item: object) -> tuple:
    return items[:i] + (item,) + items[i + 1:]


class Model:
    """The steps of one program.

    With virtual time the clock moves on only when nobody can go on; without,
    a sleep may end at any moment, as it is only promised not to be short.
    """

    def __init__(self, program: Program, virtual: bool = True):
        self.p, self.virtual = program, virtual
        self.main = -1 if program.linger else program.main

    def outcomes(self, limit: int) -> frozenset[Outcome]:
        """All of them.  Raises Unmodelled."""
        first = self.start()
        before: dict[Step, list[State]] = {first: []}
        work = [first]
        while work:
            state = work.pop()
            for step in self.steps(state):
                if step not in before:
                    before[step] = []
                    if not isinstance(step, Outcome):
                        work.append(step)
                before[step].append(state)
            if len(before) > limit:
                raise Unmodelled(f"it has more than {limit} states")
        ends = [s for s in before if isinstance(s, Outcome)]
        self.check_that_it_ends(before, list(ends))
        return frozenset(ends)

    @staticmethod
    def check_that_it_ends(before: dict[Step, list[State]],
                           work: list) -> None:
        """From each state some outcome must be in reach."""
        ending = set(work)
        while work:
            for state in before[work.pop()]:
                if state not in ending:
                    ending.add(state)
                    work.append(state)
        if len(ending) < len(before):
            raise Unmodelled("it may run for ever")

    def start(self) -> State:
        zero = {"chan": (False, ()), "mutex": 0, "rwmutex": (0, 0, 0),
                "waitgroup": 0, "once": 0, "cond": 0}
        return (tuple(self.at(g, 0) for g in range(len(self.p.actors))),
                tuple(zero[thing.kind] for thing in self.p.things),
                (0,) * len(self.p.regs))

    # ---- goroutines -----------------------------------------------------

    def at(self, g: int, pc: int) -> Actor:
        """A goroutine before the next instruction that does something.

        Main's return is a step, as it ends the program.
        """
        code = self.p.code[g]
        while pc < len(code) and code[pc].do in SKIPPED:
            pc = code[pc].to if code[pc].do == "loop" else pc + 1
        if pc == len(code) and g != self.main:
            return (pc, ENDED, ())
        return (pc, READY, ())

    def past(self, g: int, pc: int, *writes: tuple[int, int]) -> Actor:
        """A goroutine whose call is over, with what it has to write."""
        wanted = tuple((reg, v) for reg, v in writes if reg >= 0)
        return (pc, GOT, (pc + 1, wanted)) if wanted else self.at(g, pc + 1)

    def op(self, g: int, actor: Actor) -> Op:
        return self.p.code[g][actor[0]]

    def waiting(self, s: State, modes: tuple[int, ...], do: str,
                obj: int) -> list[int]:
        """Those in a call do on obj, in one of these modes."""
        return [g for g, a in enumerate(s[0]) if a[1] in modes and
                self.op(g, a).do == do and self.op(g, a).obj == obj]

    def steps(self, s: State) -> Iterator[Step]:
        """Every step from a state; where there is none, how it ends."""
        able = False
        for g in range(len(s[0])):
            for step in self.step(s, g):
                able = True
                yield step
        if able:
            return
        naps = [a[2][0] for a in s[0] if a[1] == ASLEEP]
        if naps:
            yield self.later(s, min(naps))
            return
        left = tuple((g, a[0]) for g, a in enumerate(s[0]) if a[1] != ENDED)
        yield Outcome("stuck" if left else "done", s[2], left)

    def later(self, s: State, span: int) -> State:
        """Time moves on; those whose time has come wake, in any order."""
        def wake(g: int, a: Actor) -> Actor:
            if a[1] != ASLEEP:
                return a
            left = a[2][0] - span
            return (a[0], ASLEEP, (left,)) if left else self.at(g, a[0] + 1)
        return (tuple(wake(g, a) for g, a in enumerate(s[0])), s[1], s[2])

    def step(self, s: State, g: int) -> Iterator[Step]:
        pc, mode, data = s[0][g]
        if mode == READY and pc == len(self.p.code[g]):
            yield Outcome("done", s[2])  # main returns
        elif mode == READY and self.reads(self.op(g, s[0][g])):
            values = tuple(self.value(s, v)
                           for v in self.reads(self.op(g, s[0][g])))
            yield self.move(s, g, (pc, ARMED, values))
        elif mode == GOT:
            regs = s[2]
            for reg, value in data[1]:
                regs = put(regs, reg, value)
            yield put(s[0], g, self.at(g, data[0])), s[1], regs
        elif mode == PANIC:
            yield self.unwind(s, g, pc, data[0])
        elif mode == RELEASED or mode == ASLEEP and not self.virtual:
            yield self.go_on(s, g)
        elif mode not in (ASLEEP, ENDED):
            op = self.op(g, s[0][g])
            call = getattr(self, "do_" + op.do.replace("-", "_"))
            yield from call(s, g, op, mode)

    @staticmethod
    def move(s: State, g: int, actor: Actor, *changes: tuple) -> State:
        """One goroutine moves and objects change."""
        objs = s[1]
        for obj, new in changes:
            objs = put(objs, obj, new)
        return put(s[0], g, actor), objs, s[2]

    def go_on(self, s: State, g: int, *changes: tuple) -> State:
        """One goroutine goes to its next instruction and objects change."""
        return self.move(s, g, self.at(g, s[0][g][0] + 1), *changes)

    def wait(self, s: State, g: int, *changes: tuple) -> State:
        """One goroutine blocks and objects change."""
        return self.move(s, g, (s[0][g][0], WAIT, ()), *changes)

    def give(self, s: State, g: int, value: int, *changes: tuple) -> State:
        """One goroutine's call is over with a result; objects change."""
        result = (self.op(g, s[0][g]).reg, value)
        return self.move(s, g, self.past(g, s[0][g][0], result), *changes)

    @staticmethod
    def reads(op: Op) -> list[Value]:
        """What a communication has to read from registers first."""
        if op.do != "comm" or all(a.value.reg < 0 for a in op.arms):
            return []
        return [arm.value for arm in op.arms]

    @staticmethod
    def value(s: State, v: Value) -> int:
        if v.reg >= 0 and v.number and s[2][v.reg] + v.number > HIGHEST:
            raise Unmodelled(f"a register gets more than {HIGHEST}")
        return v.number + (s[2][v.reg] if v.reg >= 0 else 0)

    # ---- panics ---------------------------------------------------------

    def unwind(self, s: State, g: int, pc: int, what: int) -> Step:
        """To the innermost try; on the way a once is done for good."""
        op = self.p.code[g][pc]
        if op.inside < 0:
            return Outcome(f"panic {what}", s[2])
        head = self.p.code[g][op.inside]
        if head.do == "once":
            return self.move(s, g, (op.inside, PANIC, (what,)), (head.obj, 2))
        regs = put(s[2], head.reg, what) if head.reg >= 0 else s[2]
        return put(s[0], g, self.at(g, head.to)), s[1], regs

    def do_panic(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        yield self.move(s, g, (s[0][g][0], PANIC, (BOOM,)))

    # ---- channels -------------------------------------------------------

    def do_comm(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        """A send, a receive or a select: any of those that can go on."""
        if mode == WAIT:
            return
        pc, _, values = s[0][g]
        values = values or tuple(arm.value.number for arm in op.arms)
        able = False
        for k, arm in enumerate(op.arms):
            for step in self.communicate(s, g, k, arm, values[k]):
                able = True
                yield step
        if not able and op.default:
            yield self.give(s, g, len(op.arms) + 1)
        elif not able:
            yield self.move(s, g, (pc, WAIT, values))

    def communicate(self, s: State, g: int, k: int, arm: Arm,
                    value: int) -> Iterator[State]:
        if self.p.things[arm.obj].size == NIL:
            return
        closed, buf = s[1][arm.obj]
        if arm.send and closed:
            yield self.move(s, g, (s[0][g][0], PANIC, (SEND_CLOSED,)))
            return
        others = self.counterparts(s, arm)
        if arm.send:
            for h, j in others:
                yield self.meet(s, g, k, 0, h, j, value)
            if not others and len(buf) < self.p.things[arm.obj].size:
                yield self.move(s, g, self.taken(s, g, k, 0, True),
                                (arm.obj, (closed, buf + (value,))))
        elif buf:
            # The room goes to one that waits; Go does not say to which.
            for h, j in others:
                more = buf[1:] + (s[0][h][2][j],)
                yield self.meet(s, g, k, buf[0], h, j, 0,
                                (arm.obj, (closed, more)))
            if not others:
                yield self.move(s, g, self.taken(s, g, k, buf[0], True),
                                (arm.obj, (closed, buf[1:])))
        else:
            for h, j in others:
                yield self.meet(s, g, k, s[0][h][2][j], h, j, 0)
            if closed:
                yield self.move(s, g, self.taken(s, g, k, 0, False))

    def counterparts(self, s: State,
                     arm: Arm) -> list[tuple[int, int]]:
        """Those that wait for the other side, and with which case."""
        return [(h, j) for h, a in enumerate(s[0])
                if a[1] == WAIT and self.op(h, a).do == "comm"
                for j, other in enumerate(self.op(h, a).arms)
                if other.obj == arm.obj and other.send != arm.send]

    def meet(self, s: State, g: int, k: int, got: int, h: int, j: int,
             given: int, *changes: tuple) -> State:
        """g takes its case k and receives got, h its case j and given."""
        after = self.move(s, g, self.taken(s, g, k, got, True), *changes)
        return self.move(after, h, self.taken(s, h, j, given, True))

    def taken(self, s: State, g: int, k: int, got: int, ok: bool) -> Actor:
        """A goroutine that has taken its case k."""
        op = self.op(g, s[0][g])
        arm = op.arms[k]
        return self.past(g, s[0][g][0], (op.reg, k + 1), (arm.regs[0], got),
                         (arm.regs[1], int(ok)))

    def do_close_chan(self, s: State, g: int, op: Op,
                      mode: int) -> Iterator[Step]:
        """Wakes all: receivers with a zero, senders with a panic."""
        pc = s[0][g][0]
        if self.p.things[op.obj].size == NIL or s[1][op.obj][0]:
            what = (CLOSE_NIL if self.p.things[op.obj].size == NIL
                    else CLOSE_CLOSED)
            yield self.move(s, g, (pc, PANIC, (what,)))
            return
        closed = (op.obj, (True, s[1][op.obj][1]))
        states = [self.go_on(s, g, closed)]
        for h, a in enumerate(s[0]):
            woken = [self.move(t, h, actor) for t in states
                     for actor in self.woken_by_close(s, h, a, op.obj)]
            states = woken or states
        yield from states

    def woken_by_close(self, s: State, h: int, a: Actor,
                       obj: int) -> list[Actor]:
        """What may become of one; a select may have several cases of it."""
        if a[1] != WAIT or self.op(h, a).do != "comm":
            return []
        return [(a[0], PANIC, (SEND_CLOSED,)) if arm.send
                else self.taken(s, h, k, 0, False)
                for k, arm in enumerate(self.op(h, a).arms) if arm.obj == obj]

    # ---- Mutex ----------------------------------------------------------

    def do_lock_mutex(self, s: State, g: int, op: Op,
                      mode: int) -> Iterator[Step]:
        """Whoever comes may take a free lock, before those that wait."""
        if not s[1][op.obj]:
            yield self.go_on(s, g, (op.obj, 1))
        elif mode == READY:
            yield self.wait(s, g)

    def do_trylock_mutex(self, s: State, g: int, op: Op,
                         mode: int) -> Iterator[Step]:
        """May fail beside one that waits: the lock may be meant for it."""
        waiters = self.waiting(s, (WAIT,), "lock-mutex", op.obj) + [
            h for h, a in enumerate(s[0]) if a[1] == RELOCK and
            self.p.things[self.op(h, a).obj].size == op.obj]
        if not s[1][op.obj]:
            yield self.give(s, g, 1, (op.obj, 1))
        if s[1][op.obj] or waiters:
            yield self.give(s, g, 0)

    def do_unlock_mutex(self, s: State, g: int, op: Op,
                        mode: int) -> Iterator[Step]:
        if not s[1][op.obj]:
            yield Outcome("fatal " + FATALS[0])
        else:
            yield self.go_on(s, g, (op.obj, 0))

    # ---- RWMutex: (a writer is at it, it has the lock, number of readers) --

    def do_lock_rwmutex(self, s: State, g: int, op: Op,
                        mode: int) -> Iterator[Step]:
        """The first writer keeps new readers out, others wait for it."""
        pc, (writer, _, readers) = s[0][g][0], s[1][op.obj]
        if mode == PENDING and not readers or mode != PENDING and not (
                writer or readers):
            yield self.go_on(s, g, (op.obj, (1, 1, 0)))
        elif mode != PENDING and not writer:
            yield self.move(s, g, (pc, PENDING, ()), (op.obj, (1, 0, readers)))
        elif mode == READY:
            yield self.move(s, g, (pc, QUEUED, ()))

    def do_unlock_rwmutex(self, s: State, g: int, op: Op,
                          mode: int) -> Iterator[Step]:
        """Lets all readers in that wait, as their wait is for this writer.

        In a second step it makes room for another writer.
        """
        if mode == LEAVING:
            yield self.go_on(s, g, (op.obj, (0,) + s[1][op.obj][1:]))
            return
        if not s[1][op.obj][1]:
            if self.waiting(s, (PENDING,), "lock-rwmutex", op.obj):
                raise Unmodelled("Unlock of readers' lock with one to write")
            yield Outcome("fatal " + FATALS[1])
            return
        readers = self.waiting(s, (WAIT,), "rlock-rwmutex", op.obj)
        for h in readers:
            s = self.move(s, h, self.at(h, s[0][h][0] + 1))
        yield self.move(s, g, (s[0][g][0], LEAVING, ()),
                        (op.obj, (1, 0, len(readers))))

    def kept_out(self, s: State, obj: int) -> bool:
        """True if a writer has the lock or waits for readers to leave."""
        return bool(s[1][obj][1] or self.waiting(s, (PENDING,),
                                                 "lock-rwmutex", obj))

    def do_rlock_rwmutex(self, s: State, g: int, op: Op,
                         mode: int) -> Iterator[Step]:
        """One that is kept out waits for the writer's unlock."""
        writer, has, readers = s[1][op.obj]
        if mode == READY and self.kept_out(s, op.obj):
            yield self.wait(s, g)
        elif mode == READY:
            yield self.go_on(s, g, (op.obj, (writer, has, readers + 1)))

    def do_runlock_rwmutex(self, s: State, g: int, op: Op,
                           mode: int) -> Iterator[Step]:
        writer, has, readers = s[1][op.obj]
        if not readers and self.waiting(s, (WAIT,), "rlock-rwmutex", op.obj):
            raise Unmodelled("RUnlock of a writer's lock with readers waiting")
        if not readers:
            yield Outcome("fatal " + FATALS[2])
        else:
            yield self.go_on(s, g, (op.obj, (writer, has, readers - 1)))

    def do_trylock_rwmutex(self, s: State, g: int, op: Op,
                           mode: int) -> Iterator[Step]:
        """Two steps: another's try, too, is a writer at the lock."""
        pc, (writer, has, readers) = s[0][g][0], s[1][op.obj]
        if mode == TRYING and readers:
            yield self.give(s, g, 0, (op.obj, (0, has, readers)))
        elif mode == TRYING:
            yield self.give(s, g, 1, (op.obj, (1, 1, 0)))
        elif writer or self.waiting(s, (QUEUED,), "lock-rwmutex", op.obj):
            yield self.give(s, g, 0)
        if mode == READY and not writer:
            yield self.move(s, g, (pc, TRYING, ()), (op.obj, (1, has, readers)))

    def do_tryrlock_rwmutex(self, s: State, g: int, op: Op,
                            mode: int) -> Iterator[Step]:
        writer, has, readers = s[1][op.obj]
        if self.kept_out(s, op.obj):
            yield self.give(s, g, 0)
        else:
            yield self.give(s, g, 1, (op.obj, (writer, has, readers + 1)))

    # ---- WaitGroup ------------------------------------------------------

    def do_add(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        pc, obj, delta = s[0][g][0], op.obj, op.value.number
        new = s[1][obj] + delta
        waiters = self.waiting(s, (WAIT,), "wait-waitgroup", obj)
        late = self.waiting(s, (RELEASED,), "wait-waitgroup", obj)
        if s[1][obj] < 0 or delta > 0 and s[1][obj] == 0 and (
                waiters or late):
            raise Unmodelled("misuse of a WaitGroup")
        if new < 0:
            yield self.move(s, g, (pc, PANIC, (NEGATIVE,)), (obj, new))
            return
        for h in waiters if new == 0 else []:
            s = self.move(s, h, (s[0][h][0], RELEASED, ()))
        yield self.go_on(s, g, (obj, new))

    def do_wait_waitgroup(self, s: State, g: int, op: Op,
                          mode: int) -> Iterator[Step]:
        if s[1][op.obj] < 0:
            raise Unmodelled("misuse of a WaitGroup")
        if mode == READY and s[1][op.obj]:
            yield self.wait(s, g)
        elif mode == READY:
            yield self.go_on(s, g)

    # ---- Cond -----------------------------------------------------------

    def do_wait_cond(self, s: State, g: int, op: Op,
                     mode: int) -> Iterator[Step]:
        """Unlocks and waits in one step; woken, it locks as any other."""
        mutex = self.p.things[op.obj].size
        if mode == READY and not s[1][mutex]:
            yield Outcome("fatal " + FATALS[0])
        elif mode == READY:
            yield self.wait(s, g, (mutex, 0))
        elif mode == RELOCK and not s[1][mutex]:
            yield self.go_on(s, g, (mutex, 1))

    def do_signal_cond(self, s: State, g: int, op: Op,
                       mode: int) -> Iterator[Step]:
        """Wakes one, any of them, if there is one."""
        after = self.go_on(s, g)
        waiters = self.waiting(s, (WAIT,), "wait-cond", op.obj)
        for h in waiters:
            yield self.move(after, h, (s[0][h][0], RELOCK, ()))
        if not waiters:
            yield after

    def do_broadcast_cond(self, s: State, g: int, op: Op,
                          mode: int) -> Iterator[Step]:
        for h in self.waiting(s, (WAIT,), "wait-cond", op.obj):
            s = self.move(s, h, (s[0][h][0], RELOCK, ()))
        yield self.go_on(s, g)

    # ---- Once: 0 new, 1 running, 2 done ----------------------------------

    def do_once(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        if s[1][op.obj] == 0:
            yield self.go_on(s, g, (op.obj, 1))
        elif s[1][op.obj] == 2:
            yield self.move(s, g, self.at(g, op.to))
        elif mode == READY:
            yield self.wait(s, g)

    def do_endonce(self, s: State, g: int, op: Op,
                   mode: int) -> Iterator[Step]:
        yield self.go_on(s, g, (op.obj, 2))

    # ---- what is no call ------------------------------------------------

    def do_set(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        """Reads in one step, writes in the next."""
        yield self.give(s, g, self.value(s, op.value))

    def do_if(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        same = s[2][op.reg] == self.value(s, op.value)
        yield self.move(s, g, self.at(g, s[0][g][0] + 1 if same else op.to))

    do_while = do_if

    def do_sleep(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        pc, span = s[0][g][0], op.value.number
        yield self.move(s, g, (pc, ASLEEP, (span,)) if span
                        else self.at(g, pc + 1))


def outcomes(program: Program, virtual: bool = True,
             limit: int = LIMIT) -> frozenset[Outcome]:
    """The outcomes that Go allows.  Raises Unmodelled."""
    return Model(program, virtual).outcomes(limit)
