"""Histograms and timelines, cut down to what a figure shows."""
from __future__ import annotations

from typing import Any

BINS = 100  # of a timeline
THREADS = 64  # of a timeline at most


def reduce_details(files: dict[str, str]) -> dict[str, Any]:
    """The details of one sample from the files it left."""
    made: dict[str, Any] = {}
    for name, text in files.items():
        try:
            if name.endswith(".hist.tsv"):
                made["hist"] = _histogram(text)
            elif name.startswith("sched_balance"):
                made["timeline"] = _timeline(text)
        except (ValueError, ZeroDivisionError):
            continue  # malformed: the figure is left out, the sample counts
    return made


def merge_details(old: dict[str, Any] | None,
                  new: dict[str, Any]) -> dict[str, Any]:
    """Histograms add up over rounds; of timelines the last one stays."""
    if not old or "hist" not in old or "hist" not in new:
        return new or old or {}
    counts = {upper: count for upper, count in old["hist"]}
    for upper, count in new["hist"]:
        counts[upper] = counts.get(upper, 0) + count
    return {**new, "hist": [[u, counts[u]] for u in sorted(counts)]}


def _histogram(text: str) -> list[list[int]]:
    pairs = [line.split("\t") for line in text.splitlines() if line]
    return [[int(float(upper)), int(count)] for upper, count in pairs
            if int(count) > 0]


def _timeline(text: str) -> dict[str, Any]:
    """For each thread the busy part of each of BINS equal times."""
    tasks = [(int(t), float(a), float(b)) for t, a, b in
             (line.split("\t") for line in text.splitlines() if line)]
    end = max(b for _, _, b in tasks)
    width = end / BINS
    threads = sorted({t for t, _, _ in tasks})
    busy = {t: [0.0] * BINS for t in threads}
    for thread, a, b in tasks:
        for k in range(int(a / width), min(int(b / width), BINS - 1) + 1):
            inside = min(b, (k + 1) * width) - max(a, k * width)
            busy[thread][k] += max(0.0, inside) / width
    # Those with the most work first; a runtime may have thousands.
    threads.sort(key=lambda t: -sum(busy[t]))
    return {"end_us": max(0.1, round(end, 1)), "threads": len(threads),
            "busy": [[round(min(1.0, x), 3) for x in busy[t]]
                     for t in threads[:THREADS]]}
