"""litmus: runs litmus programs on a runtime and judges how they end.

Each program runs N times on each number of procs.  An outcome that Go does not
allow fails it.  Without programs, those of the folder programs/ are run.
"""
from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from . import generate, result_json
from .child import SILENCE, Broken, Runtime
from .interpreter import Interpreter
from .judge import Plan, Task, shrunk
from .model import Unmodelled, outcomes
from .program import Bad, Program, load, parse
from .terms import Terms

HERE = Path(__file__).resolve().parent.parent
BUILD = Path("build/release")


def number(least: int):
    def convert(text: str) -> int:
        n = int(text)
        if n < least:
            raise argparse.ArgumentTypeError(f"{n} is less than {least}")
        return n
    convert.__name__ = "number"
    return convert


def shard(text: str) -> tuple[int, int]:
    """K/N, for argparse."""
    k, of = (int(x) for x in text.split("/"))
    if not 1 <= k <= of:
        raise ValueError
    return k, of


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="litmus", description=__doc__.split("\n", 1)[1],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Status: 0, 1 if a program failed, 2 for bad input.")
    add = parser.add_argument
    add("programs", nargs="*", type=Path, metavar="FILE.lit",
        help="programs to run; the default is all of programs/")
    add("--runtime", default="goro", metavar="NAME",
        help="a runtime that is built, or its path (default goro)")
    add("--interpreter", type=shlex.split, metavar="COMMAND",
        help="instead of a runtime: an interpreter of PROTOCOL.md")
    add("-n", "--rounds", type=number(1), default=1000, metavar="N",
        help="rounds at each number of procs (default 1000)")
    add("--seed", type=number(0), default=1,
        help="of the delays, and of random programs (default 1)")
    add("--procs", default="1 2 4", metavar="LIST",
        help="numbers of procs (default \"1 2 4\"); with the last of several "
        "the clock is real, else virtual if the runtime's can be")
    add("--more", type=number(0), default=0, metavar="K",
        help="run up to K times more while an allowed outcome is unseen")
    add("--small", action="store_true",
        help="instead of the folder: all small shapes")
    add("--random", type=number(1), metavar="COUNT",
        help="instead of the folder: that many random programs of the seed")
    add("--limit", type=number(1), metavar="COUNT",
        help="only the first COUNT programs")
    add("--only", default="", metavar="WORD",
        help="only programs whose name holds it")
    add("--shard", type=shard, metavar="K/N",
        help="of these, every N-th from the K-th; conformance merge makes "
        "one report of those of --json")
    add("--silence", type=number(1), default=int(SILENCE), metavar="SECONDS",
        help="one that says nothing for so long hangs "
        f"(default {SILENCE:.0f})")
    add("--outcomes", action="store_true",
        help="run nothing: print each program's allowed outcomes")
    add("--save", type=Path, metavar="DIR",
        help="write programs that fail there, as small as they can be made")
    add("--json", type=Path, metavar="FILE",
        help="also write what was seen as JSON; - is standard output")
    add("-v", "--verbose", action="store_true",
        help="print the outcomes of every program, with their counts")
    add("--build", type=Path, default=BUILD, metavar="DIR",
        help=f"where the runner and runtimes are (default {BUILD})")
    return parser.parse_args(argv)


def random_programs(seed: int, count: int) -> Iterator[Program]:
    """So many of those that have a set that can be computed soon."""
    found = 0
    for i in itertools.count():
        program = parse(generate.draw(seed, i))
        try:
            outcomes(program, limit=generate.STATES)
        except Unmodelled:
            continue
        yield program
        found += 1
        if found == count:
            return


def chosen(args: argparse.Namespace) -> list[Program]:
    programs: list[Program] = []
    if args.small:
        programs += map(parse, generate.systematic())
    if args.random:
        programs += random_programs(args.seed, args.random)
    paths = args.programs
    if not programs and not paths:
        paths = sorted((HERE / "programs").glob("*.lit"))
    programs += map(load, paths)
    programs = [p for p in programs if args.only in p.name][:args.limit]
    if not programs:
        raise Bad(f"no program's name holds '{args.only}'")
    return programs


def share(args: argparse.Namespace,
          programs: list[Program]) -> list[Program]:
    """Those of this shard."""
    k, of = args.shard or (1, 1)
    return programs[k - 1::of]


def asked(args: argparse.Namespace, count: int) -> dict:
    """What a report says of how the programs were chosen and shared."""
    shared = args.shard and {"k": args.shard[0], "of": args.shard[1],
                             "cases": count}
    return {"shard": shared, "options": {
        "programs": [str(p) for p in args.programs], "small": args.small,
        "random": args.random, "limit": args.limit, "only": args.only}}


def print_outcomes(programs: list[Program]) -> int:
    for p in programs:
        print(f"{p.name}: {p.shows}")
        try:
            for o in sorted(outcomes(p)):
                print("  " + o.show(p))
        except Unmodelled as e:
            print(f"  no set: {e}")
    return 0


# ---- a run ----------------------------------------------------------------


def histogram(task: Task) -> Iterator[str]:
    seen = task.seen()
    for o in sorted(task.expected() | set(seen)):
        mark = "  NOT ALLOWED" if o in task.forbidden() else ""
        yield f"{seen[o]:10} {o.show(task.program)}{mark}"
    yield from (f"           {trouble}" for trouble in task.troubles())


