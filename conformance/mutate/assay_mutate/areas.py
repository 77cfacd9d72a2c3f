"""Which areas of the suite judge a file, and how often it is drawn."""
from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from assay_report.errors import Failure


@dataclass(frozen=True)
class Areas:
    """The lines of areas.tsv: glob of files, weight, globs of cases."""

    lines: list[tuple[str, float, list[str]]]

    @staticmethod
    def read(path: Path) -> Areas:
        """Takes a table with tabs; # begins a comment."""
        lines = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                glob, weight, areas = line.split("\t")
                lines.append((glob, float(weight), areas.split()))
            except ValueError as e:
                raise Failure(f"{path}:{number}: not GLOB, WEIGHT, AREAS") \
                    from e
        return Areas(lines)

    def weight(self, file: str) -> float:
        """How often it is drawn beside a file of weight 1."""
        return self._line(file)[1]

    def areas(self, file: str) -> list[str]:
        """The globs of the cases that judge it first."""
        return self._line(file)[2]

    def _line(self, file: str) -> tuple[str, float, list[str]]:
        for line in self.lines:
            if fnmatch.fnmatch(file, line[0]):
                return line
        raise Failure(f"areas.tsv has no line for {file}")
