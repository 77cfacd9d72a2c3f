"""history: figures of many commits as JSON lines, and the steps in them."""
from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from . import shape
from .errors import Failure, Parser, status_of
from .escape import plain
from .jsonfile import parse_json, read_text
from .results import PROCS, Results, load_results
from .stats import median_interval
from .steps import find_steps
from .workloads import ROOT

DEFAULT = ROOT / "ci" / "history.jsonl"
LINE = shape.record({
    **dict.fromkeys(("date", "machine", "runtime", "workload"), shape.name),
    "commit": shape.text, "procs": PROCS,
    **dict.fromkeys(("value", "ci_low", "ci_high"), shape.amount)})


class Series(NamedTuple):
    """What can be compared over time."""

    machine: str
    runtime: str
    workload: str
    procs: int


def lines_of(results: Results) -> list[dict[str, Any]]:
    """A line for each cell of a results file, in the order of the cells."""
    header = results.header
    if header["options"].get("quick") or header["options"].get("tiny"):
        raise Failure("results of the quick mode are not comparable")
    cells: dict[tuple[str, str, int], list[float]] = {}
    for s in results.samples:
        if s["status"] == "ok":
            key = s["runtime"], s["workload"], s["procs"]
            cells.setdefault(key, []).append(s["value"])
    commit = header["build"].get("commit", "")
    dirty = "+" if header["build"].get("dirty") else ""
    made = []
    for (runtime, workload, procs), values in cells.items():
        around = median_interval(values)
        made.append({
            "date": header["started"], "commit": commit + dirty,
            "machine": header["machine"].get("fingerprint", ""),
            "runtime": runtime, "workload": workload, "procs": procs,
            "value": around.value, "ci_low": around.low,
            "ci_high": around.high})
    return made


def append(path: Path, lines: Iterable[dict[str, Any]]) -> int:
    """Adds lines; those that are there already are not added again."""
    old = read_text(path) if path.exists() else ""
    there = {_identity(x) for x in parse(path, old)}
    fresh = [x for x in lines if _identity(x) not in there]
    end = "\n" if old and not old.endswith("\n") else ""
    with path.open("a", encoding="utf-8") as out:
        out.writelines([end, *(json.dumps(x, separators=(",", ":")) + "\n"
                               for x in fresh)])
    return len(fresh)


def _identity(line: dict[str, Any]) -> tuple[Any, ...]:
    return line["date"], line["commit"], series_of(line)


def series_of(line: dict[str, Any]) -> Series:
    """What a line belongs to."""
    return Series(line["machine"], line["runtime"], line["workload"],
                  line["procs"])


def load(path: Path) -> list[dict[str, Any]]:
    """Reads and checks a history; in the order of the dates."""
    return parse(path, read_text(path))


def parse(path: Path, text: str) -> list[dict[str, Any]]:
    """The lines of a history; a Failure names the path and the line."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(parse_json(line))
            LINE(found[-1])
        except ValueError as e:
            raise Failure(f"{path}:{number}: not a line of a history: "
                          f"{e}") from None
    return sorted(found, key=lambda x: x["date"])


def steps(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of every series, as objects with its names."""
    every: dict[Series, list[dict[str, Any]]] = {}
    for line in lines:
        if line["value"] > 0:
            every.setdefault(series_of(line), []).append(line)
    return [{**series._asdict(), "date": points[s.index]["date"],
             "commit": points[s.index]["commit"], "before": s.before,
             "after": s.after, "change": s.change, "p": s.p}
            for series, points in every.items()
            for s in find_steps([x["value"] for x in points])]


def make_parser() -> Parser:
    p = Parser(prog="history", description=__doc__)
    commands = p.add_subparsers(dest="command", required=True)
    add = commands.add_parser("append", help="add the results of a make bench")
    add.add_argument("results", type=Path, metavar="RESULTS.JSON")
    show = commands.add_parser("steps", help="where a figure changed for good")
    show.add_argument("--json", action="store_true", help="a line for each")
    for command in (add, show):
        command.add_argument("--file", type=Path, default=DEFAULT,
                             help="the history (ci/history.jsonl)")
    return p


def show(found: list[dict[str, Any]], as_json: bool) -> None:
    """One line for each step."""
    for s in found:
        if as_json:
            print(json.dumps(s))
        else:
            print(f"{s['date'][:10]} {plain(s['commit'])[:12]} {s['runtime']} "
                  f"{s['workload']} procs {s['procs']}: {s['before']:.4g} to "
                  f"{s['after']:.4g}, {100 * s['change']:+.1f} %")


def run() -> int:
    """Does what the command line says."""
    args = make_parser().parse_args()
    if args.command == "append":
        added = append(args.file, lines_of(load_results(args.results)))
        print(f"history: {added} lines added to "
              f"{os.path.relpath(args.file)}")
    else:
        show(steps(load(args.file)), args.json)
    return 0


def main() -> int:
    return status_of("history", run)


if __name__ == "__main__":
    sys.exit(main())
