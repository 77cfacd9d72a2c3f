"""The commands that build goro, so that a fault needs no make: what compiles
each object, and what links them."""
from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assay_report.errors import Failure

# Of the make that may have started us: a build makes up its own mind.
FOREIGN = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "CONFIG", "B",
           "GNUMAKEFLAGS", "CFLAGS", "LDFLAGS")
BUILD_TIMEOUT = 600


def environment() -> Mapping[str, str]:
    """Of what is started: nothing is installed, no other make is heard."""
    env = {k: v for k, v in os.environ.items() if k not in FOREIGN}
    return env | {"ASSAY_SETUP": "check"}


@dataclass(frozen=True)
class Commands:
    """What make has run; paths are relative to the folder of the tree."""

    compiles: dict[str, str]          # object to the command that makes it
    users: dict[str, list[str]]       # source or header to objects made of it
    link: str                         # all the others, in order

    @staticmethod
    def of_make(folder: Path, target: Path, *variables: str) -> Commands:
        """Builds a target where nothing is built yet."""
        said = run(["make", "-O", "-j2", "V=1", str(target),
                    *variables], folder)
        if isinstance(said, Failed):
            raise Failure(f"goro itself cannot be built: {said.why}")
        lines = [x for x in said.replace("\\\n", " ").splitlines()
                 if x.strip()]
        compiles = {_object_of(x): x for x in lines if _object_of(x)}
        link = "\n".join(x for x in lines if not _object_of(x))
        return Commands(compiles, _users(folder, compiles), link)

    @staticmethod
    def read(path: Path, of: str) -> Commands | None:
        """What write() has kept, if it was for the same sources."""
        try:
            data = json.loads(path.read_text())
        except (OSError, ValueError):
            return None
        return Commands(**data["commands"]) if data["of"] == of else None

    def write(self, path: Path, of: str) -> None:
        """Keeps them: what was built in this folder needs no make again."""
        path.write_text(json.dumps({"of": of, "commands": asdict(self)}))


@dataclass(frozen=True)
class Failed:
    """A command that did not end well."""

    why: str


def run(command: Sequence[str], folder: Path) -> str | Failed:
    """What it has printed."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True,
            errors="replace", stdin=subprocess.DEVNULL, env=environment(),
            timeout=BUILD_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return Failed("the build takes too long")
    if done.returncode == 0:
        return done.stdout
    lines = [x.strip() for x in done.stderr.splitlines() if x.strip()]
    wrong = [x for x in lines if "error" in x or "undefined" in x] or lines \
        or ["no word"]
    return Failed(wrong[0])


def _object_of(line: str) -> str:
    words = shlex.split(line)
    return words[words.index("-o") + 1] if "-c" in words and "-o" in words \
        else ""


def _users(folder: Path, objects: Sequence[str]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for name in objects:
        depends = (folder / name).with_suffix(".d")
        if depends.exists():
            text = depends.read_text().replace("\\\n", " ").split("\n")[0]
            for source in set(text.split(":", 1)[1].split()):
                users.setdefault(source, []).append(name)
    return users
