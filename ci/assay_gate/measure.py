"""Takes the samples: rounds of base, base again and head side by side."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations

from assay_report.plan import Repeats
from assay_report.rounds import calmest
from assay_report.samples import OK, SKIPPED, Program, Sample
from assay_report.samples import sample as take_sample
from assay_report.workloads import Workload

from .decide import Arms, Cell
from .progress import Progress
from .session import Taken

SIDES = ("base", "again", "head")

# Each order and the one turned round are neighbours, and in six rounds each
# side is first, second and last twice.
_ORDERS = [o for p in list(permutations(SIDES))[:3] for o in (p, p[::-1])]


def order_of(number: int) -> tuple[str, ...]:
    """In which order the sides are measured in a round."""
    return _ORDERS[number % len(_ORDERS)]


@dataclass(frozen=True)
class Options:
    """How a sample is taken."""

    min_time: float = 0.1
    timeout: float = 60.0
    repeats: int = 2  # of one disturbed sample


class Sampler:
    """Measures the programs of both sides; its take() is for run_session."""

    def __init__(self, base: Program, head: Program,
                 workloads: Mapping[str, Workload], options: Options,
                 progress: Progress):
        self.programs = {"base": base, "again": base, "head": head}
        self.workloads = workloads
        self.options = options
        self.progress = progress
        self.records: list[dict[str, object]] = []

    def take(self, cells: Sequence[Cell], rounds: range,
             what: str) -> dict[Cell, Taken]:
        """Takes these rounds; blocks until all are taken."""
        taken = {cell: Taken() for cell in cells}
        repeats = Repeats(len(rounds) * len(cells) * len(SIDES),
                          self.options.repeats)
        self.progress.start(what, len(rounds) * len(cells))
        for number in rounds:
            for cell in cells:
                self.progress.step(f"round {number + 1}, {cell}")
                if not _is_hopeless(taken[cell]):
                    self._round(cell, number, taken[cell], repeats, what)
        self.progress.done()
        return taken

    def _round(self, cell: Cell, number: int, taken: Taken,
               repeats: Repeats, what: str) -> None:
        for side in order_of(number):
            made, tries = calmest(partial(self._sample, side, cell), repeats)
            self._record(what, cell, number, side, made, tries)
            who = "base" if side == "again" else side
            if made.status == OK and made.value is not None:
                getattr(taken.arms, side)[number] = made.value
                self._keep_cpu(cell, taken, side, number, made)
            elif made.status == SKIPPED:
                taken.skipped[who] = made.reason
            else:
                taken.errors[who] = made.reason

    def _keep_cpu(self, cell: Cell, taken: Taken, side: str, number: int,
                  made: Sample) -> None:
        if self.workloads[cell.workload].headline == "time" \
                and "cpu_ns" in made.counters:
            taken.cpu = taken.cpu or Arms()
            getattr(taken.cpu, side)[number] = made.counters["cpu_ns"]

    def _sample(self, side: str, cell: Cell) -> Sample:
        return take_sample(self.programs[side], self.workloads[cell.workload],
                           cell.procs, self.options.min_time,
                           self.options.timeout)

    def _record(self, what: str, cell: Cell, number: int, side: str,
                made: Sample, tries: int) -> None:
        self.records.append({
            "run": what, "workload": cell.workload, "procs": cell.procs,
            "round": number, "side": side, "status": made.status,
            "value": made.value, "cpu_ns": made.counters.get("cpu_ns"),
            "reason": made.reason, "tries": tries,
            "disturbed": made.load.disturbed,
            "others": round(made.load.share, 3)})


def _is_hopeless(taken: Taken) -> bool:
    """Nothing can come of more rounds."""
    return bool(taken.skipped) or (bool(taken.errors)
                                   and not taken.arms.rounds())
