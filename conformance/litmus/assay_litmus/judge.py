"""Runs programs on a runtime and compares with the computed sets."""
from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from .child import Result, Runtime
from .interpreter import Interpreter
from .model import Unmodelled
from .program import Bad, Outcome, Program, parse
from .shrink import shrink
from .terms import Terms

AT_ONCE = 40       # programs in a batch
FATAL_SHARE = 50   # a round that may end the process is that much dearer


@dataclass
class Task:
    """A program, what it may do by each clock, and what it did."""
    program: Program
    allowed: dict[bool, frozenset[Outcome]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    skip: str = ""

    @classmethod
    def of(cls, program: Program, terms: Terms) -> Task:
        task = cls(program, skip=terms.why_not(program))
        if task.skip:
            return task
        try:
            task.allowed[True] = terms.outcomes(program)
            task.allowed[False] = (terms.outcomes(program, False)
                                   if program.sleeps else task.allowed[True])
        except Unmodelled as e:
            task.skip = str(e)
        return task

    @property
    def may_die(self) -> bool:
        return any(o.end.startswith("fatal") for o in self.allowed[False])

    def forbidden(self) -> set[Outcome]:
        return {o for r in self.results
                for o in set(r.seen) - self.allowed[r.virtual]}

    def troubles(self) -> list[str]:
        return [r.trouble for r in self.results if r.trouble]

    @property
    def hung(self) -> bool:
        """It is not asked again: each time would take long."""
        return any(r.hung for r in self.results)

    @property
    def failed(self) -> bool:
        return bool(self.forbidden() or self.troubles())

    def seen(self) -> collections.Counter[Outcome]:
        total: collections.Counter[Outcome] = collections.Counter()
        for result in self.results:
            total += result.seen
        return total

    def expected(self) -> frozenset[Outcome]:
        """All that should be seen: what the strictest clock in use allows."""
        return self.allowed[any(r.virtual for r in self.results)]

    def unseen(self) -> frozenset[Outcome]:
        return self.expected() - frozenset(self.seen())


def rounds_of(rounds: int, one_by_one: bool) -> int:
    """How often a program runs at each number of procs, if asked so often."""
    return max(1, min(rounds, 10 + rounds // FATAL_SHARE)) if one_by_one \
        else rounds


@dataclass
class Plan:
    """How each program is run.  On the last number of procs, if there are
    several, time is real, on the others virtual where the runtime has it."""
    runtime: Runtime | Interpreter
    rounds: int
    procs: tuple[int, ...]
    more: int = 0  # times that a program runs again for what it has not seen

    def clocks(self) -> Iterator[tuple[int, bool]]:
        for i, procs in enumerate(self.procs):
            yield procs, i == 0 or i < len(self.procs) - 1

    def run(self, tasks: list[Task],
            done: Callable[[list[Task]], None] = lambda some: None) -> None:
        """Runs them all; done hears of some as soon as they have run."""
        tasks = [task for task in tasks if not task.skip]
        for dies in (False, True):
            chosen = [task for task in tasks if task.may_die == dies]
            size = 1 if dies else AT_ONCE  # who dies may die after its end
            for at in range(0, len(chosen), size):
                self.some(chosen[at:at + size], dies)
                done(chosen[at:at + size])

    def some(self, tasks: list[Task], one_by_one: bool) -> None:
        for again in range(self.more + 1):
            for procs, virtual in self.clocks():
                self.once([t for t in tasks if not t.hung], procs, virtual,
                          one_by_one, again)
            tasks = [t for t in tasks if t.unseen() and not t.failed]
            if not tasks or one_by_one:
                return

    def once(self, tasks: list[Task], procs: int, virtual: bool,
             one_by_one: bool, again: int) -> None:
        rounds = rounds_of(self.rounds, one_by_one)
        runtime = replace(self.runtime,
                          seed=self.runtime.seed * 1000 + again * 10 + procs)
        for task, result in zip(tasks, runtime.run(
                [(task.program, rounds) for task in tasks], procs, virtual,
                one_by_one)):
            task.results.append(result)


def shrunk(plan: Plan, task: Task, terms: Terms) -> Task:
    """The smallest program found that still fails, unless it hangs."""
    best = task
    if task.hung:
        return task
    careful = replace(plan, rounds=plan.rounds * 3, more=0,
                      runtime=replace(plan.runtime, silence=20))

    def still_fails(text: str) -> bool:
        nonlocal best
        try:
            smaller = Task.of(parse(text), terms)
        except Bad:
            return False
        if smaller.skip:
            return False
        careful.run([smaller])
        if smaller.failed:
            best = smaller
        return smaller.failed

    shrink(task.program.text, still_fails)
    return best
