"""make report: from a results file to a page and its Markdown."""
from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from .analysis import Analysis
from .errors import Failure
from .history_figures import history_pictures
from .page import Page
from .results import Results, load_results, write_whole
from .targets import load_targets
from .workloads import load_workloads


def report(args: Namespace) -> int:
    """Writes report.html and report.md beside the results."""
    results = load_results(args.out / "results.json")
    page = make_page(results, args.history, args.subject)
    html, markdown = page.html(), page.markdown()
    write_whole(args.out / "report.html", html)
    write_whole(args.out / "report.md", markdown)
    if getattr(args, "markdown", False):
        print(markdown, end="")
    else:
        print(f"report: {args.out / 'report.html'}")
    return 0


def make_page(results: Results, history: Path | None = None,
              subject: str = "") -> Page:
    """A page on results; fails if they hold nothing to show."""
    analysis = Analysis(results, load_workloads(), load_targets(), subject)
    if subject and subject not in analysis.runtimes:
        raise Failure(f"--subject: no {subject} in the results")
    unknown = {s["workload"] for s in results.samples} - \
        set(analysis.workloads)
    if unknown:
        raise Failure("the results have a workload that is not in "
                      f"benchmarks/workloads.tsv: {sorted(unknown)[0]}")
    if not any(s["status"] == "ok" for s in results.samples):
        raise Failure("the results have no sample that was measured", 1)
    return Page(analysis, history_pictures(history, analysis))
