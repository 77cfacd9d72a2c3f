"""Curves over the earlier runs that the history has."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import svg
from .analysis import GO, Analysis
from .history import load
from .steps import find_steps
from .style import colours, markers, short_name
from .svg import INK, MUTED, Picture

LEAST = 2  # points of a curve

Points = list[dict[str, Any]]


def history_pictures(path: Path | None, a: Analysis) -> list[Picture]:
    """A picture for each procs; of this machine, and of workloads that have
    a target.  Fails if the file is there and malformed."""
    if path is None or not path.exists():
        return []
    machine = a.results.header["machine"].get("fingerprint")
    lines = [x for x in load(path) if x["machine"] == machine]
    targets = dict.fromkeys(t.workload for t in a.targets)
    found = []
    for procs in a.procs:
        curves = {}
        for name in targets:
            of_name = {r: points for r in (a.subject, GO) if len(points := [
                x for x in lines if (x["runtime"], x["workload"], x["procs"])
                == (r, name, procs)]) >= LEAST}
            if of_name:
                curves[name] = of_name
        if curves:
            found.append(_draw(curves, procs, a.subject))
    return found


def _draw(curves: dict[str, dict[str, Points]], procs: int,
          subject: str) -> Picture:
    runtimes = list(dict.fromkeys((subject, GO)))
    colour, marker = colours(runtimes), markers(runtimes)
    rows = (len(curves) + 1) // 2
    figure, grid = svg.new_figure(0.4 + 1.25 * rows, rows, 2, squeeze=False)
    dates = sorted({x["date"] for c in curves.values()
                    for points in c.values() for x in points})
    for axes in grid.flat[len(curves):]:
        axes.set_visible(False)
    for axes, (name, of_name) in zip(grid.flat, curves.items()):
        for runtime, points in of_name.items():
            xs = [dates.index(x["date"]) for x in points]
            ys = [x["value"] for x in points]
            axes.errorbar(xs, ys, yerr=[
                [max(0.0, x["value"] - x["ci_low"]) for x in points],
                [max(0.0, x["ci_high"] - x["value"]) for x in points]],
                color=colour[runtime], marker=marker[runtime],
                markersize=3, linewidth=1.2, elinewidth=0.8)
            if runtime == subject:
                _mark_steps(axes, xs, ys)
        axes.set_title(short_name(name), fontsize=8)
        axes.set_ylim(bottom=0)
        axes.set_xticks([0, len(dates) - 1],
                        [dates[0][5:10], dates[-1][5:10]])
    shown = [r for r in runtimes if any(r in c for c in curves.values())]
    return svg.finish(
        figure, f"history-{procs}", f"Earlier runs, GOMAXPROCS={procs}",
        f"Medians of {len(dates)} runs on this machine, oldest first; a "
        "dashed line is where the figure changed for good.", "history", shown)


def _mark_steps(axes: Any, xs: Sequence[int], ys: Sequence[float]) -> None:
    if min(ys) <= 0:
        return
    for step in find_steps(ys):
        axes.axvline(xs[step.index] - 0.5, color=INK, linewidth=1,
                     linestyle="--")
        axes.annotate(f"{100 * step.change:+.0f} %",
                      (xs[step.index] - 0.5, 1), xytext=(2, -1),
                      xycoords=("data", "axes fraction"), va="top",
                      textcoords="offset points", fontsize=7.5, color=MUTED)
