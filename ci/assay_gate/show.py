"""What the gate found, for people, for a pull request, and as JSON."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assay_report.escape import code, plain
from assay_report.escape import markdown as escaped

from .cases import Cases
from .counts import Count
from .decide import Cell, Finding, Rules
from .session import REGRESSIONS, Outcome, Verdict

FORMAT = 1
CASES_SHOWN = 50


@dataclass
class Gate:
    """All that was found."""

    base: str  # what was compared, for people
    head: str
    rules: Rules
    rounds: int
    outcomes: Mapping[Cell, Outcome] = field(default_factory=dict)
    counts: Sequence[Count] = ()
    cases: Cases | None = None
    notes: list[str] = field(default_factory=list)

    def regressions(self) -> list[str]:
        """A line for each."""
        found = [f"{c}: {_why(o)}" for c, o in self.outcomes.items()
                 if o.verdict in REGRESSIONS]
        found += [f"{c.workload}: instructions: {_count_why(c)}"
                  for c in self.counts if c.regression]
        if self.cases:
            found += [f"{case}: {what}"
                      for case, what in self.cases.regressions.items()]
        return found

    def headline(self) -> str:
        """The last line."""
        found = len(self.regressions())
        parts = [f"{len(self.outcomes)} timings"] if self.outcomes else []
        parts += [f"{len(self.counts)} instruction counts"] \
            if self.counts else []
        parts += [f"{self.cases.both + len(self.cases.regressions)} cases"] \
            if self.cases else []
        word = f"{found} regression{'s' * (found != 1)}" if found \
            else "no regression"
        return f"gate: {word} in {', '.join(parts) or 'nothing'}"


def as_json(gate: Gate, samples: Sequence[dict[str, Any]],
            machine: Mapping[str, Any]) -> dict[str, Any]:
    """The result file."""
    return {
        "assay_gate": FORMAT, "base": gate.base, "head": gate.head,
        "machine": machine, "rules": asdict(gate.rules),
        "rounds": gate.rounds, "regressions": gate.regressions(),
        "timings": [{"workload": c.workload, "procs": c.procs,
                     "verdict": o.verdict.name.lower(), "reason": o.reason,
                     "first": o.first and asdict(o.first),
                     "second": o.second and asdict(o.second)}
                    for c, o in gate.outcomes.items()],
        "instructions": [{**asdict(c), "change": c.change,
                          "regression": c.regression} for c in gate.counts],
        "conformance": gate.cases and asdict(gate.cases),
        "notes": gate.notes, "samples": list(samples),
    }


# ---- tables ---------------------------------------------------------------

TIMING_HEAD = ("workload", "procs", "base", "head", "change", "95 %",
               "limit", "p", "")
COUNT_HEAD = ("workload", "base", "head", "change", "limit", "")


def timing_rows(gate: Gate) -> list[tuple[str, ...]]:
    """What must be looked at first."""
    order = list(Verdict)
    return [_timing_row(c, o) for c, o in sorted(
        gate.outcomes.items(), key=lambda x: order.index(x[1].verdict))]


def _timing_row(cell: Cell, outcome: Outcome) -> tuple[str, ...]:
    f = outcome.finding
    figures = ("", "", "", "", "", "") if f is None else (
        f"{f.base:.4g}", f"{f.head:.4g}", percent(f.change),
        f"{percent(f.low)} to {percent(f.high)}", percent(f.limit),
        f"{f.p:.1g}")
    return cell.workload, str(cell.procs), *figures, _word(outcome)


def _word(outcome: Outcome) -> str:
    word = outcome.verdict.value
    if outcome.reason:
        word += f": {outcome.reason}"
    if outcome.finding and outcome.finding.by_cpu:
        word += " (CPU time)"
    return word


def count_rows(gate: Gate) -> list[tuple[str, ...]]:
    """Instructions of an item."""
    return [(c.workload, _whole(c.base), _whole(c.head),
             "" if c.change is None else f"{100 * c.change:+.2f} %",
             percent(c.bound), "more" if c.regression else c.reason or "same"
             if (c.change or 0) >= -c.bound else "less")
            for c in gate.counts]


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def text(gate: Gate) -> str:
    """For a terminal."""
    parts = [f"base: {plain(gate.base)}\nhead: {plain(gate.head)}"]
    if gate.outcomes:
        parts.append(_columns(TIMING_HEAD, timing_rows(gate)))
    if gate.counts:
        parts.append("instructions of an item\n"
                     + _columns(COUNT_HEAD, count_rows(gate)))
    if gate.cases:
        parts.append(_cases_text(gate.cases))
    parts += ["\n".join(plain(f"note: {n}") for n in gate.notes
                        )] * bool(gate.notes)
    parts += ["\n".join(plain(f"REGRESSION {r}") for r in gate.regressions()
                        )] * bool(gate.regressions())
    return "\n\n".join([*parts, gate.headline()]) + "\n"


def markdown(gate: Gate) -> str:
    """For a pull request: the verdict first, tables folded away."""
    found = gate.regressions()
    mark = "❌" if found else "✅"
    parts = [f"### {mark} {gate.headline()}",
             f"{code(gate.head)} against {code(gate.base)}"]
    if found:
        parts.append("\n".join(f"- **{escaped(r)}**"
                               for r in found[:CASES_SHOWN]))
        if len(found) > CASES_SHOWN:
            parts.append(f"and {len(found) - CASES_SHOWN} more")
    if gate.outcomes:
        parts.append(_folded("Timings", _table(TIMING_HEAD,
                                               timing_rows(gate)), found))
    if gate.counts:
        parts.append(_folded("Instructions of an item",
                             _table(COUNT_HEAD, count_rows(gate)), found))
    if gate.cases:
        parts.append(_cases_text(gate.cases).split("\n")[0])
    parts += [f"- {escaped(n)}" for n in gate.notes]
    return "\n\n".join(parts) + "\n"


def _cases_text(cases: Cases) -> str:
    words = [f"conformance: {cases.both} cases pass on both"]
    words += [f"{len(cases.regressions)} no longer"] * bool(cases.regressions)
    words += [f"{len(cases.mended)} pass now"] * bool(cases.mended)
    words += [f"{cases.new} are new"] * bool(cases.new)
    return ", ".join(words)


def percent(part: float) -> str:
    """+12.3 %; times over 10."""
    if part > 10:
        return f"x{1 + part:.3g}"
    return f"{100 * part:+.1f} %"


def _why(outcome: Outcome) -> str:
    f = outcome.finding
    if outcome.verdict is Verdict.SLOWER and f and outcome.first:
        return (f"{percent(outcome.first.change)}, and again "
                f"{percent(f.change)} (limit {percent(f.limit)})"
                if outcome.second else
                f"{percent(f.change)} (limit {percent(f.limit)})")
    return _word(outcome)


def _count_why(count: Count) -> str:
    if count.change is None:
        return count.reason
    return (f"{count.base:.1f} to {count.head:.1f}, "
            f"{100 * count.change:+.2f} % (limit {percent(count.bound)})")


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rows = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(r[i]) for r in [head, *rows]) for i in range(len(head))]
    return "\n".join("  ".join(
        cell.ljust(w) if i in (0, len(head) - 1) else cell.rjust(w)
        for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
        for row in [head, *rows])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(escaped(x) for x in row) + " |"
             for row in [head, *rows]]
    ruler = "|---" + "|--:" * (len(head) - 2) + "|---|"
    return "\n".join([lines[0], ruler, *lines[1:]])


def _folded(title: str, body: str, found: Sequence[str]) -> str:
    opened = " open" if found else ""
    return (f"<details{opened}><summary>{title}</summary>\n\n{body}\n\n"
            "</details>")


def notes_on(outcomes: Mapping[Cell, Outcome], rules: Rules) -> list[str]:
    """What a reader should know about how well this could be seen."""
    found = {c: o.finding for c, o in outcomes.items() if o.finding}
    blind = [f"{c} ({percent(f.limit)})" for c, f in found.items()
             if _is_blind(f, rules)]
    notes = []
    if blind:
        notes.append("the machine is too noisy to see less than this: "
                     + ", ".join(blind))
    by_cpu = [str(c) for c, f in found.items() if f.by_cpu]
    if by_cpu:
        notes.append("judged by CPU time, as wall time is too noisy here: "
                     + ", ".join(by_cpu))
    return notes


def _is_blind(finding: Finding, rules: Rules) -> bool:
    return finding.limit > 1.5 * rules.wanted
