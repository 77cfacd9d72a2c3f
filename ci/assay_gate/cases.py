"""Conformance: what passed on base must pass on head."""
from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assay_report.conformance import read_verdicts
from assay_report.errors import Failure
from assay_report.samples import last_line

from .sides import Side

PASS = "pass"
WORDS = {"skip": "is skipped now", "known": "is expected to fail now",
         "crash": "crashes now", "timeout": "hangs now"}


@dataclass
class Cases:
    """What became of the cases."""

    both: int = 0  # passed on both
    regressions: dict[str, str] = field(default_factory=dict)  # id: what
    mended: list[str] = field(default_factory=list)
    new: int = 0


def compare_cases(base: Mapping[str, str], head: Mapping[str, str]) -> Cases:
    """From two maps of id to verdict."""
    made = Cases(new=len(head.keys() - base.keys()))
    for case, was in base.items():
        now = head.get(case)
        if was != PASS:
            made.mended += [case] if now == PASS else []
        elif now == PASS:
            made.both += 1
        else:
            made.regressions[case] = ("is gone" if now is None
                                      else WORDS.get(now, "fails now"))
    return made


def judge_side(side: Side, run: str, timeout: float) -> dict[str, str]:
    """Runs the conformance runner of a side; blocks until it has ended.

    `run` is a pattern of ids, or "" for all.
    """
    if side.runner is None or side.runtime is None:
        raise Failure(f"{side.label}: no conformance runner beside "
                      f"{side.text}; --no-conformance leaves it out")
    with tempfile.TemporaryDirectory(prefix="assay-") as folder:
        out = Path(folder, "conformance.json")
        argv = [str(side.runner), "--runtime", str(side.runtime),
                "--color=never", "--json", str(out)]
        argv += ["--run", run] if run else []
        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True, errors="replace",
                timeout=timeout, check=False)
        except (OSError, subprocess.TimeoutExpired) as e:
            raise Failure(f"{side.label}: conformance: {e}") from e
        if done.returncode not in (0, 1):
            raise Failure(f"{side.label}: conformance: status "
                          f"{done.returncode}: {last_line(done.stderr)}")
        return load_cases(out, side.label)


def load_cases(path: Path, label: str) -> dict[str, str]:
    """Verdicts by id from the runner's JSON."""
    try:
        rows = read_verdicts(path)["results"]
    except Failure as e:
        raise Failure(f"{label}: {e}") from None
    found = {row["id"]: row["verdict"] for row in rows}
    if len(found) < len(rows):
        raise Failure(f"{label}: {path}: a case is there twice")
    return found
