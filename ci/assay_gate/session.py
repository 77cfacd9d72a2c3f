"""The two runs of a gate, and what becomes of each cell.

What the first run suspects is measured again, all anew; only what the second
run finds too is a regression.  Nothing here knows where samples come from.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from .decide import (Arms, Cell, Finding, Rules, compare, judge,
                     least_rounds)


class Verdict(Enum):
    """What is said of a cell; the value is the word for people."""

    SLOWER = "slower"
    BROKEN = "broken"  # an error in head that base does not have
    GONE = "gone"  # head does not have the workload, or skips it now
    UNCONFIRMED = "not confirmed"  # suspected, and not seen again
    FASTER = "faster"
    SAME = "same"
    NEW = "new"  # base does not have it
    NOT_COMPARED = "not compared"  # base has no figure


REGRESSIONS = {Verdict.SLOWER, Verdict.BROKEN, Verdict.GONE}


@dataclass
class Taken:
    """What a run of rounds brought for a cell."""

    arms: Arms = field(default_factory=Arms)  # the headline
    cpu: Arms | None = None  # CPU time of an item, if the headline is a time
    # Side: why it has no figure.  An error in one sample of many counts.
    errors: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, more: Taken) -> None:
        """Adds what later rounds brought."""
        self.arms.add(more.arms)
        if more.cpu is not None:
            self.cpu = self.cpu or Arms()
            self.cpu.add(more.cpu)
        self.errors.update(more.errors)
        self.skipped.update(more.skipped)


@dataclass
class Outcome:
    """The last word on a cell."""

    verdict: Verdict
    first: Finding | None = None
    second: Finding | None = None
    reason: str = ""

    @property
    def finding(self) -> Finding | None:
        """The one to show."""
        return self.second or self.first


# take(cells, numbers of the rounds, what for)
Take = Callable[[Sequence[Cell], range, str], Mapping[Cell, Taken]]
PATIENCE = 3  # noisy cells get so many times the rounds


def usual_rounds(cells: int, rules: Rules) -> int:
    """Enough for all cells together, with some that go astray."""
    return max(16, least_rounds(cells, rules.alpha) + 4)


def run_session(cells: Sequence[Cell], take: Take, rules: Rules,
                rounds: int) -> dict[Cell, Outcome]:
    """Both runs; `rounds` should be over least_rounds()."""
    taken, findings = _run(cells, take, rules, rounds, "first run")
    doubtful = [c for c in cells if _is_doubtful(taken[c], findings.get(c))]
    again, confirmed = _run(doubtful, take, rules, rounds, "second run")
    return {c: _outcome(taken[c], findings.get(c),
                        again.get(c), confirmed.get(c)) for c in cells}


def _run(cells: Sequence[Cell], take: Take, rules: Rules, rounds: int,
         what: str) -> tuple[dict[Cell, Taken], dict[Cell, Finding]]:
    """One run; what is noisy gets more rounds.

    Noise is that of the A/A run, so head has no say in it.
    """
    taken: dict[Cell, Taken] = {}
    findings: dict[Cell, Finding] = {}
    left = list(cells)
    for part in range(PATIENCE):
        if not left:
            break
        numbers = range(part * rounds, (part + 1) * rounds)
        name = what if part == 0 else f"{what}, noisy ones"
        for cell, more in take(left, numbers, name).items():
            taken.setdefault(cell, Taken()).add(more)
            if taken[cell].arms.rounds():
                findings[cell] = _compare(taken[cell], rules)
        left = [c for c in left
                if c in findings and findings[c].limit > rules.wanted]
    return taken, judge(findings, rules.alpha)


def _compare(taken: Taken, rules: Rules) -> Finding:
    """By wall time, or where others make it too noisy, by CPU time.

    Again the A/A run alone chooses.
    """
    found = compare(taken.arms, rules)
    if found.limit <= rules.wanted or taken.cpu is None \
            or not taken.cpu.rounds():
        return found
    cpu = compare(taken.cpu, rules)
    return replace(cpu, by_cpu=True) if cpu.noise < found.noise else found


def _is_doubtful(taken: Taken, finding: Finding | None) -> bool:
    if "base" in taken.errors or taken.skipped:
        return False
    return "head" in taken.errors or (finding is not None and finding.slower)


def _outcome(taken: Taken, finding: Finding | None, again: Taken | None,
             confirmed: Finding | None) -> Outcome:
    if "base" in taken.skipped or "base" in taken.errors:
        why = taken.skipped.get("base") or taken.errors["base"]
        return Outcome(Verdict.NOT_COMPARED, finding, None, f"base: {why}")
    if "head" in taken.skipped:
        return Outcome(Verdict.GONE, None, None,
                       f"skipped: {taken.skipped['head']}")
    if again is None:
        return _plain(finding)
    if "head" in taken.errors and "head" in again.errors:
        return Outcome(Verdict.BROKEN, finding, confirmed,
                       again.errors["head"])
    if finding and finding.slower and confirmed and confirmed.slower:
        return Outcome(Verdict.SLOWER, finding, confirmed)
    errors = taken.errors.get("head") or again.errors.get("head")
    return Outcome(Verdict.UNCONFIRMED, finding, confirmed,
                   f"once: {errors}" if errors else "")


def _plain(finding: Finding | None) -> Outcome:
    if finding is None:
        return Outcome(Verdict.NOT_COMPARED, reason="no round is complete")
    return Outcome(Verdict.FASTER if finding.faster else Verdict.SAME, finding)
