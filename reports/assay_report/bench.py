"""make bench: from the command line to a results file and the report."""
from __future__ import annotations

import os
import shlex
import signal
import sys
from argparse import Namespace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import conformance
from .errors import Failure
from .machine import build_facts, machine_facts
from .plan import Options, make_options, make_plan
from .programs import Found, base_program, digests, find_programs
from .progress import Progress
from .results import Results, load_results
from .rounds import Rounds, same_run
from .samples import Program, list_names
from .targets import load_targets
from .workloads import BASE_FAMILY, load_workloads

NOTHING_MATCHED = 3


def bench(args: Namespace) -> int:
    """Runs the rounds; the status of the program."""
    options = make_options(args.rounds, parse_procs(args.procs), args.filter,
                           args.min_time, args.quick, args.tiny)
    found = find_programs(args.runtimes.split(), args.build,
                          parse_missing(args.missing))
    progress = Progress(options.rounds)
    for label, why in found.missing.items():
        progress.say(f"{label} is left out: {why}")
    names = names_of(found, options, args.build)
    workloads = load_workloads()
    plan = make_plan(options, workloads, names,
                     {t.workload for t in load_targets()})
    if not plan:
        raise Failure(f"FILTER: '{options.pattern}' matches no workload"
                      + (" of the quick mode" if options.quick else ""),
                      NOTHING_MATCHED)
    header = make_header(options, found, args)
    results = start_or_resume(args, header, progress)
    rounds = Rounds(options, plan, found.programs, workloads, results,
                    args.out / "results.json", progress)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        progress.say(f"{len(plan)} samples"
                     + (", quick: not comparable" if options.quick else ""))
        rounds.run()
        results.conformance = conformance.run(args.build, found.programs,
                                              options.quick, progress)
    except KeyboardInterrupt:
        results.save(args.out / "results.json")
        progress.say(f"interrupted after {len(results.samples)} of "
                     f"{len(plan)} samples; to go on: "
                     + how_to_go_on(args.given))
        return 130
    results.header["finished"] = now()
    results.save(args.out / "results.json")
    return 0


def how_to_go_on(given: list[str]) -> str:
    """The command that resumes a run with these variables of make."""
    words = []
    for word in given:
        name, _, value = word.partition("=")
        words.append(f"{name}={shlex.quote(value.replace('$', '$$'))} ")
    return f"make bench {''.join(words)}RESUME=1"


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def parse_procs(text: str) -> list[int]:
    """GOMAXPROCS values, with blanks or commas between them."""
    procs = []
    for word in text.replace(",", " ").split():
        if not word.isdecimal() or not 1 <= int(word) <= 1024:
            raise Failure(f"PROCS: '{word}' is not a number from 1 to 1024")
        if int(word) in procs:
            raise Failure(f"PROCS: {word} is there twice")
        procs.append(int(word))
    if not procs:
        raise Failure("PROCS: no number in it")
    return procs


def parse_missing(words: list[str]) -> dict[str, str]:
    """LABEL=REASON, for runtimes that the makefile knows to be left out."""
    return {label: reason.strip() for label, _, reason in
            (word.partition("=") for word in words)}


def names_of(found: Found, options: Options,
             build: Path) -> dict[str, list[str]]:
    """The workloads of each program that the filter matches."""
    names = {p.label: list_names(p, options.pattern) for p in found.programs}
    base = base_program(build)
    if base:
        listed = list_names(base, options.pattern)
        ours = [n for n in listed if n.startswith(BASE_FAMILY + "/")]
        if ours:
            found.programs.append(base)
            names[BASE_FAMILY] = ours
    return names


def make_header(options: Options, found: Found,
                args: Namespace) -> dict[str, Any]:
    """What the samples were taken with and where."""
    kept = digests(found.programs)
    return {
        "options": options.as_json(),
        "machine": machine_facts(),
        "build": build_facts(args.compiler, args.flags),
        "programs": {p.label: about(p, kept[p.label])
                     for p in found.programs},
        "missing": found.missing,
        "started": now(),
    }


def about(program: Program, digest: str) -> dict[str, Any]:
    """What the results file says of a program."""
    argv = [os.path.relpath(w) if os.path.isabs(w) else w
            for w in program.argv]
    return {"native": program.native, "argv": argv, "digest": digest}


def now() -> str:
    """Local time, with the offset."""
    return datetime.now(timezone.utc).astimezone().isoformat(
        timespec="seconds")


def start_or_resume(args: Namespace, header: dict[str, Any],
                    progress: Progress) -> Results:
    """Results to add to: those of an interrupted run, or new ones."""
    path = args.out / "results.json"
    if args.resume:
        old = load_results(path)
        same_run(old, header)
        old.header.pop("stopped", None)
        progress.say(f"{len(old.samples)} samples are there already")
        return old
    if path.exists():
        kept = path.with_name("results.old.json")
        os.replace(path, kept)
        print(f"bench: earlier results are now {kept}", file=sys.stderr)
    return Results(header)
