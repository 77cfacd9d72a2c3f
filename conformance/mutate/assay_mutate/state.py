"""What is known of the mutants tried so far: a line of JSON for each."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from .draw import Mutant
from .judge import Verdict


def digest(paths: Iterable[Path]) -> str:
    """Of the contents of files."""
    sha = hashlib.sha256()
    for path in sorted(paths):
        sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


class State:
    """The file that an interrupted campaign is resumed from.

    A verdict holds while goro's sources stay the same, and that one survived
    only while the suite does, too.
    """

    def __init__(self, path: Path, goro: str, suite: str):
        self.path, self.goro, self.suite = path, goro, suite
        self.verdicts: dict[str, Verdict] = {}
        # File, function and case of each kill, of older sources too.
        self.kills: list[tuple[str, str, str]] = []
        if path.exists():
            for line in path.read_text().splitlines():
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            data = json.loads(line)
        except ValueError:
            return  # the last one, cut by a crash
        verdict = Verdict(**data["verdict"])
        if verdict.what == "killed" and verdict.case != "-":
            self.kills.append((data.get("file", ""), data.get("function", ""),
                               verdict.case))
        if data["goro"] == self.goro and (
                verdict.what != "survived" or data["suite"] == self.suite):
            self.verdicts[data["id"]] = verdict

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Writes it down at once."""
        self.verdicts[mutant.id] = verdict
        with self.path.open("a") as f:
            f.write(json.dumps({"id": mutant.id, "file": mutant.file,
                                "function": mutant.function,
                                "goro": self.goro, "suite": self.suite,
                                "verdict": asdict(verdict)}) + "\n")
