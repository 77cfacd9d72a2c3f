"""Which cases run a line of goro, and how long each case takes.

goro is built once more with a call in each block of its code (cover.c), and
every case runs on it alone.  A fault in a line can only show in a case that
runs it, or that runs the function another time when threads meet otherwise.
"""
from __future__ import annotations

import bisect
import json
import os
import re
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from assay_report.errors import Failure

from .commands import Commands, Failed, environment, run
from .trees import RUNTIME, SOURCES, copy_tree

SIZE = 1 << 23   # as in cover.c
# Most cases run at the first of these; some at one number alone.
PROCS = ("1,4", "2", "8")
LIMIT = 120      # seconds for a case
CALL = "__sanitizer_cov_trace_pc"


@dataclass
class Reach:
    """The result for a suite and a goro."""

    lines: dict[str, dict[int, frozenset[str]]]   # file, line, cases
    seconds: dict[str, float]                     # of each case
    procs: dict[str, str] = field(default_factory=dict)   # that it runs at

    @property
    def cases(self) -> list[str]:
        """All that there are."""
        return list(self.seconds)

    def of_lines(self, file: str, first: int, last: int) -> set[str] | None:
        """The cases that run any of the lines; None: no code is there."""
        found = [cases for line, cases in self.lines.get(file, {}).items()
                 if first <= line <= last]
        return set().union(*found) if found else None


class Survey:
    """Finds out, or reads what was found out before."""

    def __init__(self, root: Path, folder: Path, runner: Path, goro: str):
        self.root, self.folder, self.runner = root, folder, runner
        self.kept = folder / "reach.json"
        self.goro = goro
        self.stop = threading.Event()

    def reach(self, workers: int, globs: Sequence[str]) -> Reach:
        """Of goro's sources as they are, by the cases of these globs; takes
        minutes the first time."""
        kept = self._read()
        tree = self.folder / "cover"
        if kept.get("goro") != self.goro or not (tree / RUNTIME).exists():
            self._build(tree)
            kept = {"goro": self.goro, "ran": {}}
            self.kept.write_text(json.dumps(kept))
        files = {c: f for c, f in cases_of(self.runner, self.root).items()
                 if any(fnmatch(c, g) for g in globs)}
        stamps = {c: _stamp(self.root / f) for c, f in files.items()}
        left = [c for c in files
                if kept["ran"].get(c, {}).get("file") != stamps[c]
                or "procs" not in kept["ran"][c]]
        if left:
            print(f"mutate: which code do {len(left)} cases run?", flush=True)
            with ThreadPoolExecutor(workers) as pool:
                ran = pool.map(lambda c: self._ran(tree, c, files), left)
                try:
                    for case, found in zip(left, ran):
                        kept["ran"][case] = {"file": stamps[case], **found}
                except BaseException:
                    self.stop.set()  # the others end soon; theirs is lost
                    self.kept.write_text(json.dumps(kept))
                    raise
            self.kept.write_text(json.dumps(kept))
        return self._merge(tree, {c: kept["ran"][c] for c in files})

    def _read(self) -> dict:
        try:
            return json.loads(self.kept.read_text())
        except (OSError, ValueError):
            return {}

    def _build(self, tree: Path) -> None:
        copy_tree(self.root, tree)
        note = tree / "cover.o"
        said = run(["cc", "-O2", "-Wall", "-Werror", "-fPIC", "-I",
                    str(SOURCES), "-c", "-o", str(note),
                    "conformance/mutate/cover.c"], tree)
        if isinstance(said, Failed):
            raise Failure(f"cover.c cannot be built: {said.why}")
        Commands.of_make(
            tree, RUNTIME, "CFLAGS=-O0 -g -w -fsanitize-coverage=trace-pc",
            f"LDFLAGS={note} -Wl,-z,defs")

    def _ran(self, tree: Path, case: str, files: Mapping[str, str]) -> dict:
        """The addresses of the blocks that a case has run, and its time."""
        if self.stop.is_set():
            raise KeyboardInterrupt
        notes = self.folder / f"ran-{threading.get_ident()}"
        with notes.open("wb") as f:
            f.truncate(SIZE)
        for procs in PROCS:
            seconds = self._times(tree, notes, procs, exactly([case], files))
            if seconds:
                break
        ran = [m.start() for m in re.finditer(b"\1", notes.read_bytes())]
        os.unlink(notes)
        return {"ran": ran, "seconds": max(seconds, default=0.0),
                "procs": procs}

    def _times(self, tree: Path, notes: Path, procs: str,
               options: Sequence[str]) -> list[float]:
        """Runs it; none if it does not run at these procs."""
        report = notes.with_suffix(".json")
        command = [str(self.runner), "--runtime", str(tree / RUNTIME),
                   "--procs", procs, "--json", str(report), *options]
        subprocess.run(command, check=False, timeout=LIMIT,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL,
                       env={**environment(), "ASSAY_COVER": str(notes)})
        results = json.loads(report.read_text(errors="replace"))["results"]
        os.unlink(report)
        return [run["seconds"] for r in results for run in r["runs"]]

    def _merge(self, tree: Path, found: Mapping[str, dict]) -> Reach:
        lines_at = blocks(tree / RUNTIME, tree / SOURCES)
        cases: dict[tuple[str, int], set[str]] = {
            line: set() for lines in lines_at.values() for line in lines}
        for case, data in found.items():
            for at in data["ran"]:
                for line in lines_at.get(at, ()):
                    cases[line].add(case)
        lines: dict[str, dict[int, frozenset[str]]] = {}
        same: dict[frozenset[str], frozenset[str]] = {}
        for (file, line), names in cases.items():
            kept = frozenset(names)
            lines.setdefault(file, {})[line] = same.setdefault(kept, kept)
        return Reach(lines, {c: d["seconds"] for c, d in found.items()},
                     {c: d["procs"] for c, d in found.items()})


