"""The book of defects, docs/defects: each folder's about.md and program."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assay_report.workloads import ROOT

_FACT = re.compile(r"^\| ([\w ]+) \| (.*) \|$", re.M)
_ROW = re.compile(r"\b[A-Z]{2,4}-\d{3}\b")


@dataclass(frozen=True)
class Defect:
    """What the suite has found in a library that is not ours."""

    name: str
    title: str
    facts: dict[str, str]  # "rows", "library", "happens", "should" ...
    programs: Sequence[tuple[str, str]]  # files, and what is in them

    @property
    def rows(self) -> list[str]:
        return _ROW.findall(self.facts.get("rows", ""))


def defects(folder: Path = ROOT / "docs" / "defects") -> list[Defect]:
    """All of them, by their names; none if there is no book."""
    return [_read(about) for about in sorted(folder.glob("*/about.md"))]


def _read(about: Path) -> Defect:
    text = about.read_text()
    title = text.partition("\n")[0].removeprefix("#").strip()
    programs = [(p.name, p.read_text().rstrip()) for p in sorted(
        about.parent.rglob("*")) if p.suffix in (
            ".c", ".cc", ".go", ".java", ".kt", ".rs")]
    return Defect(about.parent.name, title, dict(_FACT.findall(text)),
                  programs)
