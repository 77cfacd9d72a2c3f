"""The command line of make certify and of scripts/check-results."""
from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from assay_report.errors import Failure, Parser, status_of
from assay_report.workloads import ROOT

from .certify import certify
from .check import check
from .mustpass import mustpass
from .worth import worth


def make_parser() -> Parser:
    parser = Parser(prog="assay_results", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    take = commands.add_parser("certify", help="judge a runtime, whole")
    take.add_argument("--runtime", required=True, help="a name or a path")
    take.add_argument("--build", type=Path, default=Path("build/release"),
                      help="where the runner is")
    take.add_argument("--out", type=Path, default=ROOT / "results",
                      help="the folder of results")
    take.set_defaults(body=certify)
    look = commands.add_parser(
        "check", prog="check-results",
        help="refuse what is broken, partial or cannot be",
        description="Refuses a result that is truncated, edited, partial or "
        "says what cannot be; says of a good one what it is worth.",
        epilog="Status: 0; 1 if one is refused; 2 if one cannot be read.")
    look.add_argument("files", type=Path, nargs="+", metavar="FILE")
    look.add_argument("--quiet", action="store_true",
                      help="of good ones one line, no more")
    look.set_defaults(body=look_at)
    make = commands.add_parser(
        "mustpass", help="make the lists of a new version")
    make.add_argument("told", type=Path, nargs="+", metavar="FILE",
                      help="the runner's --json of all cases on Go")
    make.set_defaults(body=mustpass)
    return parser


def look_at(args: Namespace) -> int:
    """Each file's verdict; the status is the worst one."""
    status = 0
    for path in args.files:
        try:
            print(worth(path, check(path), args.quiet), flush=True)
        except Failure as e:
            print(f"check-results: {e}", file=sys.stderr)
            status = max(status, e.status)
    return status


def run() -> int:
    args = make_parser().parse_args()
    return args.body(args)


if __name__ == "__main__":
    sys.exit(status_of(sys.argv[1] if len(sys.argv) > 1 else "results", run))