def report(args: argparse.Namespace, plan: Plan, task: Task,
           terms: Terms) -> None:
    p = task.program
    if task.skip:
        print(f"skip  {p.name}: {task.skip}")
        return
    word = "FAIL" if task.failed else "ok  "
    all_of = len(task.expected())
    if task.failed or args.verbose or not (args.small or args.random):
        print(f"{word}  {p.name}: {all_of - len(task.unseen())} of {all_of} "
              "outcomes seen")
    if task.failed or args.verbose:
        print("\n".join(histogram(task)))
    if task.failed:
        show_failed(args, plan, task, terms)


def show_failed(args: argparse.Namespace, plan: Plan, task: Task,
                terms: Terms) -> None:
    small = shrunk(plan, task, terms)
    if small is not task:
        print("      as small as it can be made:")
    print("\n".join("      " + line
                    for line in small.program.text.splitlines()))
    if small is not task:
        print("\n".join(histogram(small)))
    if args.save:
        args.save.mkdir(parents=True, exist_ok=True)
        path = args.save / f"{task.program.name}.lit"
        path.write_text(small.program.text, encoding="utf-8")


def find_runtime(args: argparse.Namespace) -> Runtime | Interpreter:
    """A runtime is behind the ABI, or else has an interpreter."""
    interpreter = args.build / "litmus" / args.runtime
    if args.interpreter == []:
        raise Bad("--interpreter names no command")
    if args.interpreter:
        return Interpreter(args.interpreter, args.seed, args.silence)
    if "/" not in args.runtime and interpreter.is_file():
        return Interpreter([str(interpreter.resolve())], args.seed,
                           args.silence)
    places = [args.build / "runtimes" / f"{args.runtime}.so",
              args.build / "runtimes" / args.runtime, Path(args.runtime)]
    for place in places:
        if place.is_file():
            return Runtime(str(args.build / "conformance"),
                           str(place.resolve()), args.seed, args.silence)
    raise Bad(f"no runtime {args.runtime} below {args.build}; make all and "
              "make interpreters build those that this machine can")


def reporter(args: argparse.Namespace, plan: Plan, total: int,
             terms: Terms):
    """Prints what is done, and on a terminal how far that is."""
    count = 0

    def done(tasks: list[Task]) -> None:
        nonlocal count
        for task in tasks:
            report(args, plan, task, terms)
        print(end="", flush=True)
        count += len(tasks)
        if sys.stderr.isatty():
            print(f"{count} of {total}", end="\r", file=sys.stderr, flush=True)
    return done


def is_stdout(path: Path) -> bool:
    """By "-" or by a path like /dev/stdout."""
    return str(path) == "-" or path.exists() and os.path.samestat(
        path.stat(), os.fstat(1))


def write_json(path: Path, told: dict) -> None:
    """All of it or nothing: a file that is cut off is never left.  What is no
    file is written to, and a link stays."""
    text = json.dumps(told, indent=1) + "\n"
    if is_stdout(path):
        sys.stdout.write(text)
        return
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def run(args: argparse.Namespace, programs: list[Program]) -> int:
    words = args.procs.split()
    procs = tuple(int(w) for w in words if re.fullmatch("[0-9]{1,4}", w))
    if not procs or len(procs) < len(words) or min(procs) < 1:
        raise Bad(f"--procs '{args.procs}' is no list of numbers")
    plan = Plan(find_runtime(args), args.rounds, procs, args.more)
    try:
        return run_plan(args, plan, programs)
    finally:
        plan.runtime.close()


def run_plan(args: argparse.Namespace, plan: Plan,
             programs: list[Program]) -> int:
    terms = plan.runtime.terms()
    if terms.about:
        print(terms.about)
    tasks = [Task.of(p, terms) for p in share(args, programs)]
    begun = time.monotonic()
    done = reporter(args, plan, len(tasks), terms)
    done([t for t in tasks if t.skip])
    ended = True
    try:
        plan.run(tasks, done)
    except KeyboardInterrupt:
        ended = False
        print("interrupted")
    ran = [t for t in tasks if not t.skip and (ended or t.results)]
    failed = sum(t.failed for t in ran)
    allowed = sum(len(t.expected()) for t in ran)
    seen = allowed - sum(len(t.unseen()) for t in ran)
    rounds = sum(t.seen().total() for t in ran)
    print(f"{rounds} rounds; {seen} of {allowed} allowed outcomes seen, "
          f"{100 * seen / max(allowed, 1):.1f} %")
    skipped = sum(bool(t.skip) for t in tasks)
    if args.json:
        write_json(args.json, result_json.told(
            plan, terms, tasks, args.runtime, time.monotonic() - begun, ended,
            asked(args, len(programs))))
    print(f"litmus: {len(ran) - failed} passed, {failed} failed, "
          f"{skipped} skipped")
    return 130 if not ended else 1 if failed else 0


def main(argv: list[str]) -> int:
    args = arguments(argv)
    try:
        programs = chosen(args)
        return (print_outcomes(share(args, programs)) if args.outcomes
                else run(args, programs))
    except BrokenPipeError:  # of whoever reads this: an interpreter's is not
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except (Bad, Broken, OSError, ValueError) as e:
        print(f"litmus: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
