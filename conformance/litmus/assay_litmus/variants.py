"""Variants of the model: what other languages mean by the same operation.

Each is a class of the rules that it changes; an interpreter names those that
describe it, and they are mixed.  A class's text is what ../README.md says.
"""
from __future__ import annotations

from collections.abc import Iterator

from .model import (ENDED, LEAVING, PANIC, READY, RELOCK, WAIT, Actor, Model,
                    State, Step, Unmodelled, put)
from .program import (CLOSE_CLOSED, NOT_HELD, POISONED, SEND_CLOSED, Arm, Op)


class Variant(Model):
    """What several of them need."""

    def panic(self, s: State, g: int, what: int) -> State:
        return self.move(s, g, (s[0][g][0], PANIC, (what,)))

    def at(self, g: int, pc: int) -> Actor:
        """The end of a goroutine is a step if it leaves something."""
        actor = super().at(g, pc)
        if actor[1] == ENDED and self.leaves():
            return (actor[0], READY, ())
        return actor

    def step(self, s: State, g: int) -> Iterator[Step]:
        pc, mode, _ = s[0][g]
        if mode != READY or pc < len(self.p.code[g]) or g == self.main:
            yield from super().step(s, g)
            return
        left = list(self.leavings(s, g))
        yield from left or [self.move(s, g, (pc, ENDED, ()))]

    def leaves(self) -> bool:
        """True if one that ends gives something back."""
        return False

    def leavings(self, s: State, g: int) -> Iterator[State]:
        """What one that has come to its end may give back next."""
        yield from ()


# ---- channels -------------------------------------------------------------


