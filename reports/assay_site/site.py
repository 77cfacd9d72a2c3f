"""make site: every page, from the results and the tree alone."""
from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

import assay_report
from assay_results import suite

from . import field as f
from . import place
from .badge import badge
from .defects import defects
from .sources import sources
from .words import head_of, inline

TEMPLATES = Path(__file__).with_name("templates")
REPORT_CSS = Path(assay_report.__file__).with_name("templates") / "report.css"
GLYPHS = {"pass": "\u2713", "fail": "\u2717", "skip": "\u2013", "": "\u00a0"}
WORDS = {"pass": "passes", "fail": "fails", "skip": "lacks it",
         "": "not judged"}


def site(args: Namespace) -> int:
    """Writes the site; what was there before is gone only at the end."""
    out = place.fit(args.out)
    pages = Site(args.results, args.build / "conformance").pages()
    place.replace(out, pages)
    print(f"site: {args.out}/index.html")
    return 0


class Site:
    """Everything that the pages are made of."""

    def __init__(self, results: Path, runner: Path):
        self.results = f.load(results)
        runtimes = [f.Runtime(r) for r in f.newest(self.results, "cases")]
        self.judged = sorted(
            (f.Judged(r) for r in f.newest(self.results, "litmus")),
            key=lambda j: (j.count.share, j.name))
        self.rows = suite.behaviours_now()[1]
        self.field = f.Field(runtimes, self.rows)
        self.sources = sources(runner)
        self.speeds = {}
        if (results / "bench.json").is_file():
            from .speed import speeds  # needs packages that others do not
            self.speeds = speeds(results / "bench.json")
        self.areas, self.kills = f.areas(), f.kills()
        self.lists = suite.frozen(suite.short(suite.version()))
        env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True,
                          trim_blocks=True, lstrip_blocks=True,
                          keep_trailing_newline=True)
        env.globals.update(
            field=self.field, judged=self.judged, areas=self.areas,
            profiles=suite.PROFILES, lists=self.lists, glyphs=GLYPHS,
            words=WORDS, inline=inline, version=suite.version(),
            defects=defects(), how_often=f.how_often)
        env.filters["day"] = lambda t: time.strftime("%Y-%m-%d",
                                                     time.gmtime(t))
        self.env = env

    def pages(self) -> Iterator[tuple[str, str]]:
        """The name of each file of the site, and its text."""
        yield "style.css", REPORT_CSS.read_text() + \
            (TEMPLATES / "site.css").read_text()
        yield "index.html", self.page("index.html.j2", "")
        yield "rows.html", self.page("rows.html.j2", "", groups=[
            (area, list(rows)) for area, rows in groupby(
                self.field.rows.values(), key=lambda r: r.area)])
        if self.env.globals["defects"]:
            yield "defects.html", self.page("defects.html.j2", "")
        yield from self.row_pages()
        for runtime in self.field.runtimes:
            yield from self.runtime_pages(runtime)
        for one in self.judged:
            yield f"litmus/{one.page}.html", self.page(
                "litmus.html.j2", "../", one=one, about=about(one.name))

    def page(self, template: str, root: str, **values: Any) -> str:
        """`root` leads from the page to the folder of the first one."""
        return self.env.get_template(template).render(root=root, **values)

    def row_pages(self) -> Iterator[tuple[str, str]]:
        ids = list(self.field.rows)
        for i, (name, row) in enumerate(self.field.rows.items()):
            yield f"row/{name}.html", self.page(
                "row.html.j2", "../", row=row,
                cases=self.sources.get(name, []),
                kills=self.kills.get(name, (0, 0)),
                in_profiles=[p for p, of in self.lists.profiles.items()
                             if name in of],
                defects_here=[d for d in self.env.globals["defects"]
                              if name in d.rows],
                before=ids[i - 1] if i else None,
                after=ids[i + 1] if i + 1 < len(ids) else None)

    def runtime_pages(self, runtime: f.Runtime) -> Iterator[tuple[str, str]]:
        yield f"runtime/{runtime.page}.html", self.page(
            "runtime.html.j2", "../", runtime=runtime,
            about=about(runtime.name),
            speeds=self.speeds.get(runtime.name, ()),
            older=[r for r in self.results if r is not runtime.result
                   and r["runtime"]["name"] == runtime.name])
        for profile in suite.PROFILES:
            yield f"badge/{runtime.page}/{profile}.svg", badge(
                profile, self.lists.name, f.Field.profile(runtime, profile))


def about(name: str) -> list[Markup]:
    """What a runtime is, by its own folder, if it has one."""
    return head_of(f.home(name) / "README.md")
