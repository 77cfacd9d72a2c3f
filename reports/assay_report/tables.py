"""Tables of the tree: tabs between the fields, # begins a comment line."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .errors import Failure


def read_table(path: Path, columns: int) -> Iterator[tuple[str, list[str]]]:
    """Where each line is, for a message, and its fields."""
    try:
        lines = path.read_text().splitlines()
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from e
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != columns:
            raise Failure(f"{path}:{number}: {len(fields)} fields, "
                          f"not {columns}")
        yield f"{path}:{number}", fields
