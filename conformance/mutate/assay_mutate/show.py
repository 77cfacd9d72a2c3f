"""The result of a campaign in words and as JSON."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from .draw import Mutant
from .judge import Verdict
from .shards import as_text

Results = Sequence[tuple[Mutant, Verdict]]
COLUMNS = ("killed", "survived", "known", "equivalent", "not compiled",
           "undecided")


def show(results: Results, diffs: Mapping[str, Path]) -> None:
    """Prints a table by file, the survivors, and the last line."""
    files = sorted({m.file for m, _ in results})
    counts = Counter((m.file, v.what) for m, v in results)
    width = max(map(len, files), default=4)
    print(f"{'file':{width}}  " + "  ".join(COLUMNS))
    for file in files:
        print(f"{file:{width}}  " + "  ".join(
            f"{counts[file, what] or '':{len(what)}}" for what in COLUMNS))
    for mutant, verdict in results:
        if verdict.what in ("survived", "undecided"):
            _survivor(mutant, verdict, diffs.get(mutant.id))
    total = Counter(v.what for _, v in results)
    print(f"{total['equivalent']} equivalent, {total['not compiled']} not "
          f"compiled, {total['undecided']} undecided")
    print(f"mutate: {total['killed']} killed, {total['survived']} survived, "
          f"{total['known']} known")


def _survivor(mutant: Mutant, verdict: Verdict, diff: Path | None) -> None:
    print(f"\n{verdict.what} {mutant.id} {mutant.file}:{mutant.line} "
          f"{mutant.function} {mutant.change.operator}\n  - {mutant.old}\n"
          f"  + {mutant.new}")
    if verdict.doubts:
        print(f"  failed, but not again: {' '.join(verdict.doubts)}")
    if verdict.why:
        print(f"  {verdict.why}")
    if diff is not None:
        print(f"  {diff}")


def as_json(head: Mapping[str, object], results: Results) -> str:
    """All of it, for machines; the head says what was drawn of what."""
    return as_text({**head, "mutants": [
        {"id": m.id, "file": m.file, "function": m.function, "line": m.line,
         "operator": m.change.operator, "old": m.old, "new": m.new,
         "verdict": v.what, "case": v.case, "why": v.why,
         "doubts": v.doubts} for m, v in results]})
