"""The form of a certified result: a JSON object, a line for each case.

    case    {"id", "verdict", "why" unless it passed, "runs"}
    run     [procs, repetition, ms], and if it did not pass [.., verdict, why]

The digest is of all that is in the object but the digest.
"""
from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from assay_report import shape
from assay_report.escape import plain
from assay_report.machine import machine_facts

from . import verdicts
from .git import BLOB
from .suite import PROFILES

FORMAT = 1
LARGEST = 4 << 20  # bytes of a file
LEAST_REPEAT = 3
PROCS = [1, 2, 4]
LONGEST_WHY = 300
LONGEST_RUN = 600_000  # ms; the longest time-out is far below


def hexes(digits: int) -> shape.Check:
    """So many hex digits."""
    def check(value: Any) -> None:
        shape.text(value)
        if len(value) != digits or set(value) - set("0123456789abcdef"):
            raise shape.Wrong(f"not {digits} hex digits")
    return check


def why(value: Any) -> None:
    """A reason, on one line."""
    shape.text(value)
    if len(value) > LONGEST_WHY or not value.isprintable():
        raise shape.Wrong("a reason that is too long or not printable")


def names(value: Any) -> None:
    """Words for things, none of them twice."""
    shape.many(shape.name)(value)
    if len(set(value)) < len(value):
        raise shape.Wrong("one is there twice")


def _fact(value: Any) -> None:
    """Something about the machine."""
    (why if isinstance(value, str) else shape.scalar)(value)


MACHINE = shape.table(_fact)


def machine() -> dict[str, Any]:
    """This one, as a result has it."""
    return {k: short(plain(v)) if isinstance(v, str) else v
            for k, v in machine_facts().items()}


def _run(value: Any) -> None:
    most = [shape.count(0, 1024), shape.count(1, 1000), shape.amount]
    if isinstance(value, list) and len(value) > len(most):
        most += [shape.one_of(*verdicts.RUNS[1:]), why]
    shape.each(*most)(value)


COUNTS = shape.record(dict.fromkeys(verdicts.KINDS, shape.count(0, 10**5)))
CASE = shape.record({"id": shape.name, "verdict": shape.one_of(*verdicts.RUNS),
                     "runs": shape.many(_run)}, {"why": why})
SUITE = shape.record({"version": shape.name, "commit": hexes(BLOB),
                      "clean": shape.flag, "behaviours": hexes(BLOB),
                      "cases": hexes(BLOB)})
RUNTIME = shape.record({
    "name": shape.name, "version": shape.name, "model": shape.name,
    "go_version": shape.nothing_or(shape.name), "host": shape.flag,
    "traits": shape.count(0, (1 << 32) - 1),
    "stack_bytes": shape.count(0, (1 << 64) - 1),
    "has": names, "kit": names, "twins": names, "digest": hexes(64)})
OPTIONS = shape.record({
    "procs": shape.many(shape.count(1, 1024), 1),
    "repeat": shape.count(1, 1000), "seed": shape.count(0, 1 << 31),
    "jobs": shape.count(1, 256), "timeout_scale": shape.positive})
RESULT = shape.record({
    "assay_result": shape.count(FORMAT, FORMAT),
    "kind": shape.one_of("cases"), "digest": hexes(64), "suite": SUITE,
    "runtime": RUNTIME, "options": OPTIONS,
    "machine": MACHINE, "started": shape.count(0, 1 << 40),
    "seconds": shape.positive, "others": shape.amount,
    "complete": shape.flag,
    "totals": shape.record({"cases": COUNTS, "rows": COUNTS}),
    "profiles": shape.record(dict.fromkeys(PROFILES, COUNTS)),
    "cases": shape.many(CASE, 1)})


def digest(result: Mapping[str, Any]) -> str:
    """Of everything in it but the digest itself."""
    rest = {k: v for k, v in result.items() if k != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def signed(result: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its digest."""
    return {**result, "digest": digest(result)}


def short(reason: str) -> str:
    """A reason, not too long."""
    return reason if len(reason) <= LONGEST_WHY \
        else reason[:LONGEST_WHY - 1] + "\u2026"


def unedited(result: Mapping[str, Any]) -> None:
    """A check: the digest is right."""
    if digest(result) != result["digest"]:
        raise shape.Wrong("edited: the digest is of other contents")


def at_rest(result: Mapping[str, Any]) -> None:
    """A check: a whole run, of files that a commit has."""
    if not result["complete"]:
        raise shape.Wrong("partial: the run was interrupted")
    if result["options"]["procs"] != PROCS:
        raise shape.Wrong(f"partial: run at procs "
                          f"{result['options']['procs']}, not {PROCS}")
    if not result["suite"]["clean"]:
        raise shape.Wrong("made of files that no commit has, so that nobody "
                          "can repeat it")


def text_of(result: Mapping[str, Any]) -> str:
    """The file: its parts one a line, the cases too."""
    head = [f"{_line(k)}:{_line(v)}" for k, v in result.items()
            if k != "cases"]
    cases = ",\n".join(_line(c) for c in result["cases"])
    return "{" + ",\n".join(head) + f',\n"cases":[\n{cases}\n]}}\n'


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def word(text: str) -> str:
    """A text as a file's name."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", text).strip("-.") or "unknown"


def place(result: Mapping[str, Any]) -> tuple[str, str]:
    """The folder and the file that a result lies in, below results/."""
    of = result["runtime"]
    return word(of["name"]), word(of["version"]) + ".json"
