"""Bars, curves and timelines of an analysis."""
from __future__ import annotations

import math
from collections.abc import Callable, Container, Sequence, Sized

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from . import svg
from .analysis import GO, Analysis
from .leads import best
from .stats import Interval, ratio_interval
from .style import (GREY, colours, family_title, markers, number, scale,
                    short_name, spread)
from .svg import INK, MUTED, Picture

# These have curves of their own.
CURVES = {
    "core/switch_set/n:": ("Working set: a yield among n goroutines",
                           "goroutines that take turns"),
    "chan/elem/bytes:": ("Element size: a send and a receive",
                         "bytes of an element"),
}
LEAST = 2  # points; what has fewer is no picture

# Work that more processors could share.
SCALING = ("core/spawn_many/", "chan/mpmc/", "chan/fanin/", "chan/pipeline/",
           "chan/sieve/", "chan/skynet/", "sync/mutex_contended/",
           "sched/burst/", "net/serve/")


class Figures:
    """Draws an analysis; None where there is nothing to draw."""

    def __init__(self, analysis: Analysis):
        self.a = analysis
        self.colour = colours([*analysis.runtimes, "base"])
        self.marker = markers([*analysis.runtimes, "base"])
        self.against = GO if analysis.has_go else None
        self.spread = spread(analysis.deepest)

    # ---- bars -------------------------------------------------------------

    def overview(self, procs: int) -> Picture | None:
        """The geometric means of the families."""
        rows = [(family_title(f), self._bars(
            lambda r, b, f=f: self.a.geomean(f, procs, r, b), None))
            for f in self.a.families()] if self.against else []
        return self._draw_bars(
            rows, f"overview-{procs}", f"Families, GOMAXPROCS={procs}",
            "Geometric mean of the ratios to Go over the workloads of a "
            "family.")

    def family(self, family: str, procs: int) -> Picture | None:
        """The workloads of a family beside each other."""
        names = [n for n in self.a.measured(family)
                 if not n.startswith(tuple(CURVES))]
        rows = []
        for name in names:
            first = None if self.against else best(self.a, name, procs)
            rows.append((short_name(name), self._bars(
                lambda r, b, n=name: self.a.ratio(n, procs, r, b), first)))
        what = "Go" if self.against else "the best"
        around = f", with its {self.spread}" if self.spread else ""
        return self._draw_bars(
            rows, f"{family}-{procs}",
            f"{family_title(family)}, GOMAXPROCS={procs}",
            f"Ratio to {what}{around}; left of 1 is better.")

    def _bars(self, ratio: Callable[[str, str], Interval | None],
              first: str | None) -> list[tuple[str, Interval]]:
        against = self.against or first
        if against is None:
            return []
        found = [(r, ratio(r, against)) for r in self.a.runtimes
                 if r != self.against]
        return [(r, i) for r, i in found if i is not None and i.value > 0]

    def _draw_bars(self, rows: Sequence[tuple[str, Sequence[tuple[
            str, Interval]]]], name: str, title: str,
            text: str) -> Picture | None:
        rows = [(label, bars) for label, bars in rows if bars]
        if sum(len(bars) for _, bars in rows) < LEAST:
            return None
        lines = sum(len(bars) + 1.25 for _, bars in rows)
        figure, axes = svg.new_figure(0.75 + 0.135 * lines)
        y = 0.0
        drawn: set[str] = set()
        for label, bars in rows:
            axes.text(0, y, label, transform=axes.get_yaxis_transform(),
                      va="center", fontsize=8.5, color=INK)
            y += 1
            for runtime, i in bars:
                # From 1, where both are equal, in logarithms.
                axes.barh(y, i.value - 1, left=1, height=0.86,
                          color=self.colour[runtime])
                if i.n > 1:
                    self._whisker(axes, i, y)
                axes.plot(i.value, y, marker=self.marker[runtime],
                          markersize=4.5, color=self.colour[runtime],
                          markeredgecolor=INK, markeredgewidth=0.6)
                drawn.add(runtime)
                y += 1
            y += 0.25
        axes.axvline(1, color=MUTED, linewidth=1)
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, 0.5), max(high, 2))
        self._log_axis(axes.xaxis)
        axes.set_ylim(y, -0.8)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y", visible=False)
        return svg.finish(figure, f"bars-{name}", title, text, "bars",
                          self._keys(drawn))

    @staticmethod
    def _whisker(axes: object, i: Interval, y: float) -> None:
        """The interval, with a stroke at either end."""
        ends = [max(i.low, i.value * 1e-3), i.high]
        axes.plot(ends, [y, y], color=INK, linewidth=1)
        axes.plot(ends, [y, y], linestyle="", marker="|", markersize=4,
                  color=INK, markeredgewidth=1)

    def _compares(self, drawn: Sized) -> bool:
        """Whether there are two beside each other, if there can be."""
        return len(drawn) >= min(2, len(self.a.runtimes))

    def _keys(self, shown: Container[str]) -> list[str]:
        return [r for r in self.a.runtimes if r in shown]

    @staticmethod
    def _log_axis(axis: object) -> None:
        """Plain numbers at 1, 2, 5 of each decade, or at the decades."""
        low, high = sorted(axis.get_view_interval())
        decades = math.log10(high / low) if low > 0 else 1
        subs = (1.0, 2.0, 5.0) if decades < 2.2 else (1.0,)
        axis.set_major_locator(LogLocator(10, subs, numticks=12))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(
            lambda v, _: f"{v:,.12g}".replace(",", "\u2009")))

    # ---- curves -----------------------------------------------------------

    def curve(self, prefix: str, procs: int) -> Picture | None:
        """Time against a size, in logarithms of both."""
        title, label = CURVES[prefix]
        names = [n for n in self.a.measured() if n.startswith(prefix)]
        lines = {}
        for runtime in self.a.runtimes:
            points = [(int(n[len(prefix):]), i) for n in names
                      if (i := self.a.cell(n, procs, runtime)) is not None
                      and i.value > 0]
            if len(points) >= LEAST:
                lines[runtime] = points
        if not self._compares(lines):
            return None
        figure, axes = svg.new_figure(2.9)
        for runtime, points in lines.items():
            self._line(axes, runtime, [max(x, 1) for x, _ in points],
                       [i for _, i in points])
        axes.set_xscale("log")
        axes.set_yscale("log")
        self._log_axis(axes.xaxis)
        self._log_axis(axes.yaxis)
        axes.set_xlabel(label)
        axes.set_ylabel("ns")
        return svg.finish(figure, f"curve-{prefix}-{procs}",
                          f"{title}, GOMAXPROCS={procs}", self._medians(),
                          "curve", self._keys(lines))

    def _medians(self) -> str:
        if not self.spread:
            return "One sample each."
        return f"Median and {self.spread}."

    def _line(self, axes: object, runtime: str, xs: Sequence[float],
              intervals: Sequence[Interval]) -> None:
        ys = [i.value for i in intervals]
        around = [[max(0.0, i.value - i.low) for i in intervals],
                  [max(0.0, i.high - i.value) for i in intervals]]
        several = any(i.n > 1 for i in intervals)
        axes.errorbar(
            xs, ys, yerr=around if several else None,
            color=self.colour[runtime], marker=self.marker[runtime],
            capsize=2, elinewidth=1)

    def scaling(self) -> Picture | None:
        """Speed with more processors over that with the fewest."""
        procs = sorted(self.a.procs)
        names = [n for n in self.a.measured() if n.startswith(SCALING)]
        if len(procs) < LEAST:
            return None
        rows = []
        for name in names:
            lines = {r: points for r in self.a.runtimes
                     if len(points := self._speedups(name, procs, r))
                     >= LEAST}
            if self._compares(lines):
                rows.append((name, lines))
        if not rows:
            return None
        height = (len(rows) + 1) // 2
        figure, grid = svg.new_figure(0.5 + 1.55 * height, height, 2,
                                      squeeze=False, sharex=True)
        for axes in grid.flat[len(rows):]:
            axes.set_visible(False)
        seen: set[str] = set()
        for axes, (name, lines) in zip(grid.flat, rows):
            axes.plot(procs, [p / procs[0] for p in procs], color=MUTED,
                      linewidth=1, linestyle=":")
            for runtime, points in lines.items():
                self._line(axes, runtime, list(points), list(points.values()))
                seen.add(runtime)
            axes.set_title(name.split("/")[1].replace("_", " "))
            axes.set_xticks(procs)
            axes.set_ylim(bottom=0)
        return svg.finish(
            figure, "scaling", "Scaling with GOMAXPROCS",
            f"How many times faster than at GOMAXPROCS={procs[0]}; the dotted "
            "line is ideal.", "scaling", self._keys(seen))

    def _speedups(self, name: str, procs: Sequence[int],
                  runtime: str) -> dict[int, Interval]:
        first = self.a.values(name, procs[0], runtime)
        found = {p: ratio_interval(first, self.a.values(name, p, runtime))
                 for p in procs}
        return {p: i for p, i in found.items() if i is not None}

    # ---- latency and balance ----------------------------------------------

    def percentiles(self, workload: str, procs: int) -> Picture | None:
        """Latency against the share of requests that were faster."""
        lines = {r: hist for r in self.a.runtimes if len(hist := self._details(
            r, procs, workload).get("hist", ())) >= LEAST}
        if not self._compares(lines):
            return None
        figure, axes = svg.new_figure(2.7)
        for runtime, hist in lines.items():
            xs, ys = percentile_curve(hist)
            axes.plot(xs, ys / 1e3, color=self.colour[runtime],
                      drawstyle="steps-post")
            axes.plot(xs[-1:], ys[-1:] / 1e3, color=self.colour[runtime],
                      marker=self.marker[runtime])
        axes.set_yscale("log")
        self._log_axis(axes.yaxis)
        ticks = ["0", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"]
        end = max(1.0, axes.get_xlim()[1])
        shown = [k for k in range(len(ticks)) if k <= end]
        axes.set_xticks(shown, [ticks[k] for k in shown])
        axes.set_xlim(0, end)
        axes.set_xlabel("part of them that took no longer")
        axes.set_ylabel("\u00b5s")
        return svg.finish(
            figure, f"percentiles-{workload}-{procs}",
            f"{family_title(workload.split('/')[0])}: {short_name(workload)}, "
            f"GOMAXPROCS={procs}", "All rounds together.", "percentiles",
            self._keys(lines))

    def balance(self, workload: str, procs: int) -> Picture | None:
        """Who worked when: a line for each thread of each runtime."""
        found = [(r, t) for r in self.a.runtimes if (
            t := self._details(r, procs, workload).get("timeline"))]
        if not self._compares(found):
            return None
        shown = [(r, t, min(len(t["busy"]), 8)) for r, t in found]
        heights = [n * 0.16 + 0.12 for _, _, n in shown]
        figure, grid = svg.new_figure(
            0.7 + sum(heights) + 0.32 * len(shown), len(shown), 1,
            squeeze=False, height_ratios=heights, sharex=True)
        end = max(t["end_us"] for _, t, _ in shown) / 1e3
        for axes, (runtime, timeline, n) in zip(grid.flat, shown):
            self._strips(axes, runtime, timeline, n)
            axes.set_title(self._balance_title(workload, procs, runtime,
                                               timeline, n), fontsize=8.5)
            axes.set_xlim(0, end)
        grid.flat[-1].set_xlabel("ms since the first spawn")
        return svg.finish(
            figure, f"balance-{workload}-{procs}",
            f"Balance: {short_name(workload)}, GOMAXPROCS={procs}",
            "A line for each thread, filled while it worked; one round.",
            "balance")

    def _strips(self, axes: object, runtime: str, timeline: dict,
                n: int) -> None:
        bins = len(timeline["busy"][0])
        width = timeline["end_us"] / 1e3 / bins
        for k, busy in enumerate(timeline["busy"][:n]):
            spans = [(b * width, width) for b, part in enumerate(busy)
                     if part >= 0.5]
            axes.broken_barh(merged(spans), (k + 0.1, 0.8),
                             color=self.colour[runtime], linewidth=0)
        axes.set_ylim(n, 0)
        axes.set_yticks([])
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)

    def _balance_title(self, workload: str, procs: int, runtime: str,
                       timeline: dict, n: int) -> str:
        ratio = self.a.cell(workload, procs, runtime)
        of_ideal = f": {number(ratio.value)} of ideal" if ratio else ""
        more = timeline["threads"] - n
        return runtime + of_ideal + (f", {more} threads more" if more else "")

    def _details(self, runtime: str, procs: int, workload: str) -> dict:
        if runtime in self.a.one_p and procs != self.a.least:
            return {}
        return self.a.results.details.get(f"{runtime} {procs} {workload}", {})

    # ---- the machine ------------------------------------------------------

    def yardsticks(self) -> Picture | None:
        """What the machine itself costs."""
        names = [n for n in self.a.measured("base")]
        cells = [(n, self.a.cell(n, self.a.least, "base")) for n in names]
        cells = [(n, c) for n, c in cells if c is not None and c.value > 0]
        if len(cells) < LEAST:
            return None
        figure, axes = svg.new_figure(0.5 + 0.3 * len(cells))
        for k, (name, i) in enumerate(cells):
            if i.n > 1:
                self._whisker(axes, i, k + 0.22)
            axes.plot(i.value, k + 0.22, marker="o", color=GREY,
                      markeredgecolor=INK)
            factor, unit = scale("ns", i.value)
            axes.text(0, k - 0.2, f"{short_name(name)}: "
                      f"{number(i.value / factor)} {unit}",
                      transform=axes.get_yaxis_transform(), fontsize=8.5,
                      va="center", color=INK)
        axes.set_xscale("log")
        self._log_axis(axes.xaxis)
        axes.set_ylim(len(cells) - 0.4, -0.6)
        axes.set_yticks([])
        axes.set_xlabel("ns")
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y", visible=False)
        return svg.finish(figure, "yardsticks", "Yardsticks of this machine",
                          self._medians(), "yardsticks")


def percentile_curve(hist: Sequence[Sequence[float]]
                     ) -> tuple[np.ndarray, np.ndarray]:
    """Points (-log10 of the part that took longer, time in ns)."""
    upper = np.array([max(u, 1) for u, _ in hist], dtype=float)
    counts = np.array([c for _, c in hist], dtype=float)
    below = np.concatenate(([0.0], np.cumsum(counts)[:-1])) / counts.sum()
    return -np.log10(1 - below), upper


def merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Joins (start, width) that touch."""
    made: list[tuple[float, float]] = []
    for start, width in spans:
        if made and abs(sum(made[-1]) - start) < width * 1e-3:
            made[-1] = made[-1][0], start + width - made[-1][0]
        else:
            made.append((start, width))
    return made
