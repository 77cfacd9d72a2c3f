"""Builds goro with a fault, in a copy of the tree that is the worker's own.

Only what the fault touches is compiled; if one of those objects has become
another, all are linked.  Afterwards sources and objects are put back.
"""
from __future__ import annotations

import shutil
from pathlib import Path

from .commands import Commands, Failed, run
from .draw import Mutant

COPIED = ("abi", "conformance", "reference", "runtimes", "scripts",
          "build/setup")
BUILD = Path("build", "release")
RUNTIME = BUILD / "runtimes" / "goro.so"
SOURCES = Path("reference", "src")
# Without debugging information, in which a moved line is a change; and a
# fault that the compiler sees in the types is none that gets to a user.
CFLAGS = "-g0 -w -Werror=incompatible-pointer-types -Werror=int-conversion " \
    "-Werror=implicit-function-declaration"
# A name that nothing defines is an error of the link, not of who loads it.
LDFLAGS = "-Wl,-z,defs"


def copy_tree(root: Path, folder: Path) -> None:
    """Copies what a build needs, and nothing that is built."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy2(root / "Makefile", folder)
    for name in COPIED:
        shutil.copytree(root / name, folder / name, symlinks=True)


class Tree:
    """The tree of a worker."""

    def __init__(self, folder: Path, clean: Path, commands: Commands):
        self.folder, self.clean, self.commands = folder, clean, commands
        self.runtime = folder / RUNTIME

    @staticmethod
    def first(root: Path, folder: Path, goro: str) -> Tree:
        """Makes `folder` and builds goro there, without a fault; or takes
        what an earlier run has built of the same sources."""
        kept = folder / "commands.json"
        commands = Commands.read(kept, goro)
        if commands is None:
            copy_tree(root, folder)
            commands = Commands.of_make(folder, RUNTIME, f"CFLAGS={CFLAGS}",
                                        f"LDFLAGS={LDFLAGS}")
            commands.write(kept, goro)
        return Tree(folder, folder, commands)

    def another(self, folder: Path) -> Tree:
        """A copy of a tree that was built, for a worker."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Tree(folder, self.folder, self.commands)

    def plant(self, mutant: Mutant) -> tuple[str, str]:
        """Builds it: "built", "equivalent" or "not compiled", and why."""
        path = self.folder / SOURCES / mutant.file
        path.write_bytes(mutant.planted(path.read_bytes()))
        objects = self._objects(mutant)
        commands = self.commands.compiles
        if not objects:
            return "equivalent", "nothing is made of it"
        for name in objects:
            if (why := self._run(commands[name])):
                return "not compiled", why
        if all(self._same(name) for name in objects):
            return "equivalent", "the same code"
        self.runtime.unlink(missing_ok=True)  # one loaded keeps its own
        if (why := self._run(self.commands.link)):
            return "not compiled", why
        return "built", ""

    def restore(self, mutant: Mutant) -> None:
        """Puts back what plant() changed."""
        for name in (str(SOURCES / mutant.file), *self._objects(mutant)):
            shutil.copy2(self.clean / name, self.folder / name)

    def _objects(self, mutant: Mutant) -> list[str]:
        return self.commands.users.get(str(SOURCES / mutant.file), [])

    def _same(self, name: str) -> bool:
        return (self.folder / name).read_bytes() == (
            self.clean / name).read_bytes()

    def _run(self, command: str) -> str:
        said = run(["sh", "-ec", command], self.folder)
        return said.why if isinstance(said, Failed) else ""
