"""Which cells are compared: ci/cells.tsv, or what a filter picks."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assay_report.errors import Failure
from assay_report.samples import Program, list_names
from assay_report.tables import read_table
from assay_report.workloads import BASE_FAMILY, Workload

from .decide import Cell

TABLE = Path(__file__).resolve().parents[1] / "cells.tsv"


@dataclass
class Plan:
    """What to do with which workloads."""

    cells: list[Cell] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)  # under callgrind
    gone: list[str] = field(default_factory=list)  # base has it, not head
    new: list[str] = field(default_factory=list)  # head has it, not base


@dataclass(frozen=True)
class Row:
    """A line of cells.tsv."""

    workload: str
    procs: tuple[int, ...]
    counted: bool


def load_cells(path: Path = TABLE) -> list[Row]:
    """The chosen workloads."""
    rows = []
    for where, (name, procs, counted) in read_table(path, 3):
        try:
            rows.append(Row(name, tuple(int(x) for x in procs.split()),
                            {"yes": True, "-": False}[counted]))
        except (KeyError, ValueError) as e:
            raise Failure(f"{where}: not a line of this table") from e
    return rows


def make_plan(base: Program, head: Program, pattern: str | None,
              procs: Sequence[int] | None, known: dict[str, Workload],
              rows: Sequence[Row]) -> Plan:
    """The plan; `pattern` None takes the chosen workloads.

    A pattern takes every workload of the programs that it matches, at
    `procs` or where it is chosen at those of the table.
    """
    chosen = {r.workload: r for r in rows}
    ours = _names(base, pattern, known)
    theirs = _names(head, pattern, known)
    names = [n for n in known if n in ours | theirs
             and (pattern is not None or n in chosen)]
    if not names:
        raise Failure(f"FILTER: '{pattern}' matches no workload" if pattern
                      else "no chosen workload is in either program")
    plan = Plan(gone=[n for n in names if n not in theirs],
                new=[n for n in names if n not in ours])
    for name in names:
        if name in ours & theirs:
            at = procs or (chosen[name].procs if name in chosen else (1,))
            plan.cells += [Cell(name, p) for p in at]
            if name in chosen and chosen[name].counted:
                plan.counted.append(name)
    return plan


def _names(program: Program, pattern: str | None,
           known: dict[str, Workload]) -> set[str]:
    """A yardstick has nothing to do with the runtime: it cannot regress."""
    listed = list_names(program, pattern or "")
    return {n for n in listed
            if n in known and known[n].family != BASE_FAMILY}
