"""What the page says first: who is best at what, by how much, how sure."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .analysis import GO, Analysis
from .conformance import FAILED, KNOWN, PASSED, SKIPPED
from .leads import (AGREE, ONE, SURE, TIE, Lead, Standing, middle, standing,
                    versus)
from .stats import Interval
from .style import CONFIDENT, ENOUGH, family_title, number, ratio_text

SURE_WORDS = {SURE: "sure", AGREE: "likely", ONE: "one sample",
              TIE: "close"}
SURE_MEANS = {
    SURE: "the whole 95\u00a0% interval says so",
    AGREE: "it is so in every round, but they are too few to be sure",
    ONE: "nothing tells chance from speed",
    TIE: "chance can have decided who is ahead",
}


def first_screen(a: Analysis) -> dict[str, Any]:
    """All of it, in words."""
    whole = {p: found for p in a.procs if (found := standing(a, p)).leads}
    used = {x.sure for found in whole.values() for x in found.leads}
    return {
        "best": [_table(a, p) for p in whole],
        "leading": [_leading(p, found) for p, found in whole.items()],
        "subject_says": _subject(a, whole),
        "evidence": _evidence(a),
        "sure_means": [(SURE_WORDS[k], SURE_MEANS[k]) for k in SURE_MEANS
                       if k in used],
        "verdicts": {r: counts for r in a.runtimes
                     if (counts := verdicts(a, r))},
        "alike": _alike(a),
    }


# ---- conformance ----------------------------------------------------------

def verdicts(a: Analysis, runtime: str) -> dict[str, int] | None:
    """The sums over all areas; None if it was not judged as a whole."""
    made = a.results.conformance
    judged = made.get("runtimes", {}).get(runtime, {})
    if not made.get("complete") or not judged.get("areas"):
        return None
    return {kind: sum(n[kind] for n in judged["areas"].values())
            for kind in (PASSED, FAILED, SKIPPED, KNOWN)}


def _alike(a: Analysis) -> list[tuple[int, int, list[str]]]:
    """How many failed, how many were judged, and on whom."""
    found: dict[tuple[int, int], list[str]] = {}
    for runtime in a.runtimes:
        n = verdicts(a, runtime)
        if n:
            key = n[FAILED], n[PASSED] + n[FAILED]
            found.setdefault(key, []).append(runtime)
    return [(*key, names) for key, names in sorted(found.items())]


# ---- the table ------------------------------------------------------------

def _table(a: Analysis, procs: int) -> dict[str, Any]:
    rows = [_row(a, procs, f) for f in a.families()]
    return {"procs": procs, "rows": [r for r in rows if r],
            "absent": [r for r in a.runtimes
                       if r in a.one_p and procs != a.least]}


def _row(a: Analysis, procs: int, family: str) -> dict[str, Any] | None:
    found = standing(a, procs, family)
    if not found.leads:
        return None
    return {"family": family, "title": family_title(family),
            "winners": found.winners, "ties": found.ties,
            "of": len(found.leads), "ahead": _several(found.ahead),
            "sure": _sure(found.leads), "subject": _behind(found)}


def _several(ratios: Sequence[Interval]) -> tuple[str, str]:
    """One ratio with its interval, or the middle of several and how far they
    reach."""
    if not ratios:
        return "", ""
    if len(ratios) == 1:
        text, around = ratio_text(ratios[0])
        return f"{text}\u00a0\u00d7", around
    values = [max(1.0, i.value) for i in ratios]
    low, high = number(min(values)), number(max(values))
    return (f"{number(max(1.0, middle(ratios)))}\u00a0\u00d7",
            f"{low}\u2026{high}" if low != high else "")


def _behind(found: Standing) -> tuple[str, str]:
    """Where the subject is: the best, or how far behind."""
    if not found.behind:
        return "N/A", ""
    if all(i.value == 1 for i in found.behind):
        return "best", ""
    return _several(found.behind)


def _sure(leads: Sequence[Lead]) -> str:
    """How many of the leads are how sure."""
    counts = Counter(x.sure for x in leads)
    kinds = [k for k in SURE_WORDS if counts[k]]
    if len(kinds) == 1:
        return SURE_WORDS[kinds[0]]
    return ", ".join(f"{counts[k]}\u00a0{SURE_WORDS[k]}" for k in kinds)


# ---- sentences ------------------------------------------------------------

def _leading(procs: int, found: Standing) -> dict[str, Any]:
    sure = sum(x.sure == SURE for x in found.leads)
    won = len(found.leads) - found.ties
    says = "all these leads are sure" if sure == won else \
        f"{sure or 'none'} of these leads {'is' if sure < 2 else 'are'} sure"
    return {"procs": procs, "winners": found.winners, "ties": found.ties,
            "of": len(found.leads), "ahead": _several(found.ahead)[0],
            "sure_says": says}


def _subject(a: Analysis, whole: Mapping[int, Standing]) -> dict[str, Any]:
    behind = [(p, *_behind(found)) for p, found in whole.items()
              if found.behind]
    go = versus(a, GO) if a.subject != GO else (0, 0, 0)
    return {"behind": behind, "go": go if go[2] else None}


def _evidence(a: Analysis) -> dict[str, Any]:
    """How much was measured, and how far the figures are spread."""
    bad, repeated, total = a.disturbed()
    spreads = list(_spreads(a))
    least, most = a.depths
    return {"samples": f"{least} to {most}" if least < most else str(most),
            "total": total, "disturbed": bad, "repeated": repeated,
            "deepest": a.deepest, "interval": a.deepest >= ENOUGH,
            "half": _percent(spreads, 0.5), "most": _percent(spreads, 0.9)}


def _spreads(a: Analysis) -> Iterator[float]:
    """Half of each interval as a part of its figure."""
    for name in a.measured():
        for procs in a.procs:
            for runtime in a.runtimes:
                i = a.cell(name, procs, runtime)
                if i is None or i.n < 2 or i.value <= 0:
                    continue
                if (i.coverage >= CONFIDENT) == (a.deepest >= ENOUGH):
                    yield (i.high - i.low) / 2 / i.value


def _percent(spreads: Sequence[float], part: float) -> str:
    if not spreads:
        return ""
    return f"{number(100 * float(np.quantile(spreads, part)))}\u00a0%"
