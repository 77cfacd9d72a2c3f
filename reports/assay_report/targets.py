"""The table of targets, benchmarks/targets.tsv."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from .errors import Failure
from .tables import read_table
from .workloads import BASE_FAMILY, ROOT

TABLE = ROOT / "benchmarks" / "targets.tsv"
HEADLINE = "-"
OWNER = "goro"  # whose targets they are, whoever else was measured


@dataclass(frozen=True)
class Target:
    """What the figure of a workload is to reach."""

    workload: str
    procs: int
    metric: str  # HEADLINE or a counter
    against: str  # a runtime, a base workload, or "" for an absolute limit
    limit: float
    limit_text: str

    @property
    def against_base(self) -> bool:
        return self.against.startswith(BASE_FAMILY + "/")


def load_targets(path: Path = TABLE) -> list[Target]:
    """The targets in the order of the table."""
    found = []
    for where, fields in read_table(path, 5):
        workload, procs, metric, against, limit = fields
        try:
            found.append(Target(workload, int(procs), metric,
                                "" if against == "-" else against,
                                float(Fraction(limit)), limit))
        except (ValueError, ZeroDivisionError) as e:
            raise Failure(f"{where}: not a target: {e}") from e
    return found
