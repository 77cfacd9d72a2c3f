"""The report as one HTML page and as Markdown."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from .analysis import GO, MET_MAYBE, Analysis, Reached
from .escape import markdown
from .channel_states import channel_states
from .figures import CURVES, Figures
from .first_screen import first_screen
from .leads import TIE, best, how_sure
from .stats import Interval
from .style import (AREAS, ENOUGH, GLYPHS, MARKERS, colours, family_title,
                    markers, number, quantity, ratio_text, short_name)
from .targets import OWNER
from .svg import Picture
from .workloads import BASE_FAMILY

TEMPLATES = Path(__file__).with_name("templates")

# Where a row of a table becomes a block with a line for each runtime.
NARROW = "@media (max-width: 52rem)"

# The yardsticks that belong beside a family.
BESIDE = {
    "core": ("base/call", "base/switch", "base/swapcontext",
             "base/pthread_spawn_join"),
    "chan": ("base/call", "base/switch", "base/pthread_pingpong"),
    "select": ("base/call", "base/switch", "base/pthread_pingpong"),
    "net": ("base/epoll_",),
}
MANY = 6  # runtimes beside each other; of more, each has a line

BESIDE_OTHERS = ("base/call", "base/switch", "base/pthread_")


class Page:
    """The words, tables and pictures of a report."""

    def __init__(self, analysis: Analysis, history: list[Picture]):
        self.a = analysis
        self.figures = Figures(analysis)
        self.history = history
        self.reached = analysis.reached()

    def html(self) -> str:
        """The page: complete, with nothing outside of it."""
        css = (TEMPLATES / "report.css").read_text()
        rows = (TEMPLATES / "rows.css").read_text()
        css += f"{NARROW} {{\n{rows}}}\n.many {{\n{rows}}}\n"
        return self._render("report.html.j2", css=Markup(css),
                            **self._context(), **self._pictures())

    def markdown(self) -> str:
        """The short form for a pull request."""
        return self._render("report.md.j2", **self._context())

    def _render(self, template: str, **values: Any) -> str:
        is_html = template.endswith(".html.j2")
        env = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=is_html,
            finalize=None if is_html else markdown, trim_blocks=True,
            lstrip_blocks=True, keep_trailing_newline=True)
        env.globals.update(number=number, family_title=family_title)
        return env.get_template(template).render(**values)

    def _context(self) -> dict[str, Any]:
        header = self.a.results.header
        families = [self._family(f) for f in self.a.families()]
        return {
            "a": self.a, "header": header, "subject": self.a.subject,
            "title": self._title(), "owner": OWNER, "enough": ENOUGH,
            "many": len(self.a.runtimes) > MANY,
            "runtimes": self.a.runtimes, "missing": header["missing"],
            "colours": colours([*self.a.runtimes, BASE_FAMILY]),
            "glyphs": {r: GLYPHS[MARKERS.index(m)] for r, m in
                       markers(self.a.runtimes).items()},
            "programs": {r: header["programs"][r] for r in self.a.runtimes},
            "doubts": self.a.doubts(), "trusted": self.a.trusted,
            "targets": [self._target(r, r.measured) for r in self.reached
                        if r.measured],
            "unreached": self._unreached(),
            "met": sum(r.met for r in self.reached),
            "unsure": sum(r.verdict == MET_MAYBE for r in self.reached),
            "families": [f for f in families if f["rows"]],
            "unmeasured": [f for f in families if not f["rows"]],
            "conformance": self.a.results.conformance,
            "states": channel_states(self.a), "areas": AREAS,
            **first_screen(self.a),
        }

    def _title(self) -> str:
        others = [r for r in self.a.runtimes if r != self.a.subject]
        quick = " (quick)" if self.a.options["quick"] else ""
        beside = f"{len(others)} others" if len(others) > MANY else \
            ", ".join(others)
        return self.a.subject + (f" next to {beside}" if beside else "") + \
            quick

    def _pictures(self) -> dict[str, Any]:
        f = self.figures
        return {
            "overview": _there(f.overview(p) for p in self.a.procs),
            "pictures": {x: self._family_pictures(x)
                         for x in self.a.families()},
            "scaling": _there([f.scaling()]),
            "yardsticks": _there([f.yardsticks()]),
            "history": self.history,
        }

    def _family_pictures(self, family: str) -> list[Picture]:
        f = self.figures
        made = [f.family(family, p) for p in self.a.procs]
        made += [f.curve(prefix, p) for prefix in CURVES
                 if prefix.startswith(family + "/") for p in self.a.procs]
        for name in self.a.measured(family):
            made += [draw(name, p) for p in self.a.procs
                     for draw in (f.percentiles, f.balance)]
        return _there(made)

    def _target(self, r: Reached, measured: Interval) -> dict[str, Any]:
        t = r.target
        unit = self.a.workloads[t.workload].unit
        text, low_high = ratio_text(measured) if t.against \
            else quantity(measured, unit)
        limit = f"{t.limit_text}\u00a0\u00d7\u00a0" + (
            "plain epoll" if "epoll" in t.against else t.against) \
            if t.against else f"{number(t.limit)}\u00a0{unit}"
        return {"workload": t.workload, "procs": t.procs,
                "metric": "" if t.metric == "-" else t.metric,
                "limit": limit, "text": text, "interval": low_high,
                "part": measured.value / t.limit, "verdict": r.verdict}

    def _unreached(self) -> dict[str, list[str]]:
        """Why targets were not measured, and which."""
        found: dict[str, list[str]] = {}
        for r in self.reached:
            if r.measured is None:
                found.setdefault(r.reason, []).append(
                    f"{r.target.workload} at P {r.target.procs}")
        return found

    # ---- the tables of a family -------------------------------------------

    def _family(self, family: str) -> dict[str, Any]:
        rows = [self._row(name, procs) for name in self.a.measured(family)
                for procs in self.a.procs]
        some = [r for r in rows if any(c["n"] for c in r["cells"])]
        lacks, rows = _lacks(some or rows), some
        ratios = [r for r in rows if sum(bool(c["n"]) for c in r["cells"]) > 1]
        return {"name": family, "title": family_title(family), "rows": rows,
                "ratios": ratios, "lacks": lacks,
                "yardsticks": self._yardsticks(family)}

    def _row(self, name: str, procs: int) -> dict[str, Any]:
        w = self.a.workloads[name]
        first = best(self.a, name, procs)
        return {"name": name, "short": short_name(name), "text": w.text,
                "procs": procs, "counts": w.headline,
                "cells": [self._cell(name, procs, r, first, w.unit)
                          for r in self.a.runtimes]}

    def _cell(self, name: str, procs: int, runtime: str, first: str | None,
              unit: str) -> dict[str, Any]:
        i = self.a.cell(name, procs, runtime)
        if i is None:
            return {"n": 0, "runtime": runtime,
                    "reason": self.a.reason(name, procs, runtime)}
        value, interval = quantity(i, unit)
        behind = self.a.ratio(name, procs, runtime, first) if first else None
        return {"n": i.n, "runtime": runtime, "value": value,
                "interval": interval, "best": runtime == first,
                "to_go": _pair(self.a.ratio(name, procs, runtime, GO)),
                "to_best": _to_best(behind)}

    def _yardsticks(self, family: str) -> list[tuple[str, str, str]]:
        wanted = BESIDE.get(family, BESIDE_OTHERS)
        found = []
        for name in self.a.measured(BASE_FAMILY):
            i = self.a.cell(name, self.a.least, BASE_FAMILY)
            if name.startswith(wanted) and i is not None:
                text = self.a.workloads[name].text
                found.append((text, *quantity(i, "ns")))
        return found


def _pair(interval: Interval | None) -> tuple[str, str] | None:
    return ratio_text(interval) if interval else None


def _to_best(ratio: Interval | None) -> tuple[str, str] | None:
    """Who is not told apart from the best one is about as good."""
    if ratio is None:
        return None
    text, around = ratio_text(ratio)
    return ("\u2248\u00a0best" if how_sure(ratio) == TIE else text), around


def _lacks(rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Why cells are empty, and which."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for cell in row["cells"]:
            if not cell["n"]:
                names = found.setdefault(
                    f"{cell['runtime']}: {cell['reason']}", [])
                if row["short"] not in names:
                    names.append(row["short"])
    return found


def _there(pictures: Any) -> list[Picture]:
    return [p for p in pictures if p is not None]
