"""Earlier runs: JSON lines, one for each run, and the steps in them."""
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import Failure


def load_history(path: Path | None) -> list[dict[str, Any]]:
    """The lines of a history, oldest first; [] without a file.

    A line has commit, date, machine (a fingerprint) and values: a list of
    {workload, procs, runtime, value, unit} or a map of a name to a number.
    """
    if path is None or not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if not isinstance(entry, dict):
                raise ValueError("not an object")
        except ValueError as e:
            raise Failure(f"{path}:{number}: not a line of JSON: {e}") from e
        found.append(entry)
    return found
