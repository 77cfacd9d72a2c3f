"""Figures of matplotlib as SVG that lives inside a page.

Text stays text, in the page's own font; what is neither a runtime's colour
takes the page's, so one picture serves light and dark.
"""
from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

# Colours that stand for the page's own until the picture is in the page.
INK, MUTED, RULE = "#010203", "#040506", "#070809"
_PAGE = {INK: "var(--ink)", MUTED: "var(--muted)", RULE: "var(--rule)"}

WIDTH = 4.7  # inches, at 100 points an inch in the page: made for a phone

_STYLE = {
    "svg.fonttype": "none", "font.size": 9, "axes.titlesize": 9.5,
    "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.edgecolor": RULE, "axes.labelcolor": MUTED, "text.color": INK,
    "axes.titlecolor": INK, "xtick.color": MUTED, "ytick.color": MUTED,
    "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": RULE, "grid.linewidth": 0.6,
    "axes.axisbelow": True, "figure.facecolor": "none",
    "axes.facecolor": "none", "savefig.transparent": True,
    "text.parse_math": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 5, "axes.unicode_minus": True,
}
matplotlib.rcParams.update(_STYLE)


@dataclass
class Picture:
    """A figure of the page."""

    svg: str
    title: str
    text: str = ""  # what it shows, under it
    kind: str = ""
    keys: Sequence[str] = ()  # the runtimes in it


def new_figure(height: float, rows: int = 1, columns: int = 1,
               **more: Any) -> tuple[Any, Any]:
    """A figure of the page's width; `height` in inches."""
    return plt.subplots(rows, columns, figsize=(WIDTH, height),
                        layout="constrained", **more)


def finish(figure: Any, name: str, title: str, text: str = "",
           kind: str = "", keys: Sequence[str] = ()) -> Picture:
    """Draws and closes the figure; `name` keeps its ids apart from others'."""
    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={
            "Date": None, "Creator": None, "Format": None, "Type": None})
    plt.close(figure)
    return Picture(_adopt(out.getvalue(), name, title), title, text, kind,
                   keys)


def _adopt(svg: str, name: str, title: str) -> str:
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    for colour, variable in _PAGE.items():
        svg = svg.replace(colour, variable)
    svg = re.sub(r"(font: ?(?:[a-z0-9]+ )*)([\d.]+px) [^;\"]*",
                 r"\1\2 var(--font)", svg)
    svg = re.sub(r"font-family: ?[^;\"]*", "font-family: var(--font)", svg)
    prefix = re.sub(r"\W", "-", name)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda m:
                 f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{prefix}-", svg)
    label = title.replace("&", "&amp;").replace('"', "&quot;")
    label = label.replace("<", "&lt;")
    # The size is the page's to say; the box stays.
    head, rest = svg.split(">", 1)
    head = re.sub(r' (width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{label}">{rest}'.strip()
