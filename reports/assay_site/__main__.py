"""The command line of make site."""
from __future__ import annotations

import sys
from pathlib import Path

from assay_report.errors import Failure, Parser, status_of
from assay_report.workloads import ROOT


def make_parser() -> Parser:
    parser = Parser(prog="assay_site", description="Builds the static site.")
    parser.add_argument("--results", type=Path, default=ROOT / "results",
                        help="the folder of certified results")
    parser.add_argument("--build", type=Path, default=Path("build/release"),
                        help="where the runner is, which explains the cases")
    parser.add_argument("--out", type=Path, required=True,
                        help="the folder to write; it is replaced")
    return parser


def run() -> int:
    args = make_parser().parse_args()
    try:
        from .site import site
    except ImportError as e:
        package = (e.name or "").split(".")[0]
        if package not in ("jinja2", "markupsafe"):
            raise
        raise Failure(f"{package} is not installed: Debian package "
                      f"python3-{package}") from e
    return site(args)


if __name__ == "__main__":
    sys.exit(status_of("site", run))
