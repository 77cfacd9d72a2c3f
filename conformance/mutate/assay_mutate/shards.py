"""One report of those of all shards, as an undivided campaign writes it.

Shard K of N has every N-th fault of the draw, from the K-th, so the order of
the whole is known.
"""
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assay_report.errors import Failure
from assay_report.jsonfile import read_json

Report = dict[str, Any]


def check(report: Any) -> None:
    """ValueError: it is not of a shard that was judged to its end."""
    shard = report.get("shard") if isinstance(report, dict) else None
    if not isinstance(shard, dict) or "k" not in shard:
        raise ValueError("it says of no shard that it is one")
    k, of, drawn = (shard.get(name) for name in ("k", "of", "drawn"))
    if not all(type(x) is int for x in (k, of, drawn)) or not 1 <= k <= of:
        raise ValueError("K, N and the draw are no numbers in this order")
    mutants = report.get("mutants")
    if not isinstance(mutants, list) or not all(
            isinstance(m, dict) and isinstance(m.get("id"), str)
            and isinstance(m.get("verdict"), str) for m in mutants):
        raise ValueError("it has no list of mutants with verdicts")
    if len(mutants) != len(range(k - 1, drawn, of)):
        raise ValueError("it was not judged to its end")


def merged(paths: Sequence[Path]) -> Report:
    """The whole; a Failure if a shard is missing, twice or of another."""
    reports = [(p, read_json(p, "the report of a shard of mutate", check))
               for p in paths]
    first, of = reports[0][1], reports[0][1]["shard"]["of"]
    found: dict[int, Report] = {}
    for path, report in reports:
        if _of_what(report) != _of_what(first):
            raise Failure(f"{path}: of another draw, suite or goro than "
                          f"{paths[0]}")
        if found.setdefault(report["shard"]["k"], report) is not report:
            raise Failure(f"{path}: shard {report['shard']['k']} again")
    for k in range(1, of + 1):
        if k not in found:
            raise Failure(f"shard {k} of {of} is missing")
    count = first["shard"]["drawn"]
    mutants = [found[i % of + 1]["mutants"][i // of] for i in range(count)]
    if len({m["id"] for m in mutants}) < count:
        raise Failure("two shards have the same fault")
    return first | {"shard": None, "mutants": mutants}


def merge(out: Path, paths: Sequence[str], allow: int) -> int:
    """Writes the whole; last line and status are those of a campaign."""
    if not paths:
        raise Failure("--merge wants the reports of all shards")
    whole = merged([Path(p) for p in paths])
    out.write_text(as_text(whole))
    verdicts = [m["verdict"] for m in whole["mutants"]]
    print("mutate: " + ", ".join(f"{verdicts.count(v)} {v}" for v in (
        "killed", "survived", "known")))
    alive = verdicts.count("survived") + verdicts.count("undecided")
    return 1 if alive > allow else 0


def as_text(report: Report) -> str:
    """A report as it is written."""
    return json.dumps(report, indent=1) + "\n"


def _of_what(report: Report) -> Report:
    """All but what shards differ in."""
    shard = {k: v for k, v in report["shard"].items() if k != "k"}
    return {k: v for k, v in report.items() if k != "mutants"} | {
        "shard": shard}
