"""Colours and words that are the same in every figure and table."""
from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, cycle

from .stats import CONFIDENCE, Interval

# Okabe and Ito's palette, told apart by the colour-blind; its yellow and black
# are left out, as one of them cannot be seen on light or on dark.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#56B4E9", "#999999"

FIXED = {"goro": BLUE, "go": ORANGE, "pthread": GREEN, "boost_fiber": RED,
         "tokio": PURPLE, "base": GREY}
SPARE = (SKY, PURPLE, GREEN, RED, ORANGE, BLUE)
MARKERS = "osD^vPXh*d"
# The same, as text.
GLYPHS = ("\u25cf\u25a0\u25c6\u25b2\u25bc\u271a"
          "\u2716\u2b22\u2605\u25ca")

FAMILIES = {
    "core": "Goroutines", "chan": "Channels", "select": "Select",
    "time": "Timers", "sync": "Locks and friends", "mem": "Memory",
    "sched": "Balance and bursts", "fair": "Fairness",
    "latency": "Latency at a fixed rate", "idle": "Idle", "net": "Network",
}

AREAS = {
    "GO": "goroutines", "CH": "channels", "SE": "select", "MU": "mutexes",
    "WG": "wait groups, once, cond, pool", "DL": "deadlock",
    "PA": "panic and exit", "SC": "scheduler", "BT": "start and end",
    "MM": "memory model", "TM": "time", "SY": "system calls",
    "PT": "patterns", "OB": "observation", "CX": "context",
    "NP": "network", "XL": "libraries", "ST": "stress",
}


def colours(runtimes: Sequence[str]) -> dict[str, str]:
    """A colour for each runtime; known ones always have the same."""
    chosen = {r: FIXED[r] for r in runtimes if r in FIXED}
    free = chain((c for c in SPARE if c not in chosen.values()), cycle(SPARE))
    for runtime in runtimes:
        if runtime not in chosen:
            chosen[runtime] = next(free)
    return chosen


def markers(runtimes: Sequence[str]) -> dict[str, str]:
    """A shape for each runtime, for who cannot see its colour; no two have
    the same of both while there are enough."""
    hue = colours(runtimes)
    chosen = dict(zip(FIXED, MARKERS))
    used = set(zip(FIXED.values(), MARKERS))
    for n, runtime in enumerate(r for r in runtimes if r not in FIXED):
        start = (len(FIXED) + n) % len(MARKERS)
        turned = MARKERS[start:] + MARKERS[:start]
        chosen[runtime] = next(
            (m for m in turned if (hue[runtime], m) not in used), turned[0])
        used.add((hue[runtime], chosen[runtime]))
    return {r: chosen[r] for r in runtimes}


def family_title(family: str) -> str:
    return FAMILIES.get(family, family)


def short_name(workload: str) -> str:
    """A workload's name for a narrow column: chan/elem/bytes:8 is elem 8 B."""
    words = workload.split("/")[1:]
    return " ".join(words).replace("_", " ")


def number(value: float) -> str:
    """Three digits, thin spaces between thousands."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "-"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 4)}f}".replace(",", "\u2009")


CONFIDENT = CONFIDENCE  # what holds the truth less often is a mere range
ENOUGH = 6  # samples, for one that holds it so often
SCALES = {"ns": ((1e9, "s"), (1e6, "ms"), (1e3, "\u00b5s"), (1, "ns")),
          "B": ((1, "B"),)}


def scale(unit: str, size: float) -> tuple[float, str]:
    """What to divide by, and the unit after it."""
    for factor, name in SCALES.get(unit, ()):
        if abs(size) >= factor:
            return factor, name
    return 1, "" if unit in ("1", "x") else unit


def quantity(interval: Interval, unit: str) -> tuple[str, str]:
    """The median and its interval as text, in a readable unit."""
    factor, name = scale(unit, interval.value)
    text = f"{number(interval.value / factor)}\u00a0{name}".strip()
    return text, _between(interval, factor)


def ratio_text(interval: Interval) -> tuple[str, str]:
    """A ratio and its interval as text."""
    return number(interval.value), _between(interval, 1)


def spread(n: int) -> str:
    """What n samples of a cell have around their median."""
    if n < 2:
        return ""
    return "range of the rounds" if n < ENOUGH else "95\u00a0% interval"


def _between(i: Interval, factor: float) -> str:
    """The interval, if there is one; of few samples the range, with their
    number."""
    if i.n == 1:
        return ""
    text = f"{number(i.low / factor)}\u2013{number(i.high / factor)}"
    return text if i.coverage >= CONFIDENT else f"{text}, n\u00a0{i.n}"
