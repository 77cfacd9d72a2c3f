"""What the samples say: medians, ratios, targets, and whether to trust it."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .plan import has_one_p, leaves_out
from .results import Results
from .stats import Interval, geomean_ratio, median_interval, ratio_interval
from .style import CONFIDENT, ENOUGH
from .targets import HEADLINE, OWNER, Target
from .workloads import BASE_FAMILY, Workload

GO = "go"
MET, MET_MAYBE = "met", "met, not certain"
MISSED, MISSED_MAYBE = "missed", "missed, not certain"
UNKNOWN = "not measured"
DISTURBED_LIMIT = 0.10  # part of the samples; above it nothing is to be trusted

ByRound = dict[int, float]


@dataclass(frozen=True)
class Reached:
    """A target and what was measured."""

    target: Target
    measured: Interval | None
    reason: str  # if nothing was measured

    @property
    def verdict(self) -> str:
        """An interval across the limit is not certain."""
        if self.measured is None:
            return UNKNOWN
        limit = self.target.limit
        sure = self.measured.coverage >= CONFIDENT
        if self.measured.value <= limit:
            certain = sure and self.measured.high <= limit
            return MET if certain else MET_MAYBE
        return MISSED if sure and self.measured.low > limit else MISSED_MAYBE

    @property
    def met(self) -> bool:
        return self.verdict in (MET, MET_MAYBE)


class Analysis:
    """Answers questions on one results file."""

    def __init__(self, results: Results, workloads: Mapping[str, Workload],
                 targets: Sequence[Target], subject: str = ""):
        self.results = results
        self.workloads = workloads
        self.targets = targets
        self.options = results.header["options"]
        self.least = min(self.options["procs"])
        self.runtimes = self._judged()
        self.one_p = {r for r in self.runtimes
                      if has_one_p(results.header["programs"][r])}
        self.subject = subject or self._usual_subject()
        self._ok: dict[tuple[str, int, str], dict[int, dict]] = {}
        self._why: dict[tuple[str, int, str], str] = {}
        for s in results.samples:
            cell = s["workload"], s["procs"], s["runtime"]
            if cell[2] in self.one_p and cell[1] != self.least:
                continue
            if s["status"] == "ok":
                self._ok.setdefault(cell, {})[s["round"]] = s
            else:
                self._why[cell] = s.get("reason", s["status"])

    def _judged(self) -> list[str]:
        """The programs but for that of the yardsticks, in their order."""
        used = {s["runtime"] for s in self.results.samples
                if not s["workload"].startswith(BASE_FAMILY + "/")}
        return [label for label in self.results.header["programs"]
                if label != BASE_FAMILY or label in used]

    def _usual_subject(self) -> str:
        """The first that was asked for; Go is what others are held to."""
        others = [r for r in self.runtimes if r != GO]
        return (others or self.runtimes or [""])[0]

    @property
    def has_go(self) -> bool:
        return any(cell[2] == GO for cell in self._ok)

    @property
    def procs(self) -> list[int]:
        """Those asked for at which some runtime was measured."""
        seen = {cell[1] for cell in self._ok if cell[2] in self.runtimes}
        return [p for p in self.options["procs"] if p in seen]

    @property
    def depths(self) -> tuple[int, int]:
        """The samples of the cell that has the fewest and of the one that has
        the most."""
        counts = [len(made) for made in self._ok.values()]
        return min(counts, default=0), max(counts, default=0)

    @property
    def deepest(self) -> int:
        return self.depths[1]

    def measured(self, family: str = "") -> list[str]:
        """Workloads with a sample of any status, in the table's order."""
        seen = {cell[0] for cell in (*self._ok, *self._why)}
        return [w.name for w in self.workloads.values()
                if w.name in seen and (not family or w.family == family)]

    def families(self) -> list[str]:
        """Those measured, but for the yardsticks."""
        names = [self.workloads[n].family for n in self.measured()]
        return [f for f in dict.fromkeys(names) if f != BASE_FAMILY]

    def values(self, workload: str, procs: int, runtime: str,
               metric: str = HEADLINE) -> ByRound:
        """The samples of a cell by round."""
        made = self._ok.get((workload, procs, runtime), {})
        if metric == HEADLINE:
            return {r: s["value"] for r, s in made.items()}
        return {r: s.get("counters", {}).get(metric, 0.0)
                for r, s in made.items()}

    def cell(self, workload: str, procs: int, runtime: str,
             metric: str = HEADLINE) -> Interval | None:
        """The median of a cell."""
        values = self.values(workload, procs, runtime, metric)
        return median_interval(list(values.values())) if values else None

    def ratio(self, workload: str, procs: int, runtime: str,
              against: str) -> Interval | None:
        """The paired ratio of two runtimes; below 1: `runtime` is better."""
        return ratio_interval(self.values(workload, procs, runtime),
                              self.values(workload, procs, against))

    def reason(self, workload: str, procs: int, runtime: str) -> str:
        """Why a cell is empty."""
        missing = self.results.header["missing"]
        if runtime in missing:
            return missing[runtime]
        if runtime not in self.results.header["programs"]:
            return f"{runtime} was not asked for"
        if runtime in self.one_p and procs != self.least:
            return f"it has one P, and was measured at procs {self.least}"
        for p in (procs, *self.options["procs"]):
            why = self._why.get((workload, p, runtime))
            if why:
                return why if p == procs else f"{why} (procs {p})"
        if self.options["quick"] and leaves_out(
                workload, {t.workload for t in self.targets}):
            return "left out in the quick mode"
        if self.results.header.get("stopped"):
            return "the time of the quick mode was over"
        if any(c[0] == workload and c[2] != runtime for c in self._ok):
            return "the program has no such workload"
        return "not in this run"

    def geomean(self, family: str, procs: int, runtime: str,
                against: str) -> Interval | None:
        """Over all workloads of a family that both have."""
        pairs = []
        for name in self.measured(family):
            a = self.values(name, procs, runtime)
            b = self.values(name, procs, against)
            if a.keys() & b.keys() and all(
                    v > 0 for v in (*a.values(), *b.values())):
                pairs.append((a, b))
        return geomean_ratio(pairs)

    # ---- targets ----------------------------------------------------------

    def reached(self) -> list[Reached]:
        """Every target of the table, if their owner was measured."""
        return [self._reach(t) for t in self.targets
                if OWNER in self.runtimes]

    def _reach(self, t: Target) -> Reached:
        ours = self.values(t.workload, t.procs, OWNER, t.metric)
        if not ours:
            if t.procs not in self.procs:
                return Reached(t, None, f"not measured at procs {t.procs}")
            return Reached(t, None, self.reason(t.workload, t.procs, OWNER))
        if not t.against:
            return Reached(t, median_interval(list(ours.values())), "")
        if t.against_base:
            where = t.against, self.least, BASE_FAMILY
            theirs = self.values(*where)
        else:
            where = t.workload, t.procs, t.against
            theirs = self.values(*where, t.metric)
        ratio = ratio_interval(ours, theirs)
        return Reached(t, ratio, "" if ratio else
                       f"{where[2]}: {self.reason(*where)}")

    # ---- trust ------------------------------------------------------------

    @property
    def rounds(self) -> str:
        """How many rounds there were."""
        seen = len({s["round"] for s in self.results.samples})
        planned = self.options["rounds"]
        return str(seen) if seen == planned else f"{seen} of {planned}"

    def disturbed(self) -> tuple[int, int, int]:
        """Samples that stayed disturbed, repeats made, all samples."""
        samples = self.results.samples
        return (sum(s["disturbed"] for s in samples),
                sum(s["tries"] - 1 for s in samples), len(samples))

    def doubts(self) -> list[str]:
        """Why the figures are not to be trusted, worst first."""
        found = []
        if self.options["tiny"]:
            found.append("Sizes were cut: a smoke test, nothing is "
                         "comparable.")
        if self.options["quick"]:
            found.append("Quick mode: few short samples, an impression and "
                         "not comparable.")
        elif self.deepest < ENOUGH:
            found.append("No figure has the samples for an interval of "
                         "95\u00a0%.")
        if self.results.header.get("stopped"):
            found.append("The time of the quick mode was over before the last "
                         "round was complete.")
        if "finished" not in self.results.header:
            found.append("The run was interrupted; it is not complete.")
        bad, _, total = self.disturbed()
        if total and bad > DISTURBED_LIMIT * total:
            found.append(f"{bad} of {total} samples ({100 * bad // total} %) "
                         "were disturbed by other load on the machine.")
        if self.results.header["build"].get("dirty"):
            found.append("The working tree had changes that are not in the "
                         "commit.")
        return found

    @property
    def trusted(self) -> bool:
        """Whether nothing but uncommitted changes stands against it."""
        return all("working tree" in d for d in self.doubts())
