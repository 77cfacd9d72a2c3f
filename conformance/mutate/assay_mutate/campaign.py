"""Plants the faults that were drawn, some at a time, and judges each."""
from __future__ import annotations

import difflib
import queue
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assay_report.errors import Failure

from .areas import Areas
from .draw import Mutant
from .judge import Judge, Verdict
from .known import Known
from .progress import Progress
from .state import State, digest
from .trees import BUILD, RUNTIME, SOURCES, Tree

RUNNER = BUILD / "conformance"


@dataclass
class Limits:
    """What the campaign may use."""

    workers: int
    seconds: float   # of a run of the suite


class Campaign:
    """One draw.  What it needs of the build is copied, so that the tree may
    be built anew meanwhile."""

    def __init__(self, root: Path, folder: Path, areas: Areas, known: Known,
                 limits: Limits):
        self.root, self.folder, self.areas = root, folder, areas
        self.known, self.limits = known, limits
        self.stop = threading.Event()
        self.errors: list[BaseException] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.runner = folder / "conformance"
        shutil.copy2(root / RUNNER, self.runner)
        self.state = State(folder / "state.jsonl", self._goro(),
                           digest([self.runner]))

    def _goro(self) -> str:
        return digest(p for d in ("reference/src", "reference/include", "abi",
                                  "runtimes/goro")
                      for p in (self.root / d).rglob("*.[chS]"))

    def verdict(self, mutant: Mutant) -> Verdict | None:
        """What is known of it by now."""
        if mutant in self.known:
            return Verdict("known", why=self.known.reasons[mutant.key])
        return self.state.verdicts.get(mutant.id)

    def run(self, drawn: Sequence[Mutant]) -> None:
        """Judges those without a verdict; ^C ends it, nothing is lost."""
        todo: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
        left = [m for m in drawn if self.verdict(m) is None]
        for mutant in left:
            todo.put(mutant)
        if not left:
            return
        progress = Progress(len(drawn), len(left))
        first = Tree.first(self.root, self.folder / "clean")
        Judge(self.runner, first.folder / RUNTIME, self._place("clean"),
              self.limits.seconds, self.stop).check()
        threads = [threading.Thread(target=self._guarded, args=(
            k, first, todo, progress)) for k in range(
                min(self.limits.workers, len(left)))]
        for thread in threads:
            thread.start()
        try:
            while any(t.is_alive() for t in threads):
                time.sleep(0.1)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        if self.errors:
            raise self.errors[0]

    def _place(self, name: str) -> Path:
        folder = self.folder / "runs" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _guarded(self, k: int, first: Tree, todo: queue.SimpleQueue[Mutant],
                 progress: Progress) -> None:
        try:
            self._work(k, first, todo, progress)
        except (Failure, OSError, ValueError) as e:
            self.errors.append(e)
            self.stop.set()

    def _work(self, k: int, first: Tree, todo: queue.SimpleQueue[Mutant],
              progress: Progress) -> None:
        tree = first.another(self.folder / f"worker{k}")
        judge = Judge(self.runner, first.runtime, self._place(f"worker{k}"),
                      self.limits.seconds, self.stop)
        while not self.stop.is_set():
            try:
                mutant = todo.get_nowait()
            except queue.Empty:
                return
            verdict = self._try(tree, judge, mutant)
            if not self.stop.is_set():
                self.state.add(mutant, verdict)
                progress.done(mutant, verdict)

    def _try(self, tree: Tree, judge: Judge, mutant: Mutant) -> Verdict:
        try:
            what, why = tree.plant(mutant)
            if what != "built":
                return Verdict(what, why=why)
            verdict = judge.judge(tree.runtime, self.areas.areas(mutant.file),
                                  int(mutant.id, 16) % 1000)
            if verdict.what == "survived":
                self._keep_diff(tree, mutant)
            return verdict
        finally:
            tree.restore(mutant)

    def diff_of(self, mutant: Mutant) -> Path:
        """Where the change of a survivor is kept."""
        return self.folder / "survived" / f"{mutant.id}.diff"

    def _keep_diff(self, tree: Tree, mutant: Mutant) -> None:
        path = self.diff_of(mutant)
        path.parent.mkdir(exist_ok=True)
        clean = (tree.clean / SOURCES / mutant.file).read_bytes()
        path.write_text(diff(mutant, clean))


def diff(mutant: Mutant, clean: bytes) -> str:
    """The fault, to be read or applied in the folder of the sources."""
    return "".join(difflib.unified_diff(
        clean.decode().splitlines(True),
        mutant.planted(clean).decode().splitlines(True),
        f"a/{mutant.file}", f"b/{mutant.file}"))
