"""The table of workloads, benchmarks/workloads.tsv."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .tables import read_table

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "benchmarks" / "workloads.tsv"
BASE_FAMILY = "base"


@dataclass(frozen=True)
class Workload:
    """A line of the table."""

    name: str
    headline: str  # "time" or a counter; less is better
    unit: str
    fresh: bool
    text: str

    @property
    def family(self) -> str:
        return self.name.split("/")[0]

    @property
    def is_base(self) -> bool:
        """A yardstick that has nothing to do with any runtime."""
        return self.family == BASE_FAMILY

    @property
    def any_procs(self) -> bool:
        """What is the same at any GOMAXPROCS: a yardstick, or memory."""
        return self.is_base or self.unit == "B"


def load_workloads(path: Path = TABLE) -> dict[str, Workload]:
    """The workloads by name, in the order of the table."""
    return {fields[0]: Workload(*fields[:3], fields[3] == "yes", fields[4])
            for _, fields in read_table(path, 5)}