class Retry(Variant):
    """A buffer hands nothing over: who waits tries again, others may come
    before."""

    def buffered(self, arm: Arm) -> bool:
        return self.p.things[arm.obj].size > 0

    def do_comm(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        yield from super().do_comm(s, g, op, mode)
        for k, arm in enumerate(op.arms):
            if mode == WAIT and self.buffered(arm):
                yield from self.communicate(s, g, k, arm, s[0][g][2][k])

    def counterparts(self, s: State, arm: Arm) -> list[tuple[int, int]]:
        return [] if self.buffered(arm) else super().counterparts(s, arm)

    def woken_by_close(self, s: State, h: int, a: Actor,
                       obj: int) -> list[Actor]:
        if self.p.things[obj].size > 0:
            return []
        return super().woken_by_close(s, h, a, obj)


class Reserve(Retry):
    """As `retry`, and room may be kept for a sender that waits: a poll beside
    it finds none."""

    def do_comm(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        yield from super().do_comm(s, g, op, mode)
        if mode != WAIT and op.default and any(
                arm.send and self.buffered(arm) and self.sender_waits(s, arm)
                for arm in op.arms):
            yield self.give(s, g, len(op.arms) + 1)

    def sender_waits(self, s: State, arm: Arm) -> bool:
        return any(a[1] == WAIT and self.op(h, a).do == "comm" and any(
            other.send and other.obj == arm.obj
            for other in self.op(h, a).arms) for h, a in enumerate(s[0]))


class Ends(Variant):
    """A goroutine owns the ends of channels that it uses: `close` gives its
    sending end back, its end both; the last one closes the other side."""

    def start(self) -> State:
        """After the objects come, for each, who has which end."""
        s = super().start()
        ends = tuple(self.owners(obj) for obj in range(len(self.p.things)))
        closed = tuple(
            (not ends[obj][0], ()) if thing.kind == "chan" else s[1][obj]
            for obj, thing in enumerate(self.p.things))
        return s[0], closed + ends, s[2]

    def owners(self, obj: int) -> tuple[frozenset[int], frozenset[int]]:
        """Those whose code sends to or closes it; those that receive."""
        uses = [{(op.do == "close-chan" or arm.send)
                 for op in body for arm in op.arms or (Arm(False, op.obj),)
                 if arm.obj == obj and op.do in ("comm", "close-chan")}
                for body in self.p.code]
        return (frozenset(g for g, use in enumerate(uses) if True in use),
                frozenset(g for g, use in enumerate(uses) if False in use))

    def ends(self, s: State, obj: int) -> tuple[frozenset, frozenset]:
        return s[1][len(self.p.things) + obj]

    def give_back(self, s: State, g: int, obj: int, side: int) -> State:
        ends = put(self.ends(s, obj), side, self.ends(s, obj)[side] - {g})
        objs = put(s[1], len(self.p.things) + obj, ends)
        return s[0], put(objs, obj, (not ends[0], objs[obj][1])), s[2]

    def leaves(self) -> bool:
        return True

    def leavings(self, s: State, g: int) -> Iterator[State]:
        yield from super().leavings(s, g)
        for obj, thing in enumerate(self.p.things):
            for side in (0, 1):
                if thing.kind == "chan" and g in self.ends(s, obj)[side]:
                    yield self.give_back(s, g, obj, side)
                    return  # in the order of the objects

    def do_close_chan(self, s: State, g: int, op: Op,
                      mode: int) -> Iterator[Step]:
        if g in self.ends(s, op.obj)[0]:
            yield self.go_on(self.give_back(s, g, op.obj, 0), g)
        else:
            yield self.panic(s, g, CLOSE_CLOSED)

    def do_comm(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        """One that waits sees by itself that the other side is gone."""
        if any(arm.send and g not in self.ends(s, arm.obj)[0]
               for arm in op.arms):
            yield self.panic(s, g, SEND_CLOSED)
            return
        yield from super().do_comm(s, g, op, mode)
        for k, arm in enumerate(op.arms):
            if mode != WAIT:
                break
            if arm.send and not self.ends(s, arm.obj)[1]:
                yield self.panic(s, g, SEND_CLOSED)
            elif not arm.send and s[1][arm.obj] == (True, ()):
                yield self.move(s, g, self.taken(s, g, k, 0, False))

    def communicate(self, s: State, g: int, k: int, arm: Arm,
                    value: int) -> Iterator[State]:
        if arm.send and not self.ends(s, arm.obj)[1]:
            yield self.panic(s, g, SEND_CLOSED)
        else:
            yield from super().communicate(s, g, k, arm, value)


class CloseMild(Variant):
    """A close refuses later sends: those that wait are still received; a
    second one does nothing."""

    def do_close_chan(self, s: State, g: int, op: Op,
                      mode: int) -> Iterator[Step]:
        if s[1][op.obj][0]:
            yield self.go_on(s, g)
        else:
            yield from super().do_close_chan(s, g, op, mode)

    def woken_by_close(self, s: State, h: int, a: Actor,
                       obj: int) -> list[Actor]:
        if a[1] != WAIT or self.op(h, a).do != "comm":
            return []
        return [self.taken(s, h, k, 0, False)
                for k, arm in enumerate(self.op(h, a).arms)
                if arm.obj == obj and not arm.send]


# ---- Mutex and Cond -------------------------------------------------------


class MutexChecked(Variant):
    """An unlock of a mutex that is not locked panics."""

    def do_unlock_mutex(self, s: State, g: int, op: Op,
                        mode: int) -> Iterator[Step]:
        if s[1][op.obj]:
            yield from super().do_unlock_mutex(s, g, op, mode)
        else:
            yield self.panic(s, g, NOT_HELD)


class MutexOwned(Variant):
    """A mutex has an owner: an unlock, or a wait of its cond, by another
    panics."""

    reentrant = False

    def mine(self, s: State, g: int, obj: int) -> bool:
        return bool(s[1][obj]) and s[1][obj][0] == g

    def take(self, s: State, g: int, obj: int) -> tuple | None:
        """The mutex once it is locked; None if it cannot be now."""
        if not s[1][obj]:
            return (g, 1)
        if self.reentrant and self.mine(s, g, obj):
            return (g, s[1][obj][1] + 1)
        return None

    def do_lock_mutex(self, s: State, g: int, op: Op,
                      mode: int) -> Iterator[Step]:
        locked = self.take(s, g, op.obj)
        if locked:
            yield self.go_on(s, g, (op.obj, locked))
        elif mode == READY:
            yield self.wait(s, g)

    def do_trylock_mutex(self, s: State, g: int, op: Op,
                         mode: int) -> Iterator[Step]:
        locked = self.take(s, g, op.obj)
        waiters = self.waiting(s, (WAIT,), "lock-mutex", op.obj) + [
            h for h, a in enumerate(s[0]) if a[1] == RELOCK and
            self.p.things[self.op(h, a).obj].size == op.obj]
        if locked:
            yield self.give(s, g, 1, (op.obj, locked))
        if not locked or waiters and not self.mine(s, g, op.obj):
            yield self.give(s, g, 0)

    def do_unlock_mutex(self, s: State, g: int, op: Op,
                        mode: int) -> Iterator[Step]:
        if not self.mine(s, g, op.obj):
            yield self.panic(s, g, NOT_HELD)
        else:
            depth = s[1][op.obj][1] - 1
            yield self.go_on(s, g, (op.obj, (g, depth) if depth else 0))

    def do_wait_cond(self, s: State, g: int, op: Op,
                     mode: int) -> Iterator[Step]:
        mutex = self.p.things[op.obj].size
        if mode == READY and not self.mine(s, g, mutex):
            yield self.panic(s, g, NOT_HELD)
        elif mode == READY and s[1][mutex][1] > 1:
            raise Unmodelled("a wait with a mutex that is locked twice")
        elif mode == READY:
            yield self.wait(s, g, (mutex, 0))
        elif mode == RELOCK and not s[1][mutex]:
            yield self.go_on(s, g, (mutex, (g, 1)))


class MutexReentrant(MutexOwned):
    """Its owner may lock a mutex again, and unlocks as often."""

    reentrant = True


class CondSpurious(Variant):
    """A wait of a cond may return by itself."""

    def steps(self, s: State) -> Iterator[Step]:
        """It is none that must come: they may also wait for ever."""
        yield from super().steps(s)
        for g, a in enumerate(s[0]):
            if a[1] == WAIT and self.op(g, a).do == "wait-cond":
                yield self.move(s, g, (a[0], RELOCK, ()))


class CondMonitor(MutexOwned):
    """Who signals a cond must own its mutex, or panics."""

    def do_signal_cond(self, s: State, g: int, op: Op,
                       mode: int) -> Iterator[Step]:
        if self.mine(s, g, self.p.things[op.obj].size):
            yield from super().do_signal_cond(s, g, op, mode)
        else:
            yield self.panic(s, g, NOT_HELD)

    def do_broadcast_cond(self, s: State, g: int, op: Op,
                          mode: int) -> Iterator[Step]:
        if self.mine(s, g, self.p.things[op.obj].size):
            yield from super().do_broadcast_cond(s, g, op, mode)
        else:
            yield self.panic(s, g, NOT_HELD)


# ---- RWMutex --------------------------------------------------------------


class RwAny(Variant):
    """An RWMutex promises no order: a writer that waits keeps new readers
    out or does not; an unlock of what is not held panics."""

    def who(self, g: int) -> int:
        return 0

    def start(self) -> State:
        """An RWMutex is: who writes, and who reads, each as often."""
        s = super().start()
        objs = s[1]
        for obj, thing in enumerate(self.p.things):
            if thing.kind == "rwmutex":
                objs = put(objs, obj, (None, ()))
        return s[0], objs, s[2]

    def do_lock_rwmutex(self, s: State, g: int, op: Op,
                        mode: int) -> Iterator[Step]:
        if s[1][op.obj] == (None, ()):
            yield self.go_on(s, g, (op.obj, (self.who(g), ())))
        elif mode == READY:
            yield self.wait(s, g)

    def do_trylock_rwmutex(self, s: State, g: int, op: Op,
                           mode: int) -> Iterator[Step]:
        free = s[1][op.obj] == (None, ())
        if free:
            yield self.give(s, g, 1, (op.obj, (self.who(g), ())))
        if not free or self.others(s, op.obj):
            yield self.give(s, g, 0)

    def others(self, s: State, obj: int) -> list[int]:
        """Those that wait, for whom the lock may be meant."""
        return (self.waiting(s, (WAIT,), "lock-rwmutex", obj) +
                self.waiting(s, (WAIT, LEAVING), "rlock-rwmutex", obj))

    def do_unlock_rwmutex(self, s: State, g: int, op: Op,
                          mode: int) -> Iterator[Step]:
        if s[1][op.obj][0] == self.who(g):
            yield self.go_on(s, g, (op.obj, (None, ())))
        else:
            yield self.panic(s, g, NOT_HELD)

    def do_rlock_rwmutex(self, s: State, g: int, op: Op,
                         mode: int) -> Iterator[Step]:
        """In LEAVING it is kept out until no writer is at the lock."""
        writer, readers = s[1][op.obj]
        at_it = writer is not None or self.waiting(s, (WAIT,), "lock-rwmutex",
                                                   op.obj)
        if writer is None and (mode != LEAVING or not at_it):
            more = tuple(sorted(readers + (self.who(g),)))
            yield self.go_on(s, g, (op.obj, (None, more)))
        if mode == READY and at_it:
            yield self.move(s, g, (s[0][g][0], LEAVING, ()))
        if mode == READY and writer is not None:
            yield self.wait(s, g)

    def do_tryrlock_rwmutex(self, s: State, g: int, op: Op,
                            mode: int) -> Iterator[Step]:
        writer, readers = s[1][op.obj]
        if writer is None:
            more = tuple(sorted(readers + (self.who(g),)))
            yield self.give(s, g, 1, (op.obj, (None, more)))
        if writer is not None or self.others(s, op.obj):
            yield self.give(s, g, 0)

    def do_runlock_rwmutex(self, s: State, g: int, op: Op,
                           mode: int) -> Iterator[Step]:
        readers = list(s[1][op.obj][1])
        if self.who(g) not in readers:
            yield self.panic(s, g, NOT_HELD)
            return
        readers.remove(self.who(g))
        yield self.go_on(s, g, (op.obj, (None, tuple(readers))))


class RwOwned(RwAny):
    """An unlock of an RWMutex by one that does not hold it panics."""

    def who(self, g: int) -> int:
        return g


class Guards(MutexOwned, RwOwned):
    """Who ends lets go of the locks that it holds."""

    def leaves(self) -> bool:
        return True

    def leavings(self, s: State, g: int) -> Iterator[State]:
        yield from super().leavings(s, g)
        for obj, thing in enumerate(self.p.things):
            if thing.kind in ("mutex", "rwmutex"):
                without = self.let_go(thing.kind, s[1][obj], g)
                if without != s[1][obj]:
                    yield s[0], put(s[1], obj, without), s[2]
                    return

    @staticmethod
    def let_go(kind: str, lock: tuple, g: int) -> object:
        """A lock that a goroutine does not hold any more."""
        if kind == "mutex":
            return 0 if lock and lock[0] == g else lock
        writer, readers = lock
        return (None if writer == g else writer,
                tuple(r for r in readers if r != g))


# ---- Once: 3 is poisoned --------------------------------------------------


class OncePoisoned(Variant):
    """A once whose function panicked is poisoned: who comes later panics."""

    after = 3

    def unwind(self, s: State, g: int, pc: int, what: int) -> Step:
        step = super().unwind(s, g, pc, what)
        op = self.p.code[g][pc]
        if op.inside >= 0 and self.p.code[g][op.inside].do == "once":
            obj = self.p.code[g][op.inside].obj
            return step[0], put(step[1], obj, self.after), step[2]
        return step

    def do_once(self, s: State, g: int, op: Op, mode: int) -> Iterator[Step]:
        if s[1][op.obj] == 3:
            yield self.panic(s, g, POISONED)
        else:
            yield from super().do_once(s, g, op, mode)


class OnceAgain(OncePoisoned):
    """A once whose function panicked has not run: the next one runs it."""

    after = 0


VARIANTS: dict[str, type[Model]] = {
    "retry": Retry, "reserve": Reserve, "ends": Ends,
    "close-mild": CloseMild,
    "mutex-checked": MutexChecked, "mutex-owned": MutexOwned,
    "mutex-reentrant": MutexReentrant, "cond-spurious": CondSpurious,
    "cond-monitor": CondMonitor, "rw-any": RwAny, "rw-owned": RwOwned,
    "guards": Guards, "once-poisoned": OncePoisoned, "once-again": OnceAgain}


def model_of(names: tuple[str, ...]) -> type[Model]:
    """The model with these variants; one includes those that it is made of."""
    classes = [VARIANTS[name] for name in dict.fromkeys(names)]
    return type("Mixed", tuple(c for c in classes if not any(
        d is not c and issubclass(d, c) for d in classes)) or (Model,), {})
