"""From the names of runtimes to bench programs."""
from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .errors import Failure
from .machine import digest
from .samples import Program
from .workloads import BASE_FAMILY, ROOT


@dataclass
class Found:
    """What is measured, and what was asked for but is not here."""

    programs: list[Program] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)  # label: why


def find_programs(words: Sequence[str], build: Path,
                  missing: dict[str, str], root: Path = ROOT) -> Found:
    """Finds the programs for `words`, in their order.

    A word is a name (goro), a path of a shared object or of a native program,
    or LABEL=PATH.  A name stands for BUILD/native/NAME, a native program, and
    else for BUILD/runtimes/NAME.so.  `missing` says why a known runtime may
    not be here.
    """
    found = Found()
    labels: set[str] = set()
    for word in words:
        label, path = _split(word)
        if label in labels:
            raise Failure(f"RUNTIMES: {label} is there twice")
        labels.add(label)
        if path:
            found.programs.append(_from_path(label, path, build))
            continue
        program = _from_name(label, build)
        if program:
            found.programs.append(program)
        elif label in known_names(root):
            found.missing[label] = missing.get(
                label, f"not part of {build}")
        else:
            raise Failure(f"RUNTIMES: no runtime '{label}'; there are "
                          + " ".join(sorted(known_names(root))))
    if not found.programs:
        raise Failure("none of the runtimes is here: " + "; ".join(
            f"{k}: {v}" for k, v in found.missing.items()))
    return found


def base_program(build: Path) -> Program | None:
    """Runs the family base, which has nothing to do with a runtime."""
    bench, goro = build / "assay-bench", build / "runtimes" / "goro.so"
    if not (bench.is_file() and goro.is_file()):
        return None
    return Program(BASE_FAMILY, (str(bench), "--runtime", str(goro)), True)


def known_names(root: Path = ROOT) -> set[str]:
    """The runtimes of the tree, built or not."""
    return {folder.name for parent in ("runtimes", "benchmarks/native")
            for folder in (root / parent).glob("*") if folder.is_dir()}


def digests(programs: Sequence[Program]) -> dict[str, str]:
    """Tells the builds of the files that each program is made of."""
    return {p.label: "-".join(digest(word) for word in p.argv
                              if os.path.isfile(word)) for p in programs}


def _split(word: str) -> tuple[str, str]:
    label, equals, path = word.partition("=")
    if not equals and "/" in word:
        label, path = re.sub(r"\.so$", "", os.path.basename(word)), word
    if not re.fullmatch(r"[A-Za-z0-9_.+-]+", label) or (equals and not path):
        raise Failure(f"RUNTIMES: '{word}' is neither a name nor LABEL=PATH")
    if label == BASE_FAMILY:
        raise Failure(f"RUNTIMES: {BASE_FAMILY} is the name of the yardsticks")
    return label, path


def _from_path(label: str, path: str, build: Path) -> Program:
    if not os.path.isfile(path):
        raise Failure(f"RUNTIMES: {label}: no file {path}")
    if path.endswith(".so"):
        return _adapter(label, path, build)
    if not os.access(path, os.X_OK):
        raise Failure(f"RUNTIMES: {label}: {path} cannot be executed")
    return Program(label, (os.path.abspath(path),), True)


def _from_name(label: str, build: Path) -> Program | None:
    native = build / "native" / label
    if native.is_file() and os.access(native, os.X_OK):
        return Program(label, (str(native),), True)
    shared = build / "runtimes" / f"{label}.so"
    if shared.is_file():
        return _adapter(label, str(shared), build)
    return None


def _adapter(label: str, shared: str, build: Path) -> Program:
    bench = build / "assay-bench"
    if not bench.is_file():
        raise Failure(f"no {bench}: it needs Google Benchmark, "
                      "Debian package libbenchmark-dev")
    return Program(label, (str(bench), "--runtime", os.path.abspath(shared)),
                   False)
