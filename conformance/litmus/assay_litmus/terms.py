"""What a runtime can be asked, and which model its outcomes are held against.

A runtime behind the ABI lacks functions; an interpreter of ../PROTOCOL.md says
itself what it lacks, and which variants of the model describe it.
"""
from __future__ import annotations

from dataclasses import dataclass, field

from .model import LIMIT
from .program import NIL, Op, Outcome, Program
from .variants import model_of

NEEDS = {"comm": "chan->send chan->recv chan->select", "close": "chan->close",
         "lock-mutex": "sync->mutex_lock", "unlock-mutex": "sync->mutex_unlock",
         "trylock-mutex": "sync->mutex_lock", "lock-rwmutex": "sync->rw_lock",
         "unlock-rwmutex": "sync->rw_unlock", "rlock": "sync->rw_rlock",
         "runlock": "sync->rw_runlock", "trylock-rwmutex": "sync->rw_lock",
         "tryrlock": "sync->rw_rlock", "add": "sync->wg_add",
         "wait-waitgroup": "sync->wg_wait",
         "wait-cond": "sync->cond_wait", "signal": "sync->cond_signal",
         "broadcast": "sync->cond_broadcast", "once": "sync->once_do",
         "panic": "core->panic", "sleep": "time->sleep"}
ALWAYS = "core->try_ core->yield chan->make chan->free"

# What an interpreter may lack.
FEATURES = ("nil", "unbuffered", "buffered", "close", "poll", "select",
            "select-default", "select-empty", "select-same", "shared-recv",
            "mutex", "trylock", "rwmutex", "tryrwlock", "waitgroup", "once",
            "cond", "panic", "try", "sleep")


def needs(p: Program) -> set[str]:
    """The functions of the ABI that a program calls."""
    found = set(ALWAYS.split())
    for op in (op for body in p.code for op in body):
        for name in (op.do, op.do.split("-")[0]):
            found |= set(NEEDS.get(name, "").split())
    return found


def comm_features(op: Op) -> set[str]:
    if len(op.arms) == 1:
        return {"poll"} if op.default else set()
    if not op.arms:
        return set() if op.default else {"select-empty"}
    found = {"select", "select-default" if op.default else ""}
    if len({arm.obj for arm in op.arms}) < len(op.arms):
        found.add("select-same")
    return found - {""}


def receives(body: list[Op]) -> set[int]:
    """The channels that a goroutine receives from."""
    return {arm.obj for op in body for arm in op.arms if not arm.send}


def features(p: Program) -> set[str]:
    """Those of FEATURES that a program uses."""
    room = {NIL: "nil", 0: "unbuffered"}
    found = {room.get(thing.size, "buffered") if thing.kind == "chan"
             else thing.kind for thing in p.things}
    all_received = [obj for body in p.code for obj in receives(body)]
    if len(set(all_received)) < len(all_received):
        found.add("shared-recv")
    for op in (op for body in p.code for op in body):
        if op.do == "comm":
            found |= comm_features(op)
        elif op.do in ("trylock-rwmutex", "tryrlock-rwmutex"):
            found.add("tryrwlock")
        elif op.do.split("-")[0] in FEATURES:
            found.add(op.do.split("-")[0])
    return found


@dataclass(frozen=True)
class Terms:
    """What a runtime has, or an interpreter lacks, and its variants."""
    has: frozenset[str] | None = None  # functions; None: all
    lacks: dict[str, str] = field(default_factory=dict)  # and why
    variants: tuple[str, ...] = ()
    name: str = ""  # who answers, for people
    version: str = ""
    model: str = ""  # "1:1", "N:1" or "N:M"; may be unknown

    @property
    def about(self) -> str:
        """A line on who answers; empty if that is a runtime of the ABI."""
        if self.has is not None or not self.name:
            return ""
        variants = " ".join(self.variants)
        return f"{self.name}: {self.version}" + (
            f"; variants: {variants}" if variants else "")

    def why_not(self, p: Program) -> str:
        """Why a program cannot be asked of it; empty: it can."""
        missing = sorted(needs(p) - self.has) if self.has is not None else []
        if missing:
            return "needs " + ", ".join(missing)
        return "; ".join(f"no {feature}: {self.lacks[feature]}"
                         for feature in sorted(features(p) & set(self.lacks)))

    def outcomes(self, p: Program, virtual: bool = True,
                 limit: int = LIMIT) -> frozenset[Outcome]:
        """What a program may do there.  Raises Unmodelled."""
        return model_of(self.variants)(p, virtual).outcomes(limit)
