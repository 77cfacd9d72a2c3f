"""Takes the samples of a plan and keeps the results file up to date."""
from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .details import merge_details, reduce_details
from .errors import Failure
from .escape import plain
from .plan import Hopeless, Options, Repeats, Step, has_one_p
from .progress import Estimate, Progress
from .results import Results, details_key, step_of
from .samples import OK, Program, Sample, sample
from .shape import is_figure
from .workloads import BASE_FAMILY, Workload

WITH_DETAILS = ("latency/", "fair/first_run/", "fair/timer_late/",
                "sched/balance/")


class Rounds:
    """A run in progress: what is planned, what is there."""

    def __init__(self, options: Options, plan: Sequence[Step],
                 programs: Sequence[Program],
                 workloads: Mapping[str, Workload], results: Results,
                 path: Path, progress: Progress):
        self.options = options
        self.plan = plan
        self.programs = {p.label: p for p in programs}
        self.workloads = workloads
        self.results = results
        self.path = path
        self.progress = progress
        self.estimate = Estimate()
        self.hopeless = Hopeless()
        self.repeats = Repeats(len(plan) // (20 if options.quick else 2),
                               options.repeats)
        self.repeated = 0
        self.fresh = 0
        for old in results.samples:
            self._note(step_of(old), old)
        for runtime, about in results.header["programs"].items():
            self._note_one_p(runtime, about)

    def run(self) -> None:
        """Takes every sample that is missing.

        KeyboardInterrupt leaves a results file without the sample that was
        being taken.
        """
        done = self.results.done()
        todo = [step for step in self.plan if step not in done]
        start = time.monotonic()
        for number, step in enumerate(todo):
            if self.hopeless.reason(step) is not None:
                continue
            if self._out_of_time(start):
                self.results.header["stopped"] = "time"
                self.progress.say("the time of the quick mode is over: the "
                                  "last round is not complete")
                break
            rest = [s for s in todo[number:]
                    if self.hopeless.reason(s) is None]
            left = self.estimate.seconds(rest) if self.fresh > 3 else None
            self.progress.step(step, len(self.plan) - len(rest),
                               len(self.plan), self._within(left, start),
                               self.repeated)
            self._take(step)
        self._say_what_was_dropped()

    def _out_of_time(self, start: float) -> bool:
        budget = self.options.budget
        return budget is not None and time.monotonic() - start > budget

    def _within(self, left: float | None, start: float) -> float | None:
        if left is None or self.options.budget is None:
            return left
        return min(left, max(0.0, self.options.budget
                             - (time.monotonic() - start)))

    def _take(self, step: Step) -> None:
        start = time.monotonic()
        best, tries = calmest(partial(self._sample, step), self.repeats)
        self.repeated += tries - 1
        record = as_record(step, best, tries)
        record["seconds"] = round(time.monotonic() - start, 3)
        self._note(step, record)
        self.fresh += 1
        self.results.add(record)
        self._keep(step, best)
        self.results.save(self.path)

    def _sample(self, step: Step) -> Sample:
        return sample(self.programs[step.runtime],
                      self.workloads[step.workload], step.procs,
                      self.options.min_time, self.options.timeout,
                      self.options.tiny,
                      step.workload.startswith(WITH_DETAILS))

    def _keep(self, step: Step, made: Sample) -> None:
        about = self.results.header["programs"][step.runtime]
        for key in ("runtime", "version", "model", "several_ps", "kit"):
            word = made.context.get(key)
            if word and isinstance(word, str) and step.runtime != BASE_FAMILY:
                about[key] = plain(word)
        self._note_one_p(step.runtime, about)
        if made.details:
            key = details_key(step)
            self.results.details[key] = merge_details(
                self.results.details.get(key), reduce_details(made.details))

    def _note(self, step: Step, record: Mapping[str, Any]) -> None:
        self.estimate.note(step, record["seconds"])
        self.hopeless.note(step, record["status"], record.get("reason", ""))

    def _note_one_p(self, runtime: str, about: Mapping[str, Any]) -> None:
        if has_one_p(about):
            self.hopeless.note_one_p(runtime, min(self.options.procs))

    def _say_what_was_dropped(self) -> None:
        failed = sorted({(s["runtime"], s["workload"], s["procs"], s["status"],
                          s["reason"]) for s in self.results.samples
                         if s["status"] in ("error", "timeout")})
        for runtime, workload, procs, status, reason in failed:
            self.progress.say(f"{runtime} {workload} procs {procs}: "
                              f"{status}: {reason}")


def calmest(take: Callable[[], Sample],
            repeats: Repeats) -> tuple[Sample, int]:
    """Takes a sample, again while it is disturbed; the best, and how many."""
    best = made = take()
    tries = 1
    while made.status == OK and made.load.disturbed and repeats.take(tries):
        made = take()
        tries += 1
        if better(made, best):
            best = made
    return best, tries


def better(a: Sample, b: Sample) -> bool:
    """Which of two samples of a step to keep: the one less disturbed."""
    if (a.status == OK) != (b.status == OK):
        return a.status == OK
    return a.load.share < b.load.share


def as_record(step: Step, made: Sample, tries: int) -> dict[str, Any]:
    """The sample as it stands in the results file."""
    record: dict[str, Any] = {
        "runtime": step.runtime, "workload": step.workload,
        "procs": step.procs, "round": step.round, "status": made.status}
    if made.status == OK:
        record["value"] = made.value
        record["counters"] = {k: float(f"{v:.6g}")
                              for k, v in made.counters.items()
                              if v and is_figure(v)}
    else:
        record["reason"] = plain(made.reason)
    record["disturbed"] = made.load.disturbed
    record["tries"] = tries
    record["others"] = round(made.load.share, 3)
    record["load1"] = made.load.load1
    if made.load.pressure is not None and made.load.seconds > 0:
        record["pressure"] = round(made.load.pressure / made.load.seconds, 3)
    return record


def same_run(old: Results, header: Mapping[str, Any]) -> None:
    """Fails if the samples of `old` cannot stand beside new ones."""
    for key, word in (("options", "options"), ("missing", "runtimes")):
        if old.header[key] != header[key]:
            raise Failure(f"cannot resume: the {word} are not those of the "
                          "interrupted run; start anew without RESUME=1")
    if old.header["programs"].keys() != header["programs"].keys():
        raise Failure("cannot resume: the runtimes are not those of the "
                      "interrupted run; start anew without RESUME=1")
    for label, about in header["programs"].items():
        if old.header["programs"][label].get("digest") != about["digest"]:
            raise Failure(f"cannot resume: {label} was built again since; "
                          "start anew without RESUME=1")
    if old.header["machine"].get("fingerprint") != \
            header["machine"]["fingerprint"]:
        raise Failure("cannot resume: the results are of another machine")
