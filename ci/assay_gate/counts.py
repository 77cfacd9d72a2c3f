"""Instructions under callgrind: they do not depend on the machine's mood."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assay_report.errors import Failure
from assay_report.samples import Program, last_line

from .progress import Progress

PACKAGE = "valgrind is not installed: Debian package valgrind"

# What an item takes is the slope between these two, so what a process does
# before and after is not in it.
FEW, MANY = 10_000, 160_000
TIMEOUT = 300

# A jump of the stack pointer within the frame size is a call or return for
# valgrind, a longer one another stack; those of goroutines lie close together.
VALGRIND = ("valgrind", "-q", "--tool=callgrind", "--max-stackframe=30000")


@dataclass(frozen=True)
class Count:
    """Instructions of an item on both sides."""

    workload: str
    base: float | None
    head: float | None
    bound: float
    reason: str = ""  # why there is none

    @property
    def change(self) -> float | None:
        """0.03 is 3 % more than base."""
        if not self.base or self.head is None:
            return None
        return self.head / self.base - 1

    @property
    def regression(self) -> bool:
        """Over the bound, or head alone cannot be counted."""
        if self.base is not None and self.head is None:
            return True
        return self.change is not None and self.change > self.bound


def available() -> bool:
    """Whether there is a valgrind."""
    return shutil.which(VALGRIND[0]) is not None


def count_all(base: Program, head: Program, workloads: Sequence[str],
              bound: float, progress: Progress) -> list[Count]:
    """Counts each workload; one over the bound is counted once more.

    What else the process does, as the runtime's own threads, only adds: of
    two counts the lower is the better one.
    """
    made = []
    progress.start("instructions", len(workloads))
    for name in workloads:
        progress.step(name)
        one = _compare(base, head, name, bound)
        if one.change is not None and abs(one.change) > bound:
            two = _compare(base, head, name, bound)
            one = Count(name, _least(one.base, two.base),
                        _least(one.head, two.head), bound,
                        one.reason or two.reason)
        made.append(one)
    progress.done()
    return made


def count(program: Program, workload: str) -> float:
    """Instructions of one item of `workload`."""
    few, many = (_run(program, workload, n) for n in (FEW, MANY))
    return max(0.0, (many[0] - few[0]) / (many[1] - few[1]))


def _compare(base: Program, head: Program, name: str, bound: float) -> Count:
    """A base that cannot be counted is no fault of head's."""
    try:
        ours = count(base, name)
    except Failure as e:
        return Count(name, None, None, bound, str(e))
    try:
        return Count(name, ours, count(head, name), bound)
    except Failure as e:
        return Count(name, ours, None, bound, str(e))


def _least(a: float | None, b: float | None) -> float | None:
    return min(x for x in (a, b) if x is not None) \
        if (a, b) != (None, None) else None


def _run(program: Program, workload: str,
         iterations: int) -> tuple[int, float]:
    """Instructions of the whole process, and the items it did."""
    with tempfile.TemporaryDirectory(prefix="assay-") as folder:
        out, result = Path(folder, "callgrind"), Path(folder, "json")
        argv = [*VALGRIND, f"--callgrind-out-file={out}", *program.argv,
                "--procs", "1", "--filter", f"^{re.escape(workload)}$",
                "--iterations", str(iterations), "--json", str(result)]
        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True, errors="replace",
                timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired as e:
            raise Failure(f"{program.label}: {workload}: not done after "
                          f"{TIMEOUT} s under callgrind") from e
        if done.returncode != 0:
            raise Failure(f"{program.label}: {workload} under callgrind: "
                          f"status {done.returncode}: {last_line(done.stderr)}")
        return _instructions(out), _items(result, workload)


def _instructions(out: Path) -> int:
    found = re.search(r"^totals: (\d+)", out.read_text(errors="replace"),
                      re.MULTILINE)
    if not found:
        raise Failure("callgrind wrote no totals")
    return int(found.group(1))


def _items(result: Path, workload: str) -> float:
    try:
        entry = next(e for e in json.loads(result.read_text())["benchmarks"]
                     if e["name"] == workload)
        seconds = entry["real_time"] * 1e-9 * entry["iterations"]
        return round(entry["items_per_second"] * seconds)
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as e:
        raise Failure(f"{workload}: no result to read: {e!r}") from e
