"""A run as JSON, in the form of the conformance runner's --json: the same keys
for who was judged, the totals and the results, of which each is a program."""
from __future__ import annotations

from .judge import Plan, Task
from .terms import Terms


def verdict(task: Task) -> str:
    return "skip" if task.skip else "fail" if task.failed else "pass"


def outcomes(task: Task) -> list[dict]:
    """All that were seen or should be, each with how often."""
    seen = task.seen()
    return [{"outcome": o.show(task.program), "count": seen[o],
             "allowed": o not in task.forbidden()}
            for o in sorted(task.expected() | set(seen))]


def result(task: Task) -> dict:
    told = {"id": task.program.name, "title": task.program.shows,
            "verdict": verdict(task),
            "reason": task.skip or "; ".join(task.troubles()) or None}
    if not task.skip:
        told["rounds"] = task.seen().total()
        told["outcomes"] = outcomes(task)
    return told


def told(plan: Plan, terms: Terms, tasks: list[Task], label: str,
         seconds: float, complete: bool, asked: dict) -> dict:
    """Everything known about a run; a task that was not reached is left out."""
    results = [result(t) for t in tasks if t.skip or t.results]
    totals = {word: sum(r["verdict"] == it for r in results) for word, it in (
        ("passed", "pass"), ("failed", "fail"), ("skipped", "skip"))}
    totals["known"] = 0
    who = {"label": label, "name": terms.name or label,
           "version": terms.version, "model": terms.model or None,
           "lacks": terms.lacks, "variants": list(terms.variants),
           "totals": totals}
    return {"suite": "assay litmus", "complete": complete,
            "seconds": round(seconds, 3), "shard": asked["shard"],
            "runtimes": [who],
            "options": {"procs": list(plan.procs), "rounds": plan.rounds,
                        "seed": plan.runtime.seed, "more": plan.more,
                        **asked["options"]},
            "totals": totals, "results": results}
