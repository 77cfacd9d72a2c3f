"""The suite's own tables: behaviours, cases, what a version has frozen."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assay_report.errors import Failure
from assay_report.tables import read_table
from assay_report.workloads import ROOT

from . import git

_CASE = re.compile(r"^([^#\t\n]\S*)\t(any|default|[\d ]+)\t(\d+)\t(\d+)\t(\d+)"
                   r"\t(.+)$", re.M | re.A)
FOLDER = ROOT / "conformance"
BEHAVIOURS = "conformance/behaviours.tsv"
CASES = "conformance/cases.tsv"
MUSTPASS = FOLDER / "mustpass"
PROFILES = ("core", "time", "net", "virtual-time", "diagnosis",
            "go-compatible")


@dataclass(frozen=True)
class Row:
    """A line of behaviours.tsv."""

    id: str
    area: str
    level: str
    source: str
    behaviour: str
    how: str
    since: str
    until: str
    stochastic: bool


@dataclass(frozen=True)
class Case:
    """A line of cases.tsv: what a case asks for."""

    id: str
    procs: tuple[int, ...]  # empty: any; 0: the runtime's default
    traits: int
    not_traits: int
    stack: int
    needs: tuple[str, ...]

    @property
    def row(self) -> str:
        return row_of(self.id)


@dataclass(frozen=True)
class Frozen:
    """A version's lists, conformance/mustpass/VERSION."""

    name: str
    cases: Set[str]
    profiles: Mapping[str, Sequence[str]]  # ids of rows


def row_of(case: str) -> str:
    """The row that a case belongs to."""
    return case.partition("/")[0]


def parse_behaviours(data: bytes) -> dict[str, Row]:
    """The rows by their ids, in the order of the file."""
    rows = {}
    for line in data.decode().splitlines()[1:]:
        fields = line.split("\t")
        if len(fields) == 9:
            rows[fields[0]] = Row(*fields[:8], fields[8] == "yes")
    return rows


@cache
def behaviours(blob: str) -> dict[str, Row] | None:
    """The rows of the file of that id; None if nobody knows it here."""
    data = git.content(blob, BEHAVIOURS)
    return None if data is None else parse_behaviours(data)


def parse_cases(data: bytes) -> dict[str, Case]:
    """The cases by their ids."""
    return {m[1]: Case(m[1], _procs(m[2]), int(m[3]), int(m[4]), int(m[5]),
                       tuple(m[6].split()) if m[6] != "-" else ())
            for m in _CASE.finditer(data.decode())}


def _procs(text: str) -> tuple[int, ...]:
    """Of "any", "default" or "1 2 4"."""
    named = {"any": (), "default": (0,)}
    return named[text] if text in named else tuple(map(int, text.split()))


@cache
def cases(blob: str) -> dict[str, Case] | None:
    """The cases of the file of that id; None if nobody knows it here."""
    data = git.content(blob, CASES)
    return None if data is None else parse_cases(data)


def cases_now() -> tuple[str, dict[str, Case]]:
    """The id of the tree's file, and its cases."""
    data = (ROOT / CASES).read_bytes()
    return git.blob_of(data), parse_cases(data)


def behaviours_now() -> tuple[str, dict[str, Row]]:
    """The id of the tree's file, and its rows."""
    data = (ROOT / BEHAVIOURS).read_bytes()
    return git.blob_of(data), parse_behaviours(data)


def uncovered() -> dict[str, str]:
    """Rows without a case, and why."""
    table = read_table(FOLDER / "uncovered.tsv", 2)
    return dict(fields for _, fields in table)


def version() -> str:
    """The version of the tree's suite, as 1.0.0."""
    return (FOLDER / "version").read_text().strip()


def short(full: str) -> str:
    """The version that lists are frozen for: 1.0 of 1.0.3."""
    return ".".join(full.split(".")[:2])


def versions() -> list[str]:
    """Those that have lists, oldest first."""
    return sorted((p.name for p in MUSTPASS.iterdir() if p.is_dir()),
                  key=lambda name: [int(n) for n in name.split(".")])


@cache
def frozen(name: str) -> Frozen:
    """The lists of a version, as 1.0; a Failure if there are none."""
    folder = MUSTPASS / name
    if name not in versions():
        raise Failure(f"no suite has version {name}", 1)
    return Frozen(name, frozenset(read_list(folder / "cases.tsv")),
                  {p: read_list(folder / f"{p}.txt") for p in PROFILES})


@cache
def programs(name: str) -> dict[str, str]:
    """The litmus programs of a version, and git's id of each."""
    table = read_table(MUSTPASS / name / "litmus.tsv", 2)
    return dict(fields for _, fields in table)


def read_list(path: Path) -> list[str]:
    """Ids, one a line."""
    return [fields[0] for _, fields in read_table(path, 1)]
