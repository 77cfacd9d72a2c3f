"""How sure a row is: the faults that its cases, alone, have killed."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

HEAD = "# Made by make kills: row, planted faults, drawn faults that it killed."


def read(path: Path) -> dict[str, tuple[int, int]]:
    """The table: row to planted and drawn."""
    if not path.exists():
        return {}
    lines = [x.split("\t") for x in path.read_text().splitlines()
             if x and not x.startswith("#")]
    return {row: (int(planted), int(drawn)) for row, planted, drawn in lines}


def drawn_of(state: Path) -> Counter[str]:
    """The rows of confirmed kills, each fault once in a row."""
    found = set()
    for line in state.read_text().splitlines() if state.exists() else []:
        try:
            data = json.loads(line)
        except ValueError:
            continue  # cut by a crash
        verdict = data["verdict"]
        if verdict["what"] == "killed" and verdict["case"] != "-":
            found.add((data["id"], verdict["case"].split("/")[0]))
    return Counter(row for _, row in found)


def update(path: Path, state: Path, planted: str) -> int:
    """Writes the table.  `planted` has a row for each planted fault, all of
    which make mutants sees killed; a row@procs is that row.  What earlier
    campaigns have drawn stays if there was more of it."""
    before, drawn = read(path), drawn_of(state)
    there = Counter(word.split("@")[0] for word in planted.split())
    rows = sorted({*before, *drawn, *there})
    path.write_text("\n".join([HEAD, *(
        f"{row}\t{there[row]}\t{max(drawn[row], before.get(row, (0, 0))[1])}"
        for row in rows)]) + "\n")
    return 0


def unsure(path: Path, rows: Iterable[str]) -> list[str]:
    """Those of the rows that have killed nothing so far."""
    sure = {row for row, counts in read(path).items() if any(counts)}
    return [row for row in rows if row not in sure]
