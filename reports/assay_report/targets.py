"""The table of targets, benchmarks/targets.tsv."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from .errors import Failure
from .workloads import BASE_FAMILY, ROOT

TABLE = ROOT / "benchmarks" / "targets.tsv"
HEADLINE = "-"


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
    try:
        lines = path.read_text().splitlines()
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from e
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            workload, procs, metric, against, limit = line.split("\t")
            found.append(Target(workload, int(procs), metric,
                                "" if against == "-" else against,
                                float(Fraction(limit)), limit))
        except (ValueError, ZeroDivisionError) as e:
            raise Failure(f"{path}:{number}: not a target: {e}") from e
    return found
