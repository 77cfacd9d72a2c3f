"""The command line that make bench and make report use."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .bench import bench
from .errors import Failure, Parser, status_of

NEEDED = ("jinja2", "matplotlib", "numpy", "scipy")  # by the report alone


def make_parser() -> Parser:
    parser = Parser(prog="assay_report", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    take = commands.add_parser(
        "bench", help="take samples in rounds, then make the report")
    take.add_argument("--build", type=Path, default=Path("build/release"),
                      help="where the programs are")
    take.add_argument("--runtimes", default="goro go pthread boost_fiber",
                      help="names, paths or LABEL=PATH")
    take.add_argument("--rounds", type=int)
    take.add_argument("--procs", default="1 2")
    take.add_argument("--filter", default="",
                      help="workloads, a POSIX extended expression")
    take.add_argument("--min-time", type=positive,
                      help="seconds that a sample measures at least")
    take.add_argument("--quick", action="store_true",
                      help="under two minutes; not comparable")
    take.add_argument("--tiny", action="store_true", help=argparse.SUPPRESS)
    take.add_argument("--resume", action="store_true",
                      help="go on with an interrupted run")
    take.add_argument("--no-report", action="store_true",
                      help="take the samples, no more")
    take.add_argument("--given", action="append", default=[],
                      metavar="NAME=VALUE", help="to say how to go on")
    take.add_argument("--missing", action="append", default=[],
                      metavar="LABEL=REASON")
    take.add_argument("--compiler", default="", help="for the record")
    take.add_argument("--flags", default="", help="for the record")
    show = commands.add_parser("report", help="make the report again")
    show.add_argument("--markdown", action="store_true",
                      help="print the Markdown on stdout too")
    same = commands.add_parser(
        "agree", help="do two runs overlap in their intervals?")
    same.add_argument("first", type=Path, metavar="DIR",
                      help="the folder of the other results")
    for command in (take, show, same):
        command.add_argument("--out", type=Path,
                             default=Path("build/release/report"))
    for command in (take, show):
        command.add_argument("--history", type=Path,
                             help="JSON lines of earlier runs")
        command.add_argument("--subject", default="",
                             help="the runtime that the page is about: by "
                             "default the first that is not Go")
    return parser


def positive(text: str) -> float:
    """A decimal number above 0."""
    value = float(text)
    if not 0 < value <= 3600:
        raise ValueError
    return value


def run() -> int:
    """The command's status."""
    args = make_parser().parse_args()
    if args.command == "bench":
        status = bench(args)
        if status != 0 or args.no_report:
            return status
    try:
        from .agree import agree
        from .report import report
    except ImportError as e:
        package = (e.name or "").split(".")[0]
        if package not in NEEDED:
            raise
        raise Failure(f"no report, {package} is not installed: Debian "
                      f"package python3-{package}; the samples are in "
                      f"{args.out}/results.json") from e
    return agree(args) if args.command == "agree" else report(args)


def main() -> int:
    return status_of(sys.argv[1] if len(sys.argv) > 1 else "reports", run)


if __name__ == "__main__":
    sys.exit(main())
