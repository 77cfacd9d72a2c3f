#!/usr/bin/env python3
"""Judges every runtime of this machine, one after the other.

A runtime behind the ABI runs the conformance cases.  One that only speaks the
protocol of conformance/litmus runs litmus programs: those of its folder, and
random ones.  What is not installed is named and left out.  OUT gets the report
NAME.json of each, and NAME.log with what its run has printed.

Each NAME may have a text behind '=': what to install if it is not there.
Options after -- are for the conformance runner.
"""
from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LITMUS = HERE.parent / "litmus"
ROUNDS, RANDOM, PROCS = "20", "40", "1 4"  # of litmus: rounds, programs
LIMIT = 900  # seconds of a run: more is a fault of ours, not of a runtime
NOTHING_RAN = 3  # status of the runner if each case was skipped

HEAD = ("runtime", "version", "model", "by", "passed", "failed", "skipped",
        "known", "seconds")


@dataclass
class Judged:
    """A line of the table, and how the run has ended."""
    cells: tuple[str, ...]
    status: int
    log: Path

    @property
    def bad(self) -> bool:
        return self.status not in (0, NOTHING_RAN)


def arguments(argv: list[str]) -> argparse.Namespace:
    cut = argv.index("--") if "--" in argv else len(argv)
    parser = argparse.ArgumentParser(
        prog="field", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Status: 0, 1 if something was not expected, 2 for bad input, "
        "3 if there was nothing to judge.")
    parser.add_argument("names", nargs="+", metavar="NAME[=WHAT TO INSTALL]")
    parser.add_argument("--build", type=Path, default=Path("build/release"),
                        metavar="DIR", help="where runner and runtimes are")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="for the reports (default: field in --build)")
    args = parser.parse_args(argv[:cut])
    args.more = argv[cut + 1:]
    args.out = args.out or args.build / "field"
    return args


def command_of(args: argparse.Namespace, name: str,
               report: Path) -> tuple[str, list[str]] | None:
    """By what it is judged, and the command; None if it is not there."""
    runtimes = args.build / "runtimes"
    if (runtimes / f"{name}.so").is_file() or (runtimes / name).is_file():
        return "cases", [str(args.build / "conformance"), "--runtime", name,
                         "--color=never", "--json", str(report), *args.more]
    if (args.build / "litmus" / name).is_file():
        programs = sorted((LITMUS / "programs").glob("*.lit"))
        return "litmus", [str(LITMUS / "litmus"), "--build", str(args.build),
                          "--runtime", name, "-n", ROUNDS, "--random", RANDOM,
                          "--procs", PROCS,
                          "--json", str(report), *map(str, programs)]
    return None


def line_of(name: str, by: str, report: Path,
            seconds: float) -> tuple[str, ...]:
    """What the report says; it may be missing, or not one."""
    try:
        told = json.loads(report.read_text(encoding="utf-8"))
        who, totals = told["runtimes"][0], told["totals"]
        counts = [str(totals[word]) for word in HEAD[4:8]]
        return (name, who["version"], who["model"] or "-", by, *counts,
                f"{seconds:.0f}")
    except (OSError, ValueError, LookupError, TypeError):
        return (name, "-", "-", by, *["-"] * 4, f"{seconds:.0f}")


def judge(name: str, by: str, command: list[str], out: Path) -> Judged:
    report, log = out / f"{name}.json", out / f"{name}.log"
    report.unlink(missing_ok=True)
    begun = time.monotonic()
    with open(log, "wb") as file, subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file,
            stderr=subprocess.STDOUT) as child:
        try:
            status = child.wait(LIMIT)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGINT)
            status = child.wait()
    seconds = time.monotonic() - begun
    return Judged(line_of(name, by, report, seconds), status, log)


def show(rows: list[tuple[str, ...]]) -> None:
    """A table: words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        cells = [cell.ljust(width) if i < 4 else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def unexpected(judged: Judged) -> str:
    """What there is to say of a run that was not as expected."""
    lines = judged.log.read_text(errors="replace").splitlines()
    found = [line for line in lines
             if line.startswith(("FAIL ", "UNEXPECTED "))]
    return "\n".join(["", f"{judged.cells[0]}: all of it is in {judged.log}",
                      *(found or lines[-3:])])


def run(args: argparse.Namespace) -> int:
    args.out.mkdir(parents=True, exist_ok=True)
    judged, missing = [], []
    for name, _, install in (word.partition("=") for word in args.names):
        found = command_of(args, name, args.out / f"{name}.json")
        if not found:
            missing.append(f"{name}: left out, "
                           f"{install or 'not part of this build'}")
            continue
        by, command = found
        print(f"{name} ...", file=sys.stderr, flush=True)
        judged.append(judge(name, by, command, args.out))
    bad = [one for one in judged if one.bad]
    for one in bad:
        print(unexpected(one))
    print()
    show([HEAD, *(one.cells for one in judged)])
    print("\n".join(["", *missing] if missing else [""]))
    print(f"field: {len(judged) - len(bad)} passed, {len(bad)} failed, "
          f"{len(missing)} skipped")
    return 1 if bad else 0 if judged else 3


def main(argv: list[str]) -> int:
    args = arguments(argv)
    try:
        return run(args)
    except OSError as e:
        print(f"field: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
