"""Base and head: from what the command line says to programs."""
from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from assay_report.errors import Failure
from assay_report.programs import find_programs
from assay_report.samples import Program

from .trees import build, commit_of


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    label: str  # base or head
    text: str  # what was asked for
    program: Program | None = None
    runtime: Path | None = None  # what the conformance runner loads
    runner: Path | None = None  # the conformance runner
    recorded: Path | None = None  # a results file instead of a program
    commit: str = ""

    @property
    def counts(self) -> bool:
        """Whether instructions can be counted: assay-bench alone can."""
        return self.program is not None and "--runtime" in self.program.argv


def find_side(label: str, text: str, runtime: str, root: Path) -> Side:
    """A side is the first of these that `text` is:

    - FILE.json, recorded results;
    - a build folder: assay-bench and what is in runtimes/ there;
    - an executable, a native bench program;
    - BENCH:RUNTIME.so, an assay-bench and the runtime it loads;
    - a revision of git, which is built.
    """
    if text.endswith(".json"):
        return Side(label, text, recorded=_file(label, Path(text)))
    if os.path.isdir(text):
        return _from_build(label, text, Path(text), runtime)
    if os.path.isfile(text):
        return Side(label, text, Program(
            label, (str(_executable(label, Path(text))),), True))
    bench, colon, shared = text.partition(":")
    if colon and ("/" in bench or shared.endswith(".so")):
        return _from_pair(label, text, Path(bench), Path(shared))
    if "/" in text and text.startswith((".", "/")):
        raise Failure(f"{label}: no file or folder {text}")
    commit = commit_of(label, text, root)
    made = _from_build(label, text, build(label, commit, runtime, root),
                       runtime)
    return Side(label, text, made.program, made.runtime, made.runner,
                commit=commit)


def _from_build(label: str, text: str, folder: Path, runtime: str) -> Side:
    try:
        found = find_programs([runtime], folder.resolve(), {})
    except Failure as e:
        raise Failure(f"{label}: {e}") from e
    program = Program(label, found.programs[0].argv, found.programs[0].native)
    runner = folder / "conformance"
    return Side(label, text, program, _loadable(program),
                runner if os.access(runner, os.X_OK) else None)


def _from_pair(label: str, text: str, bench: Path, shared: Path) -> Side:
    program = Program(label, (str(_executable(label, bench)), "--runtime",
                              str(_file(label, shared))), False)
    runner = bench.parent / "conformance"
    return Side(label, text, program, _loadable(program),
                runner if os.access(runner, os.X_OK) else None)


def _loadable(program: Program) -> Path | None:
    if "--runtime" not in program.argv:
        return None
    return Path(program.argv[program.argv.index("--runtime") + 1])


def _file(label: str, path: Path) -> Path:
    if not path.is_file():
        raise Failure(f"{label}: no file {path}")
    return path.resolve()


def _executable(label: str, path: Path) -> Path:
    path = _file(label, path)
    if not os.access(path, os.X_OK):
        raise Failure(f"{label}: {path} cannot be executed")
    return path
