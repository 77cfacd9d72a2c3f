"""Builds goro with a fault, in a copy of the tree that is the worker's own.

make compiles what the fault touches and links.  Afterwards sources and objects
are put back with the times that they had.
"""
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from assay_report.errors import Failure

from .draw import Mutant

COPIED = ("abi", "conformance", "reference", "runtimes", "scripts",
          "build/setup")
BUILD = Path("build", "release")
RUNTIME = BUILD / "runtimes" / "goro.so"
# All of goro's code in one file, for the comparison.
LIBRARY = BUILD / "libgoro.a"
SOURCES = Path("reference", "src")
# Without debugging information, in which a moved line is a change; and a
# fault that the compiler sees in the types is none that gets to a user.
CFLAGS = "-g0 -w -Werror=incompatible-pointer-types -Werror=int-conversion " \
    "-Werror=implicit-function-declaration"
# A name that nothing defines is an error of the link, not of who loads it.
LDFLAGS = "-Wl,-z,defs"
# Of the make that may have started us: a build makes up its own mind.
FOREIGN = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "CONFIG", "B",
           "GNUMAKEFLAGS", "CFLAGS", "LDFLAGS")
BUILD_TIMEOUT = 600


class Tree:
    """The tree of a worker."""

    def __init__(self, folder: Path, clean: Path):
        self.folder, self.clean = folder, clean
        self.runtime = folder / RUNTIME

    @staticmethod
    def first(root: Path, folder: Path) -> Tree:
        """Makes `folder` and builds goro there, without a fault."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy2(root / "Makefile", folder)
        for name in COPIED:
            shutil.copytree(root / name, folder / name, symlinks=True)
        why = _make(folder)
        if why:
            raise Failure(f"goro itself cannot be built: {why}")
        return Tree(folder, folder)

    def another(self, folder: Path) -> Tree:
        """A copy of a tree that was built, for a worker."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Tree(folder, self.folder)

    def plant(self, mutant: Mutant) -> tuple[str, str]:
        """Builds it: "built", "equivalent" or "not compiled", and why."""
        path = self.folder / SOURCES / mutant.file
        path.write_bytes(mutant.planted(path.read_bytes()))
        why = _make(self.folder)
        if why:
            return "not compiled", why
        if _same(self.folder / LIBRARY, self.clean / LIBRARY):
            return "equivalent", "the same code"
        return "built", ""

    def restore(self, mutant: Mutant) -> None:
        """Puts back what plant() changed."""
        _put_back(self.clean / SOURCES / mutant.file,
                  self.folder / SOURCES / mutant.file)
        for path in (self.clean / BUILD).rglob("*"):
            here = self.folder / path.relative_to(self.clean)
            if path.is_file() and (not here.exists() or path.stat().st_mtime_ns
                                   != here.stat().st_mtime_ns):
                _put_back(path, here)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _put_back(path: Path, here: Path) -> None:
    here.parent.mkdir(parents=True, exist_ok=True)
    here.unlink(missing_ok=True)  # a runtime that is still loaded keeps its own
    shutil.copy2(path, here)


def environment() -> Mapping[str, str]:
    """Of what is started: nothing is installed, no other make is heard."""
    env = {k: v for k, v in os.environ.items() if k not in FOREIGN}
    return env | {"ASSAY_SETUP": "check"}


def _make(folder: Path) -> str:
    """Why it failed; "" if it did not."""
    try:
        done = subprocess.run(
            ["make", "-s", "-j2", str(RUNTIME), f"CFLAGS={CFLAGS}",
             f"LDFLAGS={LDFLAGS}"],
            cwd=folder, capture_output=True, text=True, errors="replace",
            stdin=subprocess.DEVNULL, env=environment(),
            timeout=BUILD_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return "the build takes too long"
    if done.returncode == 0:
        return ""
    lines = [x.strip() for x in done.stderr.splitlines() if x.strip()]
    wrong = [x for x in lines if "error" in x or "undefined" in x] or lines \
        or ["no word"]
    return wrong[0]