def _stamp(path: Path) -> str:
    from .state import digest
    return digest([path])


def cases_of(runner: Path, root: Path) -> dict[str, str]:
    """Every case and the file that it stands in."""
    said = run([str(runner), "--list"], root)
    if isinstance(said, Failed):
        raise Failure(f"the runner lists no cases: {said.why}")
    names = [line.split()[0] for line in said.splitlines() if line.strip()]
    heads = {}
    for path in sorted(p for d in ("cases", "goker") for p in (
            root / "conformance" / d).rglob("*.c")):
        for row in set(re.findall(r"\b[A-Z]{2,4}_\d{3}\b", path.read_text())):
            heads.setdefault(row.replace("_", "-"), []).append(
                path.relative_to(root).as_posix())
    return {name: heads.get(name.split("/")[0], ["abi/assay.h"])[0]
            for name in names}


def exactly(chosen: Sequence[str], every: Sequence[str] | Mapping) -> list[
        str]:
    """Options for these cases: a row's name alone would mean all of its."""
    these = set(chosen)
    rows = {c for c in chosen if "/" not in c}
    others = [c for c in every if c not in these
              and c.split("/")[0] in rows]
    return [x for c in chosen for x in ("--run", c)] + [
        x for c in others for x in ("--skip", c)]


ROW = re.compile(r"^(\S+)\s+(\d+)\s+0x([0-9a-f]+)")
CODE = re.compile(r"^\s*([0-9a-f]+):\s+call\s.*<" + CALL)
START = re.compile(r"^([0-9a-f]+) <")


def blocks(runtime: Path, sources: Path) -> dict[int, set[tuple[str, int]]]:
    """Where a block's note comes from, to the lines of the block."""
    code = _objdump(runtime, "-d", "--no-show-raw-insn")
    starts, notes = [], []
    returns = False
    for text in code.splitlines():
        if returns and (found := re.match(r"^\s*([0-9a-f]+):", text)):
            notes.append(int(found[1], 16))
            returns = False
        if (found := START.match(text)):
            starts.append(int(found[1], 16))
        returns = returns or CODE.match(text) is not None
    found: dict[int, set[tuple[str, int]]] = {at: set() for at in notes}
    for file, line, at in _line_table(runtime, sources):
        if (note := _note_of(at, starts, notes)) is not None:
            found[note].add((file, line))
    return found


def _note_of(at: int, starts: Sequence[int],
             notes: Sequence[int]) -> int | None:
    """The note of the block that an address is in: the last before it, or
    the first of its function."""
    k = bisect.bisect_right(starts, at)
    begin = starts[k - 1] if k else 0
    end = starts[k] if k < len(starts) else 1 << 62
    # The address that the call of a note has is in front of its return.
    i = bisect.bisect_right(notes, at)
    if i and notes[i - 1] > begin:
        return notes[i - 1]
    return notes[i] if i < len(notes) and notes[i] < end else None


def _line_table(runtime: Path, sources: Path) -> list[tuple[str, int, int]]:
    """File under the sources, line, address."""
    paths = [p.relative_to(sources).as_posix()
             for p in sources.rglob("*.[ch]")]
    alone = {p.split("/")[-1]: p for p in paths}
    rows, file = [], ""
    for text in _objdump(runtime, "--dwarf=decodedline").splitlines():
        if (found := ROW.match(text)):
            if file:
                rows.append((file, int(found[2]), int(found[3], 16)))
        elif text.endswith(":"):
            name = text.removeprefix("CU:").strip().rstrip(":")
            name = name.removeprefix("./").removeprefix(f"{SOURCES}/")
            file = name if name in paths else alone.get(name, "")
    return rows


def _objdump(runtime: Path, *options: str) -> str:
    said = run(["objdump", *options, str(runtime)], runtime.parent)
    if isinstance(said, Failed):
        raise Failure(f"objdump: {said.why}")
    return said
