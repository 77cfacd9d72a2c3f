"""The report as one HTML page and as Markdown."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from .analysis import GO, MET_MAYBE, Analysis, Reached
from .escape import markdown
from .figures import CURVES, Figures
from .stats import Interval
from .style import (AREAS, GLYPHS, MARKERS, colours, family_title, markers,
                    number, quantity, ratio_text, short_name)
from .svg import Picture
from .workloads import BASE_FAMILY

TEMPLATES = Path(__file__).with_name("templates")

# The yardsticks that belong beside a family.
BESIDE = {
    "core": ("base/call", "base/switch", "base/swapcontext",
             "base/pthread_spawn_join"),
    "chan": ("base/call", "base/switch", "base/pthread_pingpong"),
    "select": ("base/call", "base/switch", "base/pthread_pingpong"),
    "net": ("base/epoll_",),
}
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
        bad, repeated, total = self.a.disturbed()
        return {
            "a": self.a, "header": header, "subject": self.a.subject,
            "runtimes": self.a.runtimes, "missing": header["missing"],
            "colours": colours([*self.a.runtimes, BASE_FAMILY]),
            "glyphs": {r: GLYPHS[MARKERS.index(m)] for r, m in
                       markers(self.a.runtimes).items()},
            "programs": {r: header["programs"][r] for r in self.a.runtimes},
            "disturbed": bad, "repeated": repeated, "total": total,
            "doubts": self.a.doubts(), "trusted": self.a.trusted,
            "targets": [self._target(r) for r in self.reached],
            "met": sum(r.met for r in self.reached),
            "unsure": sum(r.verdict == MET_MAYBE for r in self.reached),
            "known": sum(r.measured is not None for r in self.reached),
            "ahead_go": self.a.standing(GO) if self._go_is_peer else None,
            "ahead_all": self.a.standing(None),
            "families": [self._family(f) for f in self.a.families()],
            "conformance": self.a.results.conformance,
            "areas": AREAS,
        }

    @property
    def _go_is_peer(self) -> bool:
        return self.a.has_go and self.a.subject != GO

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

    def _target(self, r: Reached) -> dict[str, Any]:
        t = r.target
        unit = self.a.workloads[t.workload].unit \
            if t.workload in self.a.workloads else ""
        text, low_high = ("", "")
        if r.measured:
            text, low_high = ratio_text(r.measured) if t.against \
                else quantity(r.measured, unit)
        limit = f"{t.limit_text}\u00a0\u00d7\u00a0" + (
            "plain epoll" if "epoll" in t.against else t.against) \
            if t.against else f"{number(t.limit)}\u00a0{unit}"
        return {"workload": t.workload, "procs": t.procs,
                "metric": "" if t.metric == "-" else t.metric,
                "limit": limit, "text": text, "interval": low_high,
                "part": r.measured.value / t.limit if r.measured else 0,
                "verdict": r.verdict, "reason": r.reason}

    # ---- the tables of a family -------------------------------------------

    def _family(self, family: str) -> dict[str, Any]:
        rows = [self._row(name, procs) for name in self.a.measured(family)
                for procs in self.a.procs]
        rows = [r for r in rows if any(c["n"] for c in r["cells"])]
        lacks: dict[str, list[str]] = {}
        for row in rows:
            for cell in row["cells"]:
                if not cell["n"]:
                    key = f"{cell['runtime']}: {cell['reason']}"
                    names = lacks.setdefault(key, [])
                    if row["short"] not in names:
                        names.append(row["short"])
        return {"name": family, "title": family_title(family), "rows": rows,
                "lacks": lacks, "yardsticks": self._yardsticks(family)}

    def _row(self, name: str, procs: int) -> dict[str, Any]:
        w = self.a.workloads[name]
        best = self.a.best(name, procs)
        return {"name": name, "short": short_name(name), "text": w.text,
                "procs": procs, "counts": w.headline,
                "cells": [self._cell(name, procs, r, best, w.unit)
                          for r in self.a.runtimes]}

    def _cell(self, name: str, procs: int, runtime: str, best: str | None,
              unit: str) -> dict[str, Any]:
        i = self.a.cell(name, procs, runtime)
        if i is None or best is None:
            return {"n": 0, "runtime": runtime,
                    "reason": self.a.reason(name, procs, runtime)}
        value, interval = quantity(i, unit)
        return {"n": i.n, "runtime": runtime, "value": value,
                "interval": interval, "best": runtime == best,
                "to_go": _pair(self.a.ratio(name, procs, runtime, GO)),
                "to_best": _pair(self.a.ratio(name, procs, runtime, best))}

    def _yardsticks(self, family: str) -> list[tuple[str, str, str]]:
        wanted = BESIDE.get(family, BESIDE_OTHERS)
        found = []
        for name in self.a.measured(BASE_FAMILY):
            i = self.a.cell(name, min(self.a.procs), BASE_FAMILY)
            if name.startswith(wanted) and i is not None:
                text = self.a.workloads[name].text
                found.append((text, *quantity(i, "ns")))
        return found


def _pair(interval: Interval | None) -> tuple[str, str] | None:
    return ratio_text(interval) if interval else None


def _there(pictures: Any) -> list[Picture]:
    return [p for p in pictures if p is not None]
