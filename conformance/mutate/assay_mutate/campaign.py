"""Plants the faults that were drawn, some at a time, and judges each."""
from __future__ import annotations

import difflib
import queue
import resource
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .areas import Areas
from .draw import Mutant
from .judge import Judge, Verdict
from .known import Known
from .order import Order, Round
from .progress import Progress
from .reach import Survey
from .state import State, digest
from .trees import BUILD, SOURCES, Tree

RUNNER = BUILD / "conformance"
BODIES = BUILD / "cases_cxx.so"   # of cases, beside the runner


@dataclass
class Limits:
    """What the campaign may use."""

    workers: int
    seconds: float   # of a run of the suite
    cases: Sequence[str] = ("*",)   # globs of those that judge


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
        if (root / BODIES).exists():
            shutil.copy2(root / BODIES, folder)
        # A runtime that is asked for by its path has none of its own.
        self.expectations = folder / "expectations"
        shutil.copy2(root / "runtimes/goro/expectations", self.expectations)
        self.goro, self.suite = self._goro(), digest([self.runner])
        self.state = State(folder / "state.jsonl", self.goro, self.suite)
        self.order: Order | None = None

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
        left = [m for m in drawn if self.verdict(m) is None]
        progress = Progress(len(drawn), len(left))

        def one(tree: Tree, judge: Judge, mutant: Mutant) -> None:
            verdict = self._try(tree, judge, mutant,
                                self.order.rounds(mutant))
            if not self.stop.is_set():
                self.state.add(mutant, verdict)
                progress.done(mutant, verdict)

        self._share(left, one)
        if left:
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(f"{(used.ru_utime + used.ru_stime) / len(left):.1f} s of "
                  "CPU time for each that was judged", flush=True)

    def run_rows(self, rows: Sequence[str], every: Sequence[Mutant],
                 tries: int) -> None:
        """Looks for a fault that each row's own cases kill."""
        progress = Progress(len(rows), len(rows))

        def one(tree: Tree, judge: Judge, row: str) -> None:
            for mutant in self.order.near_row(row, every)[:tries]:
                verdict = self._try(tree, judge, mutant, self.order.of_row(
                    row))
                if self.stop.is_set():
                    return
                if verdict.what == "killed" and verdict.case != "-":
                    self.state.add(mutant, verdict)
                    progress.done(mutant, verdict)
                    return
            progress.none(row)

        self._share(rows, one)

    def _share(self, items: Sequence[Any],
               one: Callable[[Tree, Judge, Any], None]) -> None:
        """Does one() for each item, as many at a time as there are workers."""
        if not items:
            return
        todo: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for item in items:
            todo.put(item)
        self.order = self._order()
        first = Tree.first(self.root, self.folder / "clean", self.goro)
        self._judge(first, "clean").check()
        threads = [threading.Thread(target=self._guarded, args=(
            k, first, todo, one)) for k in range(
                min(self.limits.workers, len(items)))]
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

    def _order(self) -> Order:
        survey = Survey(self.root, self.folder, self.runner, self.goro)
        order = Order(survey.reach(self.limits.workers, self.limits.cases),
                      self.areas)
        for file, function, case in self.state.kills:
            order.killed(file, function, case)
        return order

    def _judge(self, first: Tree, name: str) -> Judge:
        folder = self.folder / "runs" / name
        folder.mkdir(parents=True, exist_ok=True)
        return Judge(self.runner, first.runtime, folder, self.limits.seconds,
                     self.stop, self.order.reach.cases,
                     ["--expectations", str(self.expectations)])

    def _guarded(self, *args: Any) -> None:
        try:
            self._work(*args)
        except BaseException as e:
            self.errors.append(e)
            self.stop.set()

    def _work(self, k: int, first: Tree, todo: queue.SimpleQueue[Any],
              one: Callable[[Tree, Judge, Any], None]) -> None:
        tree = first.another(self.folder / f"worker{k}")
        judge = self._judge(first, f"worker{k}")
        while not self.stop.is_set():
            try:
                item = todo.get_nowait()
            except queue.Empty:
                return
            one(tree, judge, item)

    def _try(self, tree: Tree, judge: Judge, mutant: Mutant,
             rounds: Sequence[Round]) -> Verdict:
        try:
            what, why = tree.plant(mutant)
            if what != "built":
                return Verdict(what, why=why)
            verdict = judge.judge(tree.runtime, rounds,
                                  int(mutant.id, 16) % 1000)
            if verdict.what == "survived":
                verdict.why = self.order.never(mutant)
                self._keep_diff(tree, mutant)
            if verdict.what == "killed" and verdict.case != "-":
                self.order.killed(mutant.file, mutant.function, verdict.case)
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
