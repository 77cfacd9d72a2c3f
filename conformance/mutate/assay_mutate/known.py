"""The faults that need no killing, with the reason: known.tsv."""
from __future__ import annotations

import csv
from pathlib import Path

from assay_report.errors import Failure

from .draw import Mutant

Key = tuple[str, str, str, str]


class Known:
    """file, function, old line, new line, reason; with tabs between."""

    def __init__(self, path: Path):
        self.path = path
        self.reasons: dict[Key, str] = {}
        self.lines: dict[Key, int] = {}
        rows = csv.reader(path.open(newline=""), delimiter="\t",
                          quoting=csv.QUOTE_NONE)
        for number, row in enumerate(rows, 1):
            if number == 1 or not row:
                continue
            if len(row) != 5 or not row[4].strip():
                raise Failure(f"{path}:{number}: not file, function, old, "
                              "new, reason")
            key = (row[0], row[1], row[2], row[3])
            if key in self.reasons:
                raise Failure(f"{path}:{number}: the same as line "
                              f"{self.lines[key]}")
            self.reasons[key], self.lines[key] = row[4], number

    def __contains__(self, mutant: Mutant) -> bool:
        return mutant.key in self.reasons

    def stale(self, every: list[Mutant]) -> list[str]:
        """What names no fault of these sources any more."""
        there = {m.key for m in every}
        return [f"{self.path}:{line}: {key[0]} has no such line in {key[1]}"
                for key, line in self.lines.items() if key not in there]


def line_of(mutant: Mutant, reason: str = "REASON") -> str:
    """The line that would make it known."""
    return "\t".join((*mutant.key, reason))
