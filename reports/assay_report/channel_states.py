"""The tables of channel states: those that are alike are shown once."""
from __future__ import annotations

from typing import Any

from .analysis import GO, Analysis

Table = list[list[str]]


def channel_states(a: Analysis) -> dict[str, Any] | None:
    """Each table with the runtimes that have it, what differs marked; the
    first is the reference: Go's, or else the subject's, or anybody's."""
    tables: dict[str, Table] = {
        name: judged["states"] for name, judged in
        a.results.conformance.get("runtimes", {}).items()
        if judged.get("states")}
    if not tables:
        return None
    chosen = next((r for r in (GO, a.subject) if r in tables),
                  next(iter(tables)))
    alike: list[tuple[Table, list[str]]] = [(tables[chosen], [chosen])]
    for name, table in tables.items():
        if name != chosen:
            _put(alike, table, name)
    return {"reference": chosen, "several": len(alike) > 1, "tables": [
        {"runtimes": names, "head": table[0],
         "lines": [_marked(table, n, alike[0][0])
                   for n in range(1, len(table))]}
        for table, names in alike]}


def _put(alike: list[tuple[Table, list[str]]], table: Table,
         name: str) -> None:
    for known, names in alike:
        if known == table:
            names.append(name)
            return
    alike.append((table, [name]))


def _marked(table: Table, line: int,
            reference: Table) -> list[tuple[str, bool]]:
    """The cells of a line, and whether each differs."""
    same = reference[line] if line < len(reference) else []
    return [(cell, k >= len(same) or same[k] != cell)
            for k, cell in enumerate(table[line])]
