"""Plants single faults, drawn at random, in goro: does the suite see them?"""
from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from assay_report.errors import Failure, Parser, status_of

from . import draw, kills, shards, show
from .areas import Areas
from .campaign import Campaign, Limits, diff
from .known import Known, line_of
from .reach import cases_of

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]


def make_parser() -> Parser:
    p = Parser(prog="mutate", description=__doc__, epilog=(
        "Status: 0 all were killed or are known, 1 more survived than "
        "--allow, 2 wrong usage or a build that fails, 130 interrupted: the "
        "next run goes on there. conformance/mutants/README.md says more."))
    p.add_argument("files", nargs="*", metavar="FILE",
                   help="only in these sources, as in wait/chan.c or 'ext/*'")
    p.add_argument("-n", type=number(1, 100000), default=100,
                   help="how many faults are drawn (100)")
    p.add_argument("--seed", type=number(0, 10 ** 9), default=1)
    p.add_argument("--shard", metavar="K/N", type=shard_of,
                   help="every N-th fault of the draw, from the K-th")
    p.add_argument("--workers", type=number(1, 64), default=2,
                   help="faults tried at the same time (2)")
    p.add_argument("--limit", type=number(1, 100000), default=600,
                   help="seconds that the suite may take for one (600)")
    p.add_argument("--allow", type=number(0, 100000), default=0,
                   help="so many may survive (0)")
    p.add_argument("--only", action="append", default=[], metavar="ID",
                   help="this fault, instead of a draw")
    p.add_argument("--row", action="append", default=[], metavar="ID",
                   help="no draw: plants faults in what the cases of this "
                   "row run until they kill one; 'unsure': of all the rows "
                   "that have killed none yet")
    p.add_argument("--tries", type=number(1, 1000), default=25,
                   help="so many for a row (25)")
    p.add_argument("--list", action="store_true",
                   help="print the draw, plant nothing")
    p.add_argument("--lines", action="store_true",
                   help="print the lines for known.tsv of what survived")
    p.add_argument("--kills", type=Path, metavar="FILE",
                   help="no campaign: adds what those so far have killed, "
                   "and the planted faults on standard input, to the table")
    p.add_argument("--json", type=Path, metavar="FILE")
    p.add_argument("--merge", type=Path, metavar="FILE",
                   help="no campaign: writes what an undivided one would "
                   "have, from the reports of all shards, given as FILEs")
    p.add_argument("--out", type=lambda text: Path(text).resolve(),
                   default=ROOT / "build" / "mutate",
                   help="the folder of what is built and kept "
                   "(build/mutate)")
    return p


def number(least: int, most: int):
    """A type for argparse."""
    def read(text: str) -> int:
        if not least <= int(text) <= most:
            raise ValueError
        return int(text)
    read.__name__ = "number"
    return read


def shard_of(text: str) -> tuple[int, int]:
    """K/N."""
    k, of = (int(x) for x in text.split("/"))
    if not 1 <= k <= of:
        raise ValueError
    return k, of


def drawn_by(args: argparse.Namespace,
             every: Sequence[draw.Mutant]) -> list[draw.Mutant]:
    """The mutants that the command line asks for, of all shards."""
    chosen = draw.in_files(every, args.files)
    if args.only:
        return named(every, args.only)
    return draw.draw(chosen, args.seed, args.n)


def head_of(args: argparse.Namespace, campaign: Campaign,
            drawn: int) -> dict[str, object]:
    """What a report says of its draw, and what was judged by what."""
    shard = args.shard and {"k": args.shard[0], "of": args.shard[1],
                            "drawn": drawn}
    return {"seed": args.seed, "n": args.n, "files": args.files,
            "only": args.only, "goro": campaign.goro,
            "suite": campaign.suite, "shard": shard}


def named(every: Sequence[draw.Mutant],
          ids: Sequence[str]) -> list[draw.Mutant]:
    """The mutants of these names."""
    found = {m.id: m for m in every}
    for name in ids:
        if name not in found:
            raise Failure(f"these sources have no fault {name}")
    return [found[name] for name in ids]


def rows_of(names: Sequence[str], campaign: Campaign) -> list[str]:
    """The rows that have cases, of those that were asked for."""
    rows = list(dict.fromkeys(
        c.split("/")[0] for c in cases_of(campaign.runner, ROOT)))
    if "unsure" in names:
        return kills.unsure(ROOT / "conformance" / "mutants" / "kills.tsv",
                            rows)
    return [row for row in rows if row in names]


def print_list(drawn: Sequence[draw.Mutant]) -> int:
    for mutant in drawn:
        clean = (ROOT / "reference" / "src" / mutant.file).read_bytes()
        print(f"{mutant.id} {mutant.file}:{mutant.line} {mutant.function} "
              f"{mutant.change.operator}\n{diff(mutant, clean)}")
    return 0


def run(argv: Sequence[str] | None) -> int:
    args = make_parser().parse_args(argv)
    if args.merge:
        return shards.merge(args.merge, args.files, args.allow)
    if args.kills:
        return kills.update(args.kills, args.out / "state.jsonl",
                            sys.stdin.read())
    areas, known = Areas.read(HERE / "areas.tsv"), Known(HERE / "known.tsv")
    every = draw.mutants(draw.read(ROOT / "reference" / "src"), areas)
    for line in known.stale(every):
        print(line, file=sys.stderr)
    whole = drawn_by(args, every)
    drawn = draw.shard(whole, *args.shard) if args.shard else whole
    if args.list:
        return print_list(drawn)
    campaign = Campaign(ROOT, args.out, areas, known,
                        Limits(args.workers, args.limit))
    if args.row:
        campaign.run_rows(rows_of(args.row, campaign), every, args.tries)
        return 0
    try:
        campaign.run(drawn)
    finally:
        results = [(m, v) for m in drawn
                   if (v := campaign.verdict(m)) is not None]
        if args.json:
            args.json.write_text(show.as_json(
                head_of(args, campaign, len(whole)), results))
    survivors = [m for m, v in results if v.what in ("survived", "undecided")]
    show.show(results, {m.id: campaign.diff_of(m) for m in survivors})
    if args.lines:
        print("\n".join(line_of(m) for m in survivors))
    return 1 if len(survivors) > args.allow else 0


def interrupt(number: int, frame: object) -> None:
    """As ^C: also from make, a script, a terminal that goes away."""
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """The status; what is wrong is one line on stderr."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    return status_of("mutate", lambda: run(argv))


if __name__ == "__main__":
    sys.exit(main())
