"""gate: fails if head is slower or less right than base."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assay_report.errors import Failure, Parser, status_of

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"numpy": "python3-numpy", "scipy": "python3-scipy"}


def make_parser() -> Parser:
    side = ("a revision of git, which is built; a build folder; "
            "BENCH:RUNTIME.so; a native bench program; or FILE.json, results "
            "of make bench")
    p = Parser(prog="gate", description=__doc__, epilog=(
        "Status: 0 no regression, 1 a regression, 2 wrong usage or something "
        "that cannot be compared. ci/README.md says how it decides."))
    p.add_argument("--base", required=True, metavar="SIDE", help=side)
    p.add_argument("--head", default="build/release", metavar="SIDE",
                   help="likewise (build/release)")
    p.add_argument("--runtime", default="goro",
                   help="which runtime of a build (goro)")
    p.add_argument("--filter", metavar="REGEX",
                   help="these workloads instead of those of ci/cells.tsv")
    p.add_argument("--procs", help="GOMAXPROCS for all, as in '1 2'")
    p.add_argument("--rounds", type=number(1, 1000),
                   help="of each run; default: by the number of cells")
    p.add_argument("--min-time", type=number(0, 3600, float), default=0.1,
                   help="seconds that a sample measures at least (0.1)")
    p.add_argument("--timeout", type=number(0, 3600, float), default=60,
                   help="seconds after which a sample is ended (60)")
    p.add_argument("--floor", type=number(0, 10, float), default=0.05,
                   help="a part that is no regression yet (0.05)")
    p.add_argument("--bound", type=number(0, 10, float), default=0.02,
                   help="the same for instruction counts (0.02)")
    yes_or_no = argparse.BooleanOptionalAction
    p.add_argument("--timings", action=yes_or_no, default=True)
    p.add_argument("--counts", action=yes_or_no, default=None,
                   help="instructions; default: if valgrind is here")
    p.add_argument("--conformance", action=yes_or_no, default=None,
                   help="default: if both sides have a runner")
    p.add_argument("--run", default="", metavar="GLOB",
                   help="only these conformance cases")
    p.add_argument("--base-conformance", type=Path, metavar="FILE",
                   help="JSON of the runner, instead of running it")
    p.add_argument("--head-conformance", type=Path, metavar="FILE")
    p.add_argument("--out", type=Path, metavar="DIR",
                   help="gate.json, gate.md and report.html go there")
    return p


def number(least: float, most: float, kind: type = int):
    """A type for argparse: above or at `least` for counts."""
    def read(text: str) -> Any:
        value = kind(text)
        if not (least <= value if kind is int else least < value) \
                or value > most:
            raise ValueError
        return value
    read.__name__ = "number"
    return read


def run(argv: Sequence[str] | None) -> int:
    """The gate's own status."""
    args = make_parser().parse_args(argv)
    try:
        from .gate import gate
    except ImportError as e:
        module = (e.name or "").split(".")[0]
        if module not in PACKAGES:
            raise
        raise Failure(f"{module} is not installed: Debian package "
                      f"{PACKAGES[module]}") from e
    return gate(args, ROOT)


def main(argv: Sequence[str] | None = None) -> int:
    """The status; what is wrong is one line on stderr."""
    return status_of("gate", lambda: run(argv))


if __name__ == "__main__":
    sys.exit(main())
