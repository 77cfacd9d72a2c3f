"""Which samples are taken, in which order, and how patiently."""
from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from .errors import Failure
from .samples import ERROR, SKIPPED, TIMEOUT
from .workloads import BASE_FAMILY, Workload

LEAST_ROUNDS = 10

# The quick mode measures the workloads that have a target, and these ...
QUICK_TOO = ("base/call", "base/switch", "base/pthread_", "base/epoll_serve/",
             "core/switch_set/n:2", "core/switch_set/n:1000",
             "latency/open/rate:1000")
# ... but for those that take too long, whatever the runtime.
QUICK_NOT = ("chan/skynet/", "mem/parked/n:1000000")


class Step(NamedTuple):
    """A sample to take."""

    round: int
    procs: int
    workload: str
    runtime: str

    @property
    def cell(self) -> tuple[str, int, str]:
        return self.workload, self.procs, self.runtime


@dataclass(frozen=True)
class Options:
    """How samples are taken; two runs with the same ones can be joined."""

    rounds: int = LEAST_ROUNDS
    procs: tuple[int, ...] = (1, 2)
    pattern: str = ""
    min_time: float = 0.1
    timeout: float = 20.0
    quick: bool = False
    tiny: bool = False  # for tests of this package
    budget: float | None = None  # seconds after which no sample is begun
    repeats: int = 2  # of one disturbed sample

    def as_json(self) -> dict[str, Any]:
        made = asdict(self)
        made["procs"] = list(self.procs)
        return made


def make_options(rounds: int | None, procs: Sequence[int], pattern: str,
                 min_time: float | None, quick: bool,
                 tiny: bool) -> Options:
    """Options from what was asked; what was not asked depends on the mode."""
    if rounds is not None and rounds < 1:
        raise Failure(f"ROUNDS: {rounds} is not a count")
    if rounds is not None and rounds < LEAST_ROUNDS and not quick:
        raise Failure(f"ROUNDS: {rounds} are too few to tell chance from "
                      f"speed: {LEAST_ROUNDS} or more, or QUICK=1")
    if quick:
        return Options(rounds or 3, tuple(procs), pattern, min_time or 0.02,
                       2.0, True, tiny, 70.0, 1)
    return Options(rounds or LEAST_ROUNDS, tuple(procs), pattern,
                   min_time or Options.min_time, Options.timeout, False,
                   tiny)


def make_plan(options: Options, workloads: Mapping[str, Workload],
              names: Mapping[str, Sequence[str]],
              targets: Container[str]) -> list[Step]:
    """The steps: round by round, all samples of a workload side by side.

    `names` has the workloads of each runtime, in the order in which the
    runtimes take turns; every other round it is turned round.  `targets` are
    the workloads that have one.  What is the same at any procs is measured at
    the least.
    """
    runtimes = list(names)
    has = {r: set(ns) for r, ns in names.items()}
    steps = []
    for number in range(options.rounds):
        order = runtimes if number % 2 == 0 else runtimes[::-1]
        steps += [Step(number, procs, w.name, runtime)
                  for w in workloads.values()
                  if not (options.quick and leaves_out(w.name, targets))
                  for procs in options.procs
                  if not w.any_procs or procs == min(options.procs)
                  for runtime in order
                  if w.name in has[runtime]
                  and w.is_base == (runtime == BASE_FAMILY)]
    return steps


def has_one_p(about: Mapping[str, Any]) -> bool:
    """Whether a program says that its runtime is the same at any procs."""
    several = about.get("several_ps")
    return several == "0" or (several is None and about.get("model") == "N:1")


def leaves_out(name: str, targets: Container[str]) -> bool:
    """Whether the quick mode has no time for this workload."""
    if name.startswith(QUICK_NOT):
        return True
    return name not in targets and not f"{name}/".startswith(
        tuple(x if x.endswith(("/", "_")) else x + "/" for x in QUICK_TOO))


class Hopeless:
    """Remembers which cells have no result to hope for."""

    def __init__(self) -> None:
        self._errors: dict[tuple[str, int, str], int] = {}
        self._reasons: dict[tuple[str, int, str], str] = {}
        self._slow: set[tuple[str, str]] = set()
        self._one_p: dict[str, int] = {}

    def note_one_p(self, runtime: str, procs: int) -> None:
        """The runtime is the same at any procs: `procs` alone is tried."""
        self._one_p[runtime] = procs

    def note(self, step: Step, status: str, reason: str) -> None:
        """A sample of `step` ended with `status`."""
        if status == ERROR:
            self._errors[step.cell] = self._errors.get(step.cell, 0) + 1
        if status in (SKIPPED, TIMEOUT) or self._errors.get(step.cell, 0) > 1:
            self._reasons[step.cell] = reason
        if status == TIMEOUT:
            self._slow.add((step.workload, step.runtime))

    def reason(self, step: Step) -> str | None:
        """Why `step` need not be tried, or None."""
        if self._one_p.get(step.runtime, step.procs) != step.procs:
            return "it has one P"
        if (step.workload, step.runtime) in self._slow:
            return self._reasons.get(step.cell, "too slow at other procs")
        return self._reasons.get(step.cell)


class Repeats:
    """How often disturbed samples may still be taken again."""

    def __init__(self, most: int, each: int):
        self.each = each
        self.left = most

    def take(self, tries: int) -> bool:
        """Whether a sample that was disturbed `tries` times gets another."""
        if tries > self.each or self.left <= 0:
            return False
        self.left -= 1
        return True
