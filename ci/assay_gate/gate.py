"""From the command line to a verdict."""
from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from assay_report.bench import parse_procs
from assay_report.errors import Failure
from assay_report.machine import machine_facts
from assay_report.workloads import load_workloads

from . import counts
from .cases import Cases, compare_cases, judge_side, load_cases
from .decide import Cell, Rules, least_rounds
from .measure import Options, Sampler
from .page import write_page
from .plan import Plan, load_cells, make_plan
from .progress import Progress
from .recorded import compare_recorded
from .session import Outcome, Verdict, run_session, usual_rounds
from .show import Gate, as_json, markdown, notes_on, text
from .sides import Side, find_side

CONFORMANCE_TIMEOUT = 1800


def gate(args: Namespace, root: Path) -> int:
    """Compares, prints and writes; the status of the program."""
    rules = Rules(floor=args.floor)
    progress = Progress()
    if args.filter == "":
        raise Failure("FILTER: an empty filter picks nothing; leave it out "
                      "for the chosen workloads")
    refuse_nothing(args)
    progress.say(f"base {args.base}, head {args.head}")
    base = find_side("base", args.base, args.runtime, root)
    head = find_side("head", args.head, args.runtime, root)
    if bool(base.recorded) != bool(head.recorded):
        raise Failure("recorded results compare with recorded results only: "
                      "what is measured today is not like what was then")
    found = Gate(describe(base), describe(head), rules, args.rounds or 0)
    samples: list[dict[str, Any]] = []
    if base.recorded and head.recorded:
        if args.counts:
            raise Failure("--counts: recorded results have none")
        if args.timings:
            found.outcomes = compare_recorded(
                base.recorded, head.recorded, args.runtime, args.filter,
                rules)
            found.notes.append("recorded results: not measured side by "
                               "side, and no second run")
    else:
        samples = measured(args, base, head, found, progress)
    found.cases = conformance(args, base, head, found, progress)
    if not (found.outcomes or found.counts or found.cases):
        raise Failure("; ".join(["nothing was compared", *found.notes]))
    found.notes += notes_on(found.outcomes, rules)
    print(text(found), end="")
    if args.out:
        write(args, (base, head), found, samples)
    return 1 if found.regressions() else 0


def refuse_nothing(args: Namespace) -> None:
    """Fails if nothing is left that could find a regression."""
    files = args.base_conformance or args.head_conformance
    if args.conformance is False and files:
        raise Failure("--no-conformance, and results of it: which?")
    if not args.timings and args.counts is False \
            and args.conformance is False:
        raise Failure("--no-timings, --no-counts and --no-conformance leave "
                      "nothing to compare")


def describe(side: Side) -> str:
    """What was compared, for people."""
    if side.commit and not side.commit.startswith(side.text):
        return f"{side.text} ({side.commit[:12]})"
    return side.text


def measured(args: Namespace, base: Side, head: Side, found: Gate,
             progress: Progress) -> list[dict[str, Any]]:
    """Timings and counts of two programs, into `found`."""
    assert base.program and head.program
    known = load_workloads()
    plan = make_plan(base.program, head.program, args.filter,
                     parse_procs(args.procs) if args.procs else None,
                     known, load_cells())
    sampler = Sampler(base.program, head.program, known,
                      Options(args.min_time, args.timeout), progress)
    if args.timings:
        found.rounds = rounds_for(args.rounds, len(plan.cells), found.rules)
        found.outcomes = timings(plan, sampler, found.rules, found.rounds)
    found.counts = counted(args, base, head, plan, found, progress)
    return sampler.records


def timings(plan: Plan, sampler: Sampler, rules: Rules,
            rounds: int) -> dict[Cell, Outcome]:
    """The verdict on each cell, and on what only one side has."""
    made = run_session(plan.cells, sampler.take, rules, rounds)
    lost = [o for o in made.values() if o.verdict is Verdict.NOT_COMPARED]
    if made and len(lost) == len(made):
        raise Failure(f"nothing could be measured: {lost[0].reason}")
    made.update({Cell(n, 0): Outcome(Verdict.GONE, reason="head lacks it")
                 for n in plan.gone})
    made.update({Cell(n, 0): Outcome(Verdict.NEW) for n in plan.new})
    return made


def rounds_for(asked: int | None, cells: int, rules: Rules) -> int:
    """As many as asked; too few could find nothing, ever."""
    least = least_rounds(cells, rules.alpha)
    if asked is not None and asked < least:
        raise Failure(f"ROUNDS: {asked} are too few for {cells} cells: "
                      f"nothing could be significant with under {least}")
    return asked or usual_rounds(cells, rules)


def counted(args: Namespace, base: Side, head: Side, plan: Plan,
            found: Gate, progress: Progress) -> list[counts.Count]:
    """Instruction counts, unless they are left out; a note says why."""
    assert base.program and head.program
    why = ""
    if not counts.available():
        why = counts.PACKAGE
    elif not (base.counts and head.counts):
        why = "only assay-bench can do exactly so many iterations"
    elif not plan.counted:
        why = "none of these workloads is counted"
    if args.counts is False or (why and args.counts is None):
        if why and args.counts is None:
            found.notes.append(f"no instruction counts: {why}")
        return []
    if why:
        raise Failure(f"--counts: {why}")
    made = counts.count_all(base.program, head.program, plan.counted,
                            args.bound, progress)
    if all(c.base is None for c in made):
        if args.counts:
            raise Failure(f"--counts: {made[0].reason}")
        found.notes.append(f"no instruction counts: {made[0].reason}")
        return []
    return made


def conformance(args: Namespace, base: Side, head: Side, found: Gate,
                progress: Progress) -> Cases | None:
    """Cases of both sides, from files or by running them."""
    files = args.base_conformance, args.head_conformance
    if args.conformance is False:
        return None
    if any(files):
        if not all(files):
            raise Failure("--base-conformance and --head-conformance go "
                          "together")
        return compare_cases(load_cases(files[0], "base"),
                             load_cases(files[1], "head"))
    here = all(s.runner and s.runtime for s in (base, head))
    if not here and args.conformance is None:
        found.notes.append("no conformance: a side has no runner")
        return None
    verdicts = []
    for side in (base, head):
        progress.say(f"conformance of {side.label}")
        verdicts.append(judge_side(side, args.run, CONFORMANCE_TIMEOUT))
    return compare_cases(*verdicts)


def write(args: Namespace, sides: tuple[Side, Side], found: Gate,
          samples: list[dict[str, Any]]) -> None:
    """The files."""
    machine = machine_facts()
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "gate.json").write_text(
            json.dumps(as_json(found, samples, machine), indent=1) + "\n")
        (args.out / "gate.md").write_text(markdown(found))
        page = args.out / "report.html"
        why = write_page(page, sides, found.rounds, args.min_time, samples,
                         machine) if samples else ""
    except OSError as e:
        raise Failure(f"--out {args.out}: {e.strerror}") from e
    if why:
        print(f"gate: no {page}: {why}")
